"""Pieces of contact screens: values and callbacks in, elements out."""
