"""Users, sessions, sign-in, passwords, two-factor, single sign-on, and Pipedrive keys."""
