"""Importing a file: choosing it, mapping its columns, its result, and past imports."""
