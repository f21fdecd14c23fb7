"""Wrong settings and misspelt ones: a line for each that names the variable, the value and what would be right."""

import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from settings.addresses import masked
from settings.model import PREFIX, Settings
from settings.notices import ANY
from settings.reading import DURATION

SECRETS = (
    *("webhook_secret", "operator_tokens", "portal_tokens", "session_secret", "receipt_key", "oidc_client_secret"),
    *("smtp_url", "database_url", "notice_webhook_url", "notice_webhook_secret"),
)
"""What is never shown as it is: each may hold a secret."""
ADDRESSES = ("smtp_url", "database_url", "notice_webhook_url")
"""Of these, what is shown with its password masked."""
DURATIONS = ("abandon_after", "remind_every", "recheck_before", "repair_after", "max_event_age", "apply_window")


class Names(NamedTuple):
    """What there is that a setting may name. The settings themselves know none of it: whoever puts the parts together
    does."""

    kinds: Collection[str] = ()
    tasks: Collection[str] = ()
    decisions: Collection[str] = ()


def read_settings(names: Names) -> Settings:
    """The settings of this process. Raises `ValidationError` for what is wrong, a name that nothing has too."""
    return checked(Settings(), names)


def checked(settings: Settings, names: Names) -> Settings:
    """The settings, where there is all that they name. Raises `ValidationError`, as for any other wrong value."""
    faults = [
        *unknown_names("customer_centre_modes", settings.customer_centre_modes, "kinds", names.kinds),
        *unknown_names("task_due", settings.task_due, "types of task", names.tasks),
        *unknown_names("second_opinion", dict.fromkeys(settings.second_opinion), "decisions", names.decisions),
        *unknown_names("notice", {n: v for n, v in settings.notice.items() if n != ANY}, "types of task", names.tasks),
        *missing_of_provider(settings),
    ]
    if faults:
        raise ValidationError.from_exception_data("Settings", faults)
    return settings


def unknown_names(
    setting: str, given: Mapping[str, Any], what: str, names: Collection[str]
) -> Iterator[InitErrorDetails]:
    """What a setting names that there is not."""
    for name, value in given.items():
        if name not in names:
            text = f"{suggestion(name, names)} the {what} are {', '.join(names)}".strip()
            fault = PydanticCustomError("unknown_name", "{text}", {"text": text})
            written = name if value is None else f"{name}={value}"
            yield {"type": fault, "loc": (setting,), "input": written}


PROVIDER = ("oidc_issuer", "oidc_client_id", "oidc_client_secret", "oidc_grades")
"""What it takes to let a provider of identities say who somebody is."""


def missing_of_provider(settings: Settings) -> list[InitErrorDetails]:
    """What is wrong with each of these that is not set, where others are."""
    missing = [field for field in PROVIDER if not getattr(settings, field)]
    text = "it is needed with the other settings OIDC_…: ISSUER, CLIENT_ID, CLIENT_SECRET and GRADES go together"
    fault = PydanticCustomError("incomplete", "{text}", {"text": text})
    found: list[InitErrorDetails] = [{"type": fault, "loc": (field,), "input": ""} for field in missing]
    return found if len(found) < len(PROVIDER) else []


def run_program(
    program: Callable[[Settings], None],
    names: Names,
    faults: tuple[type[Exception], ...],
    begin: str = "",
) -> int:
    """Tell of misspelt names, read the settings and run a program with them; answers its exit code.

    0 done, 1 for one of the `faults`, whose text stands behind `begin`, 2 for wrong settings; each is said on stderr.
    """
    tell_misspelt()
    try:
        settings = read_settings(names)
    except ValidationError as error:
        sys.stderr.write("\n".join(explain(error)) + "\n")
        return 2
    try:
        program(settings)
    except faults as error:
        sys.stderr.write(f"{begin}{str(error) or repr(error)}\n")
        return 1
    return 0


OF_THE_COMMAND_LINE = ("URL", "TOKEN", "PROFILE")
"""What the command line alone reads: which portal it talks with."""


def tell_misspelt() -> None:
    """Say on stderr which variables of the environment are misspelt."""
    sys.stderr.writelines(f"{line}\n" for line in misspelt(os.environ))


def misspelt(names: Iterable[str]) -> list[str]:
    """One line for each variable that is named like a setting of ours and is none: it has no effect."""
    settings = [field.upper() for field in Settings.model_fields]
    given = {name: name.upper().removeprefix(PREFIX) for name in sorted(names) if name.upper().startswith(PREFIX)}
    own = settings + list(OF_THE_COMMAND_LINE)
    otherwise = "README.md lists the settings"
    return [
        f"{name} is not a setting and has no effect: {suggestion(bare, settings, PREFIX) or otherwise}"
        for name, bare in given.items()
        if bare not in own
    ]


def suggestion(name: str, names: Collection[str], prefix: str = "") -> str:
    """Which of the names was probably meant, as a question; empty where none is like it."""
    return "".join(f"did you mean {prefix}{close}?" for close in get_close_matches(name, names, n=1))


SENTENCES = {
    "time_delta_parsing": DURATION,
    "greater_than": "it must be longer than nothing",
    "greater_than_equal": "it must not be negative",
}
"""The remedies of a wrong duration where the library's own words do not say what to write."""


def shown(name: str, given: Any) -> str:
    """What was given, without its secrets."""
    if name in SECRETS:
        return repr(masked(given)) if name in ADDRESSES and isinstance(given, str) else "(not shown)"
    return repr(given)


def explain(error: ValidationError) -> list[str]:
    """One line for each wrong setting: the variable, the value given, what would be right. Secrets are not shown."""
    lines = []
    for fault in error.errors():
        name = str(fault["loc"][0]) if fault["loc"] else "settings"
        given = shown(name, fault.get("input"))
        remedy = (name in DURATIONS and SENTENCES.get(fault["type"])) or fault["msg"].removeprefix("Value error, ")
        lines.append(f"{PREFIX}{name.upper()}: {given} is not usable: {remedy}")
    return lines
