"""Receipts for customers: what they say, how they are signed and checked, and how they are printed."""
