"""A contact bank as CSV, Excel, vCard, or a file for Pipedrive's own import."""
