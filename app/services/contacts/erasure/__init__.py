"""Forgetting a person for good: rows, texts that name them, and what is told about it."""
