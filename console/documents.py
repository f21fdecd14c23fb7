"""Status documents, previews and customers as people read them.

The texts are read where something is said by them: what lists runs or tasks in lines says nothing of its own.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

from catalogue.gist import gist
from catalogue.quoting import one_line
from console.output import at, footer, in_time, on, one_line_each, pairs, table, until
from console.portal_client import language
from console.refusals import Document
from states.model.ends import CHANGING_NOTHING, DEADLINE_KEPT


def deadline(document: Document) -> str | None:
    """Until when to order; None where the order is placed, and where there is no such day."""
    return None if document["state"] in DEADLINE_KEPT else document["order_by"]


def label(namespace: str, value: str) -> str:
    """The label of a code in the terminal's language, or the code."""
    from catalogue.texts import say

    try:
        return say(language(), f"{namespace}.{value}")
    except KeyError:
        return value


def label_of_cost(kind: str, effect: str) -> str:
    """What a case of a kind does to the cost."""
    from catalogue.texts import cost_label

    return label("cost", cost_label(kind, effect).removeprefix("cost."))


def stated(document: Document) -> str:
    """The state of a run in the terminal's language."""
    from catalogue.texts import say

    values = {"kind": document["kind"], "being_booked": document.get("being_booked", False)}
    return say(language(), f"state.{document['state']}", values)


def print_status(document: Document, zone: str) -> None:
    """Where a cancellation stands, why, and what may be done."""
    standing, unchanged = document["standing"], document["state"] in CHANGING_NOTHING
    pairs(
        [
            ("cancellation", f"{document['workflow_id']}  ({label('kind', document['kind'])})"),
            ("case number", document["case_number"]),
            ("target", spoken(document["target"])),
            ("state", f"{document['state']}  ({stated(document)})"),
            ("waits for", document["waiting_for"]),
            ("possible now", [name.replace("_", "-") for name in document["enabled"]]),
            ("takes effect", None if unchanged else at(document["effective_at"], zone)),
            ("order by", None if unchanged else until(deadline(document), zone)),
            ("term ends", on(document["term_ends"])),
            ("cost", None if unchanged else label_of_cost(document["kind"], document["cost_effect"])),
            ("standing order", f"{standing['target']}, {at(standing['effective_at'], zone)}" if standing else None),
            ("refused", coded(document["refusal"]) if document["refusal"] else None),
            ("catalogue", document["catalogue"]),
            ("web UI", document["ui_url"]),
        ]
    )
    print_findings(document)
    for task in document["tasks"]:
        needs = needed(task)
        due = f", due {in_time(task['due_at'], zone)}" if task["due_at"] else ""
        print(f"\ntask {task['task']} ({task['type']}{due}{', needs ' + ' or '.join(needs) if needs else ''})")
        print("  " + task["instructions"].strip().replace("\n", "\n  "))
    rows = [
        (at(line["at"], zone), line["state"], line["event"], said_by(line), spoken(line["note"]))
        for line in document["timeline"]
    ]
    print()
    table(("at", "state", "event", "by", "note"), rows)


def said_by(line: Document) -> str:
    """Who acted, and what he calls himself: a customer may call himself whatever he likes."""
    return ": ".join([label("actor", line["actor"]), *([one_line(line["by"])] if line["by"] else [])])


def spoken(words: Any) -> Any:
    """What people wrote, in one line, which forges no other."""
    return one_line(words) if isinstance(words, str) else words


def needed(task: Document) -> list[str]:
    """What a confirmation needs: one of the decisions, or an option."""
    from states.chart.task_types import TASK_TYPES  # here: what lists tasks in a line waits for no chart

    options = [f"--{name}" for name in TASK_TYPES[task["type"]].needs]
    return [*task["decisions"], *options, *(["--reference"] if task["proof_required"] else [])]


def print_runs(page: Document, zone: str) -> None:
    """A page of cancellations."""
    rows = [
        (run["workflow_id"], run["state"], run["waiting_for"], at(run["effective_at"], zone),
         until(deadline(run), zone), at(run["ended_at"], zone))
        for run in page["items"]
    ]  # fmt: skip
    table(("cancellation", "state", "waits for", "takes effect", "order by", "ended"), rows)
    footer(page)


def print_tasks(page: Document, zone: str) -> None:
    """A page of the operators' work list, a line a task."""
    rows = [
        (task["id"], due(task, zone), task["type"], task["workflow_id"], task.get("claimed_by"),
         gist(task["instructions"]))
        for task in page["items"]
    ]  # fmt: skip
    one_line_each(("task", "due", "type", "cancellation", "who", "what to do"), rows)
    footer(page)


def due(task: Document, zone: str) -> str:
    """The last day in time of a task, as short as dates sort; `!` where that is over."""
    if not task["due_at"]:
        return "–"
    moment = datetime.fromisoformat(task["due_at"])
    over = "!" if task.get("urgency") == "overdue" or moment < datetime.now(UTC) else ""
    just_in_time = moment.astimezone(ZoneInfo(zone)) - timedelta(microseconds=1)
    return f"{just_in_time:%Y-%m-%d}{over}"


def print_tasks_long(page: Document, zone: str) -> None:
    """A page of the operators' work list, with what each needs and what to do."""
    rows = [
        (task["id"], task["type"], task["workflow_id"], in_time(task["due_at"], zone), needed(task),
         gist(task["instructions"]))
        for task in page["items"]
    ]  # fmt: skip
    table(("task", "type", "cancellation", "due", "needs", "what to do"), rows)
    footer(page)


def print_findings(document: Document) -> None:
    """What a status and a preview have in common: why, warnings, surplus."""
    lines("why", [f"{step['step']} ({step['rule']})" for step in document["why"]])
    lines("warnings", [coded(warning) for warning in document["warnings"]])
    if document["surplus"]:
        print()
        fields = itemgetter("product", "reason", "candidates", "resolved")
        rows = [(entry["licence"] or f"any {entry['too_many']}", *fields(entry)) for entry in document["surplus"]]
        table(("surplus licence", "product", "why", "of", "resolved"), rows)


def print_preview(document: Document, zone: str, *, kind: str) -> None:
    """What would happen, without starting anything."""
    later, cost = document["next"], document["cost"]
    pairs(
        [
            ("would be refused", coded(document["refusal"]) if document["refusal"] else None),
            ("takes effect", at(document["effective_at"], zone)),
            ("order by", until(document["order_by"], zone)),
            (
                "otherwise",
                f"{at(later['effective_at'], zone)}, order by {until(later['order_by'], zone)}" if later else None,
            ),
            ("cost", label_of_cost(kind, document["cost_effect"])),
            ("a month", f"{cost['before']} → {cost['after']} {cost['currency']}" if cost else None),
            ("catalogue", document["catalogue"]),
        ]
    )
    print_findings(document)
    limited = f" ({label('word', 'limited')})"
    lost = [loss["feature"] + (limited if loss["limited"] else "") for loss in document["features_lost"]]
    lines("functions lost", lost)


def coded(finding: Document) -> str:
    """A warning or refusal with its code."""
    rule = f", {finding['rule']}" if finding.get("rule") else ""
    return f"{finding['text']} [{finding['code']}{rule}]"


def lines(title: str, texts: Sequence[str]) -> None:
    """A heading with a line for each text; nothing without texts."""
    if texts:
        print(f"\n{title}")
        for text in texts:
            print("  - " + text.strip().replace("\n", "\n    "))


def print_customer(record: dict[str, Any]) -> None:
    """A customer with what is booked."""
    terms = {family: f"{term['term']}, ends {on(term['ends'])}" for family, term in record["edition_terms"].items()}
    editions = [f"{key} ({terms[family]})" if family in terms else key for family, key in record["editions"].items()]
    pairs(
        [
            ("customer", f"{record['customer']}  {spoken(record['name'])}"),
            ("mail", record["email"]),
            ("language", record["language"]),
            ("editions", editions),
            ("order package", str(record["order_package"])),
        ]
    )
    print()
    licence_fields = itemgetter("licence", "product", "label", "included", "term_ends", "price_per_month")
    licences = [
        licence_fields(licence | {"term_ends": on(licence["term_ends"]), "label": spoken(licence["label"])})
        for licence in record["licences"]
    ]
    table(("licence", "product", "label", "included", "term ends", "EUR a month"), licences)
    if record["partners"]:
        print()
        partner_fields = itemgetter("id", "name", "role", "open_operations", "stock")
        partners = [partner_fields(partner | {"name": spoken(partner["name"])}) for partner in record["partners"]]
        table(("partner", "name", "role", "open operations", "stock"), partners)
