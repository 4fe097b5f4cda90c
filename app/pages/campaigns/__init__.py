"""Campaigns: the list, one campaign with its board, and assigning contacts."""
