"""Pieces of the feed and the timeline: values and callbacks in, elements out."""
