"""The report of a campaign, saved reports, and report links for people without an account."""
