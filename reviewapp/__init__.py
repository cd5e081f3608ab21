"""Pre-check, rating and official notice of performance evaluation reports."""

__version__ = "0.1.0"
