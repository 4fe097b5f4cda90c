"""The contact bank: list, one contact, forms, sheets, organisations, trash."""
