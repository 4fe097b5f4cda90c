"""Notifications, the daily digest, weekly reports, and the outboxes of mail and web push."""
