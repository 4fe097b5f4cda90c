"""One's own settings: profile, notifications, devices, calendar feed, two-factor sign-in."""
