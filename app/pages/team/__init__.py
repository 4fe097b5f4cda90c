"""For golden tickets: colleagues, the audit log, backups, transferring contacts."""
