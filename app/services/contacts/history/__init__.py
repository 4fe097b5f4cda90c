"""What became of a contact's fields: who changed what, when, from what to what, each taken back by itself."""
