"""A file of contacts in: reading, mapping, matching, writing, and undoing an import."""
