"""One outside thing behind each door."""
