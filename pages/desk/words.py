"""What codes are called to the vendor's people."""

from catalogue.texts import keys, known, say


def labelled(namespace: str) -> list[str]:
    """The codes that have a label there: `kind`, `task_type`."""
    return [key.removeprefix(f"{namespace}.") for key in keys() if key.startswith(f"{namespace}.")]


def happened(language: str, event: str) -> str:
    """What happened, of an event: in other words than those of customers' pages, which speak to the customer."""
    key = f"event.{event}"
    return say(language, key) if known(key) else event
