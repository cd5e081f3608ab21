"""The checks, one module per subject; ../suite.py imports them all."""
