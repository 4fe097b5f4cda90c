"""What every domain stands on: audit log, cursors, firm settings, idempotency, phone numbers, tokens."""
