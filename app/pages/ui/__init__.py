"""The UI kit: fields, sheets, lists, chips, toasts and the theme; it knows no domain and no service."""
