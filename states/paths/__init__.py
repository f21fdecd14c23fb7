"""The paths: each a chart declared whole. Kinds subclass one and override methods only."""
