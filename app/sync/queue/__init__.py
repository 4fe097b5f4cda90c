"""Leases, outcomes, backoff, the circuit breaker and the token budget of the push queue."""
