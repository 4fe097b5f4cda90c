"""How the installation is doing: backups and numbers of the system."""
