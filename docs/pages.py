"""The pages of docs/ that are made from the code: one for each kind, and the tables over all of them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from catalogue.texts import keys, say
from docs import facts
from docs.play import Exchange, played, shown
from states.chart import DOING, SHOWN
from states.diagram import mermaid, states_of
from states.kind import Kind

MADE = "<!-- Made by `make docs` from the code: edit that instead. -->\n"

SAMPLES: dict[str, Any] = {
    "addons": ["A-71"], "assigned_to": "wms", "belongs_to": "voucher", "bookable": [100, 1000],
    "complete": False, "count": 2, "current": "JTL Pro", "customer": "K-1001", "details": {}, "effective_at":
    "2027-02-01T00:00:00+01:00", "enabled": ["acknowledge_warning", "abandon"], "ends_on": "2027-08-31", "event":
    "place_order", "fault": "by: Field required", "features": ["JTL-Track&Trace"], "held": 4, "id": "4711", "level":
    "Silber", "licence": "TT-61", "licence_ends_at": "2027-01-01T00:00:00+01:00", "licences": ["TT-61", "POS-12"],
    "limit": 3, "limited": ["JTL-Vouchers"], "minimum": None, "missing": ["new_contract"], "name": "Lager Nord",
    "note": "…", "open": ["t-1"], "other": "JTL-WMS Mobile", "other_effective_at": "2027-03-01T00:00:00+01:00",
    "product": "JTL-Track&Trace", "products": ["JTL-Vouchers"], "reason": "…", "source": "portal",
    "standing_at": "2027-01-01T00:00:00+01:00", "state": "feature_warning", "subject": "V-61", "target": "JTL Advanced",
    "task": "t-1", "what": "target", "workflow_id": "edition/K-1001/jtl",
}  # fmt: skip
"""Values for the texts shown: made up, one for each name."""
OF_KINDS: dict[str | None, dict[str, Any]] = {
    "order_package": {"target": 1000, "current": 2500, "bookable": [0, 100, 1000]},
    "edition": {
        "limits": ["POS-Anbindung: 3"],
        "lost": ["JTL-Track&Trace"],
        "package": "Auftragspaket 5.000",
        "shop_licences": ["SH-61"],
        "support_after": "Bronze",
        "support_before": "Silber",
        "users": ["U-61"],
        "warehouse": True,
    },
    "wms_module": {"warehouse": True},
    "marketplace": {"channel": "marketplace"},
    "connector": {"channel": "connector"},
}
"""Values that a kind's own texts have."""


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A table in Markdown."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines) + "\n"


def template(name: str) -> str:
    """A part that is written by hand."""
    return (Path(__file__).parent / "templates" / f"{name}.md").read_text(encoding="utf-8")


def code(values: Any) -> str:
    """Names in code type, comma-separated."""
    return ", ".join(f"`{value}`" for value in values) or "–"


def quoted(text: str) -> str:
    """A text for people as a block quote."""
    return "\n".join(f"> {line}".rstrip() for line in text.strip().splitlines())


def spoken(key: str, kind: str | None = None) -> str:
    """A text in both languages, with made-up values."""
    values = SAMPLES | OF_KINDS.get(kind, {})
    return f"{quoted(say('de', key, values))}\n>\n{quoted(say('en', key, values))}\n"


def lines_of(rule: dict[str, Any]) -> str:
    """Where a rule comes from: lines of the guide, public pages, our own reading."""
    said = [f"L{line}" for line in rule.get("lines", ())]
    said += [f"[{page}](../overview.md#public-pages)" for page in rule.get("pages", ())]
    return ", ".join(said + (["our reading"] if rule.get("ours") else []))


# A kind's page.


def kind_page(kind: Kind) -> str:
    """The page of a kind."""
    request = played(kind.kind)[0].payload
    head = [
        f"# {say('en', f'kind.{kind.kind}')} (`{kind.kind}`)\n",
        MADE,
        f"{(facts_doc(kind) or '').strip()}\n",
        f"Workflow type `{kind.workflow}` · workflow ID like `{kind.kind}/{request['customer']}/{request['subject']}`"
        f" · {say('de', f'kind.{kind.kind}')}\n",
    ]
    parts = (diagram_part, states_part, rules_part, codes_part, conversation_part)
    return "\n".join([*head, *(part(kind) for part in parts)])


def facts_doc(kind: Kind) -> str | None:
    """What the kind's chart says of itself."""
    return kind.chart.__doc__


def diagram_part(kind: Kind) -> str:
    """The state diagram."""
    return (
        f"## Path\n\n```mermaid\n{mermaid(kind.kind)}```\n\n"
        "A name in brackets is a guard. Events that leave the state as it is are not drawn.\n"
    )


def states_part(kind: Kind) -> str:
    """The table of states."""
    rows = []
    for name in states_of(kind.chart):
        final = kind.chart.states_map[name].final
        called = facts.outsiders(name)
        rows.append(
            (
                f"`{name}`",
                f"`{called}`: {say('de', f'state.{called}')} / {say('en', f'state.{called}')}",
                "*ended*" if final else code(facts.waits_in(kind, name)),
                "" if final else code(facts.events_in(kind, name)),
                "" if final else code(facts.tasks_in(kind, name)),
                "; ".join(facts.wakes_in(kind, name)),
            )
        )
    head = ("state", "outsiders call it", "may wait for", "a customer may send", "tasks that may be open", "by itself")
    return (
        "## States\n\n" + table(head, rows) + "\nWhat is possible at a moment depends on guards too: the status "
        "document's `enabled`, `waiting_for` and `tasks` say it. While a system is at "
        "work, tasks from before stay open. Tasks are explained in [states](../states.md#tasks).\n"
    )


def rules_part(kind: Kind) -> str:
    """The rules with their lines of the guide."""
    found = facts.rules()
    rows = [(f"{rule}", found[rule]["says"], lines_of(found[rule])) for rule in facts.rules_of(kind)]
    return "## Rules\n\n" + table(("rule", "in short", "guide"), rows)


def codes_part(kind: Kind) -> str:
    """Warnings and refusals with their texts."""
    warnings, refusals = facts.codes_of(kind)
    parts = ["## Warnings\n", "Values are made up.\n" if warnings else "None.\n"]
    parts += [f"### `{name}`\n\n{spoken(f'warning.{name}', kind.kind)}" for name in warnings]
    parts += [
        "## Refusals\n",
        "Of a request; `declined` and `booking_refused` also while a run is open. Those of later events are in "
        "[states](../states.md#refused-events).\n",
    ]
    parts += [f"### `{name}`\n\n{spoken(f'refusal.{name}', kind.kind)}" for name in refusals]
    return "\n".join(parts)


def conversation_part(kind: Kind) -> str:
    """The example conversation with its answers."""
    lines = [exchange(number, one) for number, one in enumerate(played(kind.kind), 1)]
    return (
        "## An example\n\nA test plays these events on a whole system; `t-…` stands for the id of a task.\n\n"
        + "\n".join(lines)
    )


def exchange(number: int, one: Exchange) -> str:
    """One event and what came of it."""
    said = f"{number}. **{one.said}** `{shown(one.payload)}`" if one.payload else f"{number}. **{one.said}**"
    if one.answer is None:
        return f"{said}\n   → refused: `{one.code}` ({one.rule})"
    status = one.answer
    told = [f"state `{status.state}`"]
    told += [f"waits for {code(status.waiting_for)}"] if status.waiting_for else ["ended"]
    told += [f"possible: {code(status.enabled)}"] if status.enabled else []
    told += [f"effective {status.effective_at.isoformat()}"] if status.effective_at else []
    told += [f"tasks: {code(task.type for task in status.tasks)}"] if status.tasks else []
    told += (
        [f"warnings: {code(warning.code for warning in status.warnings)}"] if number == 1 and status.warnings else []
    )
    told += [f"refusal: `{status.refusal.code}` ({status.refusal.rule})"] if status.refusal else []
    return f"{said}\n   → {' · '.join(told)}"


# Over all kinds.


def overview_page() -> str:
    """The matrix: what each kind is, from when it takes effect, who acts, what stands against it."""
    rows = []
    for kind in facts.kinds():
        warnings, refusals = facts.codes_of(kind)
        special = [name for name in refusals if name not in ("malformed", "unknown_customer", "not_held")]
        rows.append(
            (
                f"[`{kind.kind}`](kinds/{kind.kind}.md)",
                say("en", f"kind.{kind.kind}"),
                date_of(kind),
                actors_of(kind),
                code(special),
                code(warnings),
            )
        )
    head = ("kind", "what", "takes effect", "who acts", "hard blocks", "warnings")
    return (
        f"# Overview\n\n{MADE}\n{table(head, rows)}\nEvery request may also be refused as `malformed`, "
        "`unknown_customer` or `not_held`. What each product is in each edition stands in "
        f"[the catalogue](catalogue.md).\n\n{template('public_pages')}"
    )


def date_of(kind: Kind) -> str:
    """Where its effective date comes from."""
    if facts.follows_notice(kind):
        return "notice rule: the first of a month (D1–D5)"
    path = facts.path_of(kind).__name__
    if path == "LicenceEnd":
        return "paid: after the recorded term; included: at once or on a day chosen (X6)"
    return (
        {
            "TransferPath": "the moment agreed (MOV1)",
            "FulfillmentPath": "when every partner has confirmed (FFN5)",
            "HandoverPath": "when the third party has confirmed (ECO2)",
            "TicketPath": "as a person decides",
        }[path]
        if "support_ticket" not in kind.chart.unused
        else "never"
    )


def actors_of(kind: Kind) -> str:
    """Who may have to act, beside the systems."""
    waits = {one for name in states_of(kind.chart) for one in facts.waits_in(kind, name)}
    if "support_ticket" in kind.chart.unused:
        return "–"
    path = facts.path_of(kind).__name__
    named = ["customer"] if "customer" in waits or path in ("TicketPath", "TransferPath", "HandoverPath") else []
    named += ["third party"] if "third_party" in waits else []
    return ", ".join([*named, "operator"])


def states_page() -> str:
    """Every state as outsiders see it, doing-states, events, tasks, and why an event may be refused."""
    shown_states = [key.removeprefix("state.") for key in keys() if key.startswith("state.")]
    rows = [
        (f"`{name}`", say("de", f"state.{name}"), say("en", f"state.{name}"), code(reaching(name)))
        for name in shown_states
    ]
    doing = [
        (f"`{name}`", f"`{facts.outsiders(name)}`", f"`{effect.__name__}`") for name, effect in sorted(DOING.items())
    ]
    renamed = [(f"`{name}`", f"`{called}`") for name, called in sorted(SHOWN.items()) if name not in DOING]
    problems = [key for key in keys() if key.startswith("problem.")]
    tasks = [key for key in keys() if key.startswith("task.") and key not in ("task.note", "task.proof", "task.json")]
    return "\n".join(
        [
            f"# States, tasks, refused events\n\n{MADE}",
            "## States\n\nA state changes when the world has changed.\n",
            table(("state", "German", "English", "in"), rows),
            "While a system is at work the chart is in a state of its own, which outsiders see under another name:\n",
            table(("state of the chart", "shown as", "asks for"), doing),
            table(("waits for a person", "shown as"), renamed),
            template("tasks"),
            "Instructions, one text for each case: " + code(key.removeprefix("task.") for key in tasks) + ".\n",
            "## Refused events\n",
            *(f"### `{key.removeprefix('problem.')}`\n\n{spoken(key)}" for key in problems),
        ]
    )


def reaching(shown_state: str) -> list[str]:
    """The kinds that reach a state."""
    found = [
        kind.kind
        for kind in facts.kinds()
        if any(facts.outsiders(name) == shown_state for name in states_of(kind.chart))
    ]
    return ["every kind"] if len(found) == len(facts.kinds()) else found


def conversations_page() -> str:
    """Who tells whom what between kinds."""
    watchers = [kind.kind for kind in facts.kinds() if kind.watches]
    return template("conversations").replace("{made}", MADE).replace("{watchers}", code(watchers))
