"""Pipedriven: whom to contact next and why, one-tap logging, and the warm ones handed to Pipedrive."""

__version__ = "0.1.0"
