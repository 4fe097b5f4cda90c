"""One query for all who look at one report, sent out to their open pages."""
