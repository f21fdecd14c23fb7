"""What acts on the world: ports, their adapters, and the activities that workflows call."""
