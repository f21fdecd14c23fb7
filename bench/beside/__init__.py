"""The least path beside the same on other libraries: each an application with its client, in a process of its own."""
