"""A report as Excel, CSV or PDF."""
