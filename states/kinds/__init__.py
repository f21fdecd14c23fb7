"""The kinds: for each its check (record and catalogue in, `Check` out; pure) and its entry for the registry."""
