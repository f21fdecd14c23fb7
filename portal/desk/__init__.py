"""What the operators' pages call, and how operators log in."""
