"""Logging and planning activities, the timeline, referrals, introductions, events, email templates."""
