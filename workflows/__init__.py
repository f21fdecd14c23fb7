"""The workflows: one driver for all kinds, and a thin class for each."""
