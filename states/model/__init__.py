"""The vocabulary that every layer shares: values without behaviour of their own."""
