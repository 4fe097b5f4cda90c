"""Plain pages without a script: page, forms, charts."""
