"""From us to Pipedrive: finding or creating persons, organizations and meetings."""
