"""Pieces of screen: given values and callbacks, they draw. No session, no service, no person."""
