"""A practice Pipedrive: a whole company in memory, as strict as the real service.

Newcomers try the product against it, and the tests hold the product to it.
Nothing in this package imports the rest of the app.
"""
