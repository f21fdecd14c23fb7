"""How far a load of customers is, on standard error: its report alone goes to standard output."""

import sys


class LoadProgress:
    """A line that is written anew on a terminal; elsewhere a line for each tenth. Of a load in one batch: nothing."""

    def __init__(self) -> None:
        self.rewritten = False
        self.tenths = 0

    def __call__(self, loaded: int, left: int) -> None:
        """So many customers are loaded, and so many are left."""
        said = f"{loaded:,} customers loaded, {left:,} left"
        tenths = 10 * loaded // (loaded + left)
        if sys.stderr.isatty() and (left or self.rewritten):
            print(f"\r{said}\033[K", end="", file=sys.stderr, flush=True)
            self.rewritten = True
        elif left and tenths > self.tenths:
            print(said, file=sys.stderr, flush=True)
        self.tenths = tenths

    def end(self) -> None:
        """What is said next stands on a line of its own."""
        if self.rewritten:
            print(file=sys.stderr)
