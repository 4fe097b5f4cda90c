"""Pieces of campaign screens: values and callbacks in, elements out."""
