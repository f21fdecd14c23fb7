"""Tokens that are strong enough for the settings, and open nothing anywhere."""

ANNA = "Zq3vT8mKx1-Rb6yWn0uLd5"
OTTO = "h4Jc9_sPe2GfVa7oXiQk1M"
