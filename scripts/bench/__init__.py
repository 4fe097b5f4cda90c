"""One table of how long the everyday questions take."""
