"""Pre-check, rating and official notice of performance evaluation reports."""
