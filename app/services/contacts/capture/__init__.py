"""A pasted signature or card as the draft of a contact."""
