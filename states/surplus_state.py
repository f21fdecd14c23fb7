"""Which entries of surplus are resolved: by their own end (X3), or by an override that names them (X2)."""

from collections.abc import Iterable

from states.model.facts import Surplus
from states.model.memory import Memory


def resolved_flags(entries: Iterable[Surplus], overridden: Iterable[str]) -> list[bool]:
    """For each entry whether it is resolved. A candidate that was named resolves one entry of its limit (POS3)."""
    named = set(overridden)
    flags = []
    for entry in entries:
        if entry.ends_at is not None:
            flags.append(True)
        elif entry.licence is not None:
            flags.append(entry.licence in named)
        else:
            used = next((candidate for candidate in entry.candidates if candidate in named), None)
            named.discard(used or "")
            flags.append(used is not None)
    return flags


def unresolved(memory: Memory) -> tuple[Surplus, ...]:
    """The entries that stand against an order."""
    entries = memory.check.surplus if memory.check else ()
    flags = resolved_flags(entries, memory.overridden)
    return tuple(entry for entry, resolved in zip(entries, flags, strict=True) if not resolved)


def names(entries: Iterable[Surplus]) -> list[str]:
    """What the entries are called for people: the licence, else the candidates of a limit."""
    return [entry.licence or " | ".join(entry.candidates) for entry in entries]
