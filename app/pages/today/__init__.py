"""The first screen: whom to contact next, and what is due."""
