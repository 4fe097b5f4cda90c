"""Answers on the wire: compression, CSRF, errors, request ids."""
