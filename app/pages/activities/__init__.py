"""Logging and planning activities, the feed, events, introductions, and email templates."""
