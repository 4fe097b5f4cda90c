"""The contact list: search, filters, selection, bulk actions, saved searches."""
