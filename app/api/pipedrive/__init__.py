"""Pushes to Pipedrive: asking for one, seeing how it stands, deciding what it asks."""
