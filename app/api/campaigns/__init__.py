"""Campaigns, their members, and who stands where on their boards."""
