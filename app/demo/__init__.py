"""Data for trying and measuring: a bulk loader, and a team that works by itself. Nothing of the product needs it."""
