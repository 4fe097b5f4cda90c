"""From Pipedrive to us: webhooks, polled changes, deletions, and metadata of the company."""
