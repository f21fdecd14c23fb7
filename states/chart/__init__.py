"""What every chart is made of: its base with the one door, and guards and actions by subject."""
