"""Pipedrive's HTTP API: requests, records, fields, payloads, errors, rate limits."""
