"""The contact bank: one contact, search, suggestions, warmness, duplicates, merging, trash, erasure."""
