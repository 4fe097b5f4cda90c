"""Sheets about contacts: merge, erase, snooze, transfer, QR code, picking one."""
