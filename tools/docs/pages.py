"""The pages of docs/ that are made: each a template of `tools/docs/templates`, filled with what the code declares."""

from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from catalogue.differences import differences
from catalogue.formats import ZONE, moment_from
from catalogue.texts import say
from states.chart.state_names import AWAITED_EFFECT, PUBLIC_STATE, public_state
from states.chart.task_types import TASK_TYPES, TaskType
from states.kinds.kind import Kind
from states.kinds.registry import KINDS
from states.model.offers import Product
from states.model.status import Status
from states.views.diagram import mermaid
from tools.docs import kind_facts, matrix
from tools.docs.conversations import played, shipped
from tools.docs.kind_facts import holding, texts
from tools.docs.rules import ROOT, Rule, groups, in_code, in_data, in_tests, mutants_of
from tools.docs.samples import mail, spoken

MADE = "<!-- Made by `make docs` from the code: edit that instead. -->"


def pages() -> dict[str, str]:
    """Every page by its path below docs/."""
    watchers = [kind.kind for kind in KINDS.values() if kind.watches]
    return {
        **{f"kinds/{kind.kind}.md": page("kind", **kind_page(kind)) for kind in KINDS.values()},
        "overview.md": page("overview", matrix_rows=list(matrix.rows()), kinds=KINDS.values()),
        "catalogue.md": page("catalogue", **catalogue_page()),
        "states.md": page("states", **states_page()),
        "conversations.md": page("conversations", watchers=watchers),
        "messages.md": page("messages", **messages_page()),
        "rules.md": page("rules", groups=groups().items()),
        "adr/README.md": page("adr", decisions=decisions()),
    }


def kind_page(kind: Kind) -> dict[str, Any]:
    """What the page of a kind shows."""
    states, exchanges = kind_facts.states(kind), played(kind.kind)
    return {
        "kind": kind,
        "request": exchanges[0].payload,
        "diagram": mermaid(kind.kind),
        "states": states,
        "reminders": {reminder for state in states for reminder in state.reminders},
        "rules": kind_facts.rules_of(kind),
        "warnings": kind_facts.warnings_of(kind),
        "refusals": kind_facts.refusals_of(kind),
        "exchanges": exchanges,
    }


def states_page() -> dict[str, Any]:
    """Every state as outsiders see it with the kinds that reach it, and those that have another name in the chart."""
    reached = {kind.kind: {state.public for state in kind_facts.states(kind)} for kind in KINDS.values()}

    def reaching(state: str) -> list[str]:
        kinds = [kind for kind, states in reached.items() if state in states]
        return ["every kind"] if len(kinds) == len(KINDS) else kinds

    return {
        "public_states": [(state, reaching(state)) for state in sorted(texts("state"))],
        "awaiting": [(name, public_state(name), effect.__name__) for name, effect in sorted(AWAITED_EFFECT.items())],
        "renamed": [(name, public) for name, public in sorted(PUBLIC_STATE.items()) if name not in AWAITED_EFFECT],
        "problems": sorted(texts("problem")),
    }


def messages_page() -> dict[str, Any]:
    """Every mail and every task's instructions."""
    mails = [name.removesuffix(".body") for name in sorted(texts("mail")) if name.endswith(".body")]
    return {"mails": mails, "tasks": sorted(text for type_ in TASK_TYPES.values() for text in type_.texts)}


def catalogue_page() -> dict[str, Any]:
    """The first version whole, newer ones, newest first, by what they say otherwise than the one before.

    New remarks are no differences: they are shown by themselves.
    """
    versions = shipped().all
    first, pairs = versions[0], reversed([*pairwise(versions)])
    products = first.products.values()
    return {
        "changes": [
            (old, new, [line for line in differences(old, new) if not line.startswith("+ remarks.")])
            for old, new in pairs
        ],
        "first": first,
        "products": [(product, [offered(product, key) for key in first.editions]) for product in products],
    }


def offered(product: Product, edition: str) -> str:
    """What a product is in an edition, with its number where there is one."""
    offer = product.offer or product.offers.get(edition)
    return offer.written if offer else "–"


def decisions() -> list[tuple[str, str]]:
    """The decisions of docs/adr: file and title."""
    paths = sorted((ROOT / "docs" / "adr").glob("0*.md"))
    return [(path.name, path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")) for path in paths]


# What templates may use.


def code(values: Iterable[Any]) -> str:
    """Names in code type, comma-separated; a dash where there is none."""
    return ", ".join(f"`{value}`" for value in values) or "–"


def row(cells: Iterable[Any]) -> str:
    """A row of a table."""
    return f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in cells)} |"


def head(cells: Iterable[str]) -> str:
    """The head of a table."""
    cells = list(cells)
    return f"{row(cells)}\n{row('---' for _ in cells)}"


def confirmed_with(type_: TaskType) -> str:
    """What confirming a task of this type needs."""
    if type_.decisions:
        *others, last = (f"`{decision}`" for decision in type_.decisions)
        return f"`decision`: {', '.join(others)} or {last}"
    return "`proof.reference`" if type_.needs_proof else code(type_.needs) if type_.needs else "nothing"


def links(paths: Iterable[str]) -> str:
    """Files of the project, linked from a page in docs/."""
    return ", ".join(f"[`{path}`](../{path})" for path in paths)


def source(rule: Rule, docs: str) -> str:
    """Where a rule comes from: lines of the guide, public pages, our own reading. `docs`: the way to docs/."""
    stated = [f"L{line}" for line in rule.lines]
    stated += [f"[{name}]({docs}overview.md#public-pages)" for name in rule.pages]
    return ", ".join(stated + (["our reading"] if rule.ours else []))


def stands(status: Status, first: bool) -> list[str]:
    """How a run of a conversation stands. Warnings are named at its first answer alone."""
    effective = status.effective_at
    told = {
        f"state `{status.state}`": True,
        f"waits for {code(status.waiting_for)}" if status.waiting_for else "ended": True,
        f"possible: {code(status.enabled)}": status.enabled,
        f"effective {moment_from('en', effective.isoformat(), ZONE) if effective else ''}": effective,
        f"tasks: {code(task.type for task in status.tasks)}": status.tasks,
        f"warnings: {code(warning.code for warning in status.warnings)}": first and status.warnings,
    }
    refusal = [f"refusal: `{status.refusal.code}` ({status.refusal.rule})"] if status.refusal else []
    return [*holding(told), *refusal]


TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
)  # fmt: skip
TEMPLATES.globals |= {"made": MADE, "say": say, "spoken": spoken, "mail": mail, "task_types": TASK_TYPES}
TEMPLATES.filters |= {"code": code, "row": row, "head": head, "links": links}
TEMPLATES.filters |= {"source": source, "stands": stands, "confirmed_with": confirmed_with}
TEMPLATES.filters |= {
    "code_of": lambda rule: in_code().get(rule.number, {}).items(),
    "data_of": lambda rule: in_data().get(rule.number, ()),
    "tests_of": lambda rule: in_tests().get(rule.number, ()),
    "mutants_of": lambda rule: mutants_of(rule.number),
}


def page(template: str, **facts: Any) -> str:
    """A page of a template."""
    return TEMPLATES.get_template(f"{template}.md").render(facts).rstrip() + "\n"
