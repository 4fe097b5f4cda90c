"""Adding and editing a contact: the form, what is typed so far, pasting, scanning a QR code."""
