"""Campaigns, their members, and the board: who stands in which stage."""
