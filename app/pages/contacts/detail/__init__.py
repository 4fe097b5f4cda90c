"""One contact's panel and its parts: actions, campaigns, warmness, duplicates, Pipedrive."""
