"""What developers run: documents, mutants."""
