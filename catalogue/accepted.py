"""What a caller would rather have: the headers `Accept` and `Accept-Language` with their weights (RFC 9110, 12.4.2)."""

import re

from catalogue.formats import LANGUAGES

WEIGHT = re.compile(r"0(\.\d{0,3})?|1(\.0{0,3})?")


def weights(header: str) -> dict[str, float]:
    """What a header names, in small letters and in its order, each with its weight: 1 unless another is given."""
    found: dict[str, float] = {}
    for entry in header.lower().split(","):
        name, *parameters = (part.strip() for part in entry.split(";"))
        said = next((value for value in parameters if value.startswith("q=")), "q=1").removeprefix("q=").strip()
        weight = float(said) if WEIGHT.fullmatch(said) else 1.0
        if name:
            found[name] = max(weight, found.get(name, 0.0))
    return found


def preferred_language(accepted: str) -> str | None:
    """German or English, whichever `Accept-Language` wants most, or names first; None where it wants neither."""
    wanted = {name: weight for name, weight in weights(accepted).items() if weight and name.split("-")[0] in LANGUAGES}
    return max(wanted, key=wanted.__getitem__).split("-")[0] if wanted else None
