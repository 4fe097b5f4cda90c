"""What every route shares: dependencies, response schemas, errors, ETags, idempotency keys, partial updates."""
