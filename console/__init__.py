"""What stands behind the command line: talking with the portal in this process, and printing what it answers."""
