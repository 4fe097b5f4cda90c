"""The clock's door: what is queued goes to Pipedrive, once, with the owner's key."""
