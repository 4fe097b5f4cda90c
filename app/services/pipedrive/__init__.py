"""A person's view of the sync: pushes by hand, their history, conflicts, and what came in from Pipedrive."""
