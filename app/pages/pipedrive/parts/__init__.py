"""Pieces of Pipedrive screens: values and callbacks in, elements out."""
