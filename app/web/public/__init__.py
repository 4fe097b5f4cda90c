"""Pages that need no session: sign-in, set-up, shared reports, calendar feed, webhooks."""
