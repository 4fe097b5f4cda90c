"""DOOR: the clock. What is queued goes to Pipedrive, once, with the owner's key; what changes there comes back."""
