"""The precheck of a report: what it says, how it is built, and what may be doubted."""
