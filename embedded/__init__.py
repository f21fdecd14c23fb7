"""The embedded default behind `make run`: everything on one machine, supervised, with examples to look at."""
