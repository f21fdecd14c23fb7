"""The catalogue: what editions, products and tiers are, and the texts for people, as data files with their loaders."""
