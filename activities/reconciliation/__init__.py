"""The nightly comparison with Temporal: what it finds and what becomes of it."""
