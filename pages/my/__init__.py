"""The customers' pages, under `/my`."""
