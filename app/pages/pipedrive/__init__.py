"""The Pipedrive key, settings, the sync centre, and what a push asks its owner."""
