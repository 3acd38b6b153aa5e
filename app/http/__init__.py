"""The conventions of every request: one transaction, errors, versions, idempotency, paging, limits."""
