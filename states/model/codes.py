"""The stable codes of warnings, refusals and problems: the one declaration that everybody derives from.

Portals act on a code; the text beside it, for people, is in `catalogue/wording` (docs/contract.md, Codes).
"""

from typing import Literal, NamedTuple

Group = Literal["warning", "request", "event", "open", "portal", "http"]
"""Where a code is said.

`warning`, the refusal of a `request` or of an `event`, `refusal` while a run is `open`; of the `portal` alone; and what
the portal says of a call that it has no such word for (`http`: not part of the contract's table).
"""
CONFLICT = 409
"""The status of what is well formed and is said no to."""


class Code(NamedTuple):
    """`status`: with which HTTP status the portal answers it; None for a warning, which is no answer of its own."""

    name: str
    groups: tuple[Group, ...]
    status: int | None = CONFLICT
    rules: tuple[str, ...] = ()


def warning(name: str, *rules: str) -> Code:
    """A warning, with the rules that ask for it."""
    return Code(name, ("warning",), None, rules)


def refusal(name: str, *rules: str) -> Code:
    """The refusal of a request, with the rules that ask for it."""
    return Code(name, ("request",), CONFLICT, rules)


CODES: dict[str, Code] = {
    code.name: code
    for code in (
        warning("boundary_day", "X1"),
        warning("notice_unknown", "D7"),
        warning("no_saving", "G9"),
        warning("features_lost", "ED4"),
        warning("surplus", "ED5"),
        warning("surplus_gap", "ED13"),
        warning("knock_on", "ED14"),
        warning("later_than_standing", "X10"),
        warning("package_zero", "OP0-4"),
        warning("selling_stops_first", "OP0-5"),
        warning("overage", "OP3"),
        warning("reassign_instead", "WMU4"),
        warning("user_management_lost", "VOU1"),
        warning("integrations_end", "API4"),
        warning("pilot_sign_off", "MP3", "API3"),
        warning("third_party_too", "MP4"),
        warning("backup", "HOS3"),
        warning("two_contracts", "SL5"),
        warning("old_contract_runs_on", "SHH2"),
        warning("addons_remain", "ADD2"),
        warning("no_promise", "MIS2"),
        warning("by_exception", "SVC1"),
        warning("ended_elsewhere", "CO4", "ECO1"),
        warning("moved_by_appointment", "MOV1", "MOV2"),
        refusal("unknown_customer"),
        refusal("not_held"),
        refusal("not_lower", "ED1", "OPL-2"),
        refusal("lowest_edition", "ED2", "WE2"),
        refusal("not_bookable", "OPL-2"),
        refusal("inclusive_user", "WMU2"),
        refusal("subscription", "SL2"),
        refusal("support_level", "SUP2"),
        refusal("use_support", "G1", "MOV2", "SVC1"),
        refusal("not_available", "G6"),
        Code("declined", ("request", "open")),
        Code("booking_refused", ("open",)),
        Code("malformed", ("request", "event"), 422),
        Code("not_enabled", ("event",)),
        Code("changed", ("event",)),
        Code("confirm_anyway", ("event",)),
        Code("details_missing", ("event",), 422, ("ADD1", "ADD2")),
        Code("in_surplus", ("event",)),
        Code("too_late", ("event",)),
        Code("ended", ("event",)),
        Code("unknown_task", ("event",), 404),
        Code("proof_missing", ("event",), 422),
        Code("second_needed", ("event",)),
        Code("unknown_run", ("portal",), 404),
        Code("id_reused", ("portal",)),
        Code("claimed", ("portal",)),
        Code("frozen", ("portal",)),
        Code("not_frozen", ("portal",)),
        Code("unauthorised", ("portal",), 401),
        Code("forbidden", ("portal",), 403),
        Code("unavailable", ("portal",), 503),
        Code("foreign_host", ("portal",), 421),
        Code("cross_site", ("portal",), 403),
        Code("wrong_content_type", ("portal",), 415),
        Code("too_large", ("portal",), 413),
        Code("too_many_tries", ("portal",), 429),
        Code("not_found", ("http",), 404),
        Code("method_not_allowed", ("http",), 405),
        Code("internal", ("http",), 500),
    )
}
"""By name."""


def codes_of(*groups: Group) -> tuple[str, ...]:
    """The names of the codes that are said in one of these groups."""
    return tuple(code.name for code in CODES.values() if {*groups} & {*code.groups})


def status_of(code: str) -> int:
    """With which HTTP status the portal answers a refusal; what another version of a run says no with is a conflict."""
    return (CODES[code].status if code in CODES else None) or CONFLICT
