"""The command line's rooms: one module for each kind of work."""
