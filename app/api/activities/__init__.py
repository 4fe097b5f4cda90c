"""Activities and the feed, introductions, referrals, and email templates."""
