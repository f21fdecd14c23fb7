"""The pages of docs/ that are made from the code: one for each kind, and the tables over all of them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from catalogue.formats import ZONE, moment_from
from catalogue.texts import keys, say
from states.chart.base import AWAITED_EFFECT, PUBLIC_STATE
from states.kinds.kind import Kind
from states.views.diagram import mermaid, states_of
from tools.docs import kind_facts, matrix
from tools.docs.conversations import Exchange, played, shown
from tools.docs.samples import mail, spoken

MADE = "<!-- Made by `make docs` from the code: edit that instead. -->\n"


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
        called = kind_facts.outsiders(name)
        rows.append(
            (
                f"`{name}`",
                f"`{called}`: {say('de', f'state.{called}')} / {say('en', f'state.{called}')}",
                "*ended*" if final else code(kind_facts.waits_in(kind, name)),
                "" if final else code(kind_facts.events_in(kind, name)),
                "" if final else code(kind_facts.tasks_in(kind, name)),
                "; ".join(kind_facts.wakes_in(kind, name)),
                ", ".join(kind_facts.reminders_in(kind, name)),
            )
        )
    head = (
        *("state", "outsiders call it", "may wait for", "a customer may send", "tasks that may be open"),
        *("by itself", "reminders"),
    )
    return (
        "## States\n\n" + table(head, rows) + "\nWhat is possible at a moment depends on guards too: the status "
        "document's `enabled`, `waiting_for` and `tasks` say it. While a system is at "
        "work, tasks from before stay open. Tasks are explained in [states](../states.md#tasks).\n\n"
        + reminders_part(kind)
    )


def reminders_part(kind: Kind) -> str:
    """Which reminders a run of the kind sends: when, to whom, how they grow more urgent."""
    sent = {one for name in states_of(kind.chart) for one in kind_facts.reminders_in(kind, name)}
    rows = [(name, *REMINDERS[name]) for name in REMINDERS if name in sent]
    if not rows:
        return "### Reminders\n\nNone.\n"
    head = ("reminder", "to", "first", "then", "mail")
    return "### Reminders\n\n" + table(head, rows) + "\nThe texts are on the page of [messages](../messages.md).\n"


REMINDERS = {
    "customer": (
        "the customer",
        "`REMIND_EVERY` without a step of theirs; the clock stands still while an operator is awaited",
        "each `REMIND_EVERY`, as urgent and numbered; the last before `ABANDON_AFTER` says that it is the last, and "
        "each names the day on which the request is abandoned",
        "`reminder`, then `reminder_urgent`",
    ),
    "proof": (
        "the customer",
        "`REMIND_EVERY` after the step at the third party was opened, unless proof was handed in",
        "each `REMIND_EVERY`, as urgent and numbered, until there is proof (X9)",
        "`reminder`, then `reminder_urgent`",
    ),
    "task": (
        "the operators",
        "when the task is due, at the latest after `REMIND_EVERY`; at once when it was rejected and stays open",
        "each `REMIND_EVERY`, from the second on as urgent, numbered",
        "`task_escalated`",
    ),
    "surplus": (
        "the customer",
        "`RECHECK_BEFORE` the date, where licences are then in surplus (X2)",
        "once",
        "`surplus_reminder`",
    ),
}
"""Each reminder: to whom, first when, then how, by which mail."""


def rules_part(kind: Kind) -> str:
    """The rules with their lines of the guide."""
    found = kind_facts.rules()
    rows = [(f"{rule}", found[rule]["says"], lines_of(found[rule])) for rule in kind_facts.rules_of(kind)]
    return "## Rules\n\n" + table(("rule", "in short", "guide"), rows)


def codes_part(kind: Kind) -> str:
    """Warnings and refusals with their texts."""
    warnings, refusals = kind_facts.codes_of(kind)
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
    told += [f"effective {moment_from('en', status.effective_at.isoformat(), ZONE)}"] if status.effective_at else []
    told += [f"tasks: {code(task.type for task in status.tasks)}"] if status.tasks else []
    told += (
        [f"warnings: {code(warning.code for warning in status.warnings)}"] if number == 1 and status.warnings else []
    )
    told += [f"refusal: `{status.refusal.code}` ({status.refusal.rule})"] if status.refusal else []
    return f"{said}\n   → {' · '.join(told)}"


# Over all kinds.


def overview_page() -> str:
    """The matrix: what each thing is when it ends, from when it takes effect, who acts, what stands against it."""
    names = ", ".join(f"[{say('en', f'kind.{kind.kind}')}](kinds/{kind.kind}.md)" for kind in kind_facts.kinds())
    return (
        f"# Overview\n\n{MADE}\n{template('overview')}\n{table(matrix.HEAD, list(matrix.rows()))}\n"
        f"{template('matrix')}\nThe pages of the kinds: {names}.\n\n{template('public_pages')}"
    )


def states_page() -> str:
    """Every state as outsiders see it, doing-states, events, tasks, and why an event may be refused."""
    shown_states = [key.removeprefix("state.") for key in keys() if key.startswith("state.")]
    rows = [
        (f"`{name}`", say("de", f"state.{name}"), say("en", f"state.{name}"), code(reaching(name)))
        for name in shown_states
    ]
    doing = [
        (f"`{name}`", f"`{kind_facts.outsiders(name)}`", f"`{effect.__name__}`")
        for name, effect in sorted(AWAITED_EFFECT.items())
    ]
    renamed = [
        (f"`{name}`", f"`{called}`") for name, called in sorted(PUBLIC_STATE.items()) if name not in AWAITED_EFFECT
    ]
    problems = [key for key in keys() if key.startswith("problem.")]
    return "\n".join(
        [
            f"# States, tasks, refused events\n\n{MADE}",
            "## States\n\nA state changes when the world has changed.\n",
            table(("state", "German", "English", "in"), rows),
            "While a system is at work the chart is in a state of its own, which outsiders see under another name:\n",
            table(("state of the chart", "shown as", "asks for"), doing),
            table(("waits for a person", "shown as"), renamed),
            template("tasks"),
            "## Refused events\n",
            *(f"### `{key.removeprefix('problem.')}`\n\n{spoken(key)}" for key in problems),
        ]
    )


def reaching(shown_state: str) -> list[str]:
    """The kinds that reach a state."""
    found = [
        kind.kind
        for kind in kind_facts.kinds()
        if any(kind_facts.outsiders(name) == shown_state for name in states_of(kind.chart))
    ]
    return ["every kind"] if len(found) == len(kind_facts.kinds()) else found


def messages_page() -> str:
    """Every mail and every task's instructions, in both languages."""
    mails = [key.removesuffix(".body") for key in keys() if key.startswith("mail.") and key.endswith(".body")]
    beside = ("task.note", "task.proof", "task.json", "task.asked")
    tasks = [key for key in keys() if key.startswith("task.") and key not in beside]
    return "\n".join(
        [
            f"# Messages\n\n{MADE}\n{template('messages')}",
            "## Mails\n",
            *(f"### `{key.removeprefix('mail.')}`\n\n{mail(key)}" for key in mails),
            "## Instructions of tasks\n\nAfter each stands who asked and when; after a rejection its reason, after a "
            "proof what was handed in:\n",
            spoken("task.asked"),
            *(f"### `{key.removeprefix('task.')}`\n\n{spoken(key)}" for key in tasks),
        ]
    )


def conversations_page() -> str:
    """Who tells whom what between kinds."""
    watchers = [kind.kind for kind in kind_facts.kinds() if kind.watches]
    return template("conversations").replace("{made}", MADE).replace("{watchers}", code(watchers))
