"""The contact bank: contacts, bulk actions, import and export, merging, saved searches, warmness."""
