"""The field's rules as plain Python: no I/O, no clock, no outside library."""
