"""How operators learn of tasks: by mail, at once or in a digest, and by a webhook; carried out beside each worker."""
