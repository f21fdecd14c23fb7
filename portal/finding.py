"""What operators look for, and all that is known of one case or one customer: for the desk and over HTTP alike."""

import asyncio
from collections.abc import Sequence
from typing import Any

from activities.sql.work_list import WorkItem
from catalogue.quoting import one_line
from catalogue.texts import say
from portal.authority import Authority
from portal.board import board
from portal.context import Portal
from portal.problems import malformed, unknown_customer
from portal.receipt_routes import receipts_of
from portal.search import Criteria, labelled, search
from portal.sent_mails import mails_of_case, mails_of_customer
from portal.shown import shown
from portal.task_items import Known, item_of
from portal.tasks import iso, known_of
from states.model.names import last_mails_of
from states.model.record import Language
from states.views.labels import state_text

Document = dict[str, Any]
TO_OPERATORS = Authority("operator")
"""Of whoever reads these: operators alone do."""
MOST_FOUND = 20
"""So many of each are named."""
LONGEST = 200
"""Characters of what is looked for."""
MOST_NAMED = 50
"""So many runs of one subject, and receipts and cases of a customer, are named at once."""
MOST_TASKS = 200
"""So many open tasks of a customer are named."""


async def look(portal: Portal, wanted: str, language: Language | None = None) -> Document:
    """`GET /search`. Raises `malformed` where there is nothing to look for."""
    words = " ".join(wanted.split())
    if not words or len(words) > LONGEST:
        raise malformed("search_words", longest=LONGEST)
    in_thread = portal.adapters.database.in_thread
    customers, cases, tasks = await in_thread(looked_up, portal, words, language)
    return {"q": words, "customers": customers, "cases": cases, "tasks": await with_names(portal, tasks, language)}


def looked_up(
    portal: Portal, words: str, language: Language | None
) -> tuple[list[Document], list[Document], list[WorkItem]]:
    """Customers and cases as they are answered, and the tasks. Blocks."""
    adapters = portal.adapters
    with adapters.database.read():
        found = adapters.search.look(words, MOST_FOUND)
        records = adapters.records.several(found.customers)
        tasks = [item for task in found.tasks if (item := adapters.work_list.task(task))]
        cases = labelled(portal, found.cases, language)
    named = [{"customer": number, "name": one_line(records[number][0].name)} for number in found.customers]
    return named, cases, tasks


async def with_names(portal: Portal, tasks: Sequence[WorkItem], language: Language | None) -> list[Document]:
    """Tasks as items of the work list, each with whether it is open."""
    known = await known_of(portal, {task.customer for task in tasks})
    return [item_of(task, known.get(task.customer, Known()), language) | {"open": task.open} for task in tasks]


async def case_file(
    portal: Portal, workflow_id: str, run_id: str | None = None, language: Language | None = None
) -> Document:
    """`GET /cases/{kind}/{customer}/{subject}`. Raises `unknown_run`, `unavailable`."""
    document, receipts, mails = await asyncio.gather(
        portal.runs.reader.read(workflow_id, run_id),
        receipts_of(portal, workflow_id, run_id),
        mails_of_case(portal, TO_OPERATORS, workflow_id, run_id),
    )
    in_thread, customer = portal.adapters.database.in_thread, document["customer"]
    runs, tasks, comments = await in_thread(beside, portal, workflow_id, document["run_id"], language)
    known = await known_of(portal, [customer])
    record = known.get(customer, Known()).record
    status = await shown(portal, document, "operator")
    return {
        "status": spoken_in(status, language) if language else status,
        "customer_name": one_line(record.name) if record else None,
        "tasks": await with_names(portal, tasks, language),
        "comments": comments,
        "receipts": receipts["items"],
        "mails": mails,
        "runs": runs,
    }


def beside(
    portal: Portal, workflow_id: str, run_id: str, language: Language | None
) -> tuple[list[Document], list[WorkItem], list[Document]]:
    """What stands beside the document of a run: all runs of its ID, the open tasks, what operators noted. Blocks."""
    adapters = portal.adapters
    with adapters.database.read():
        runs = labelled(portal, adapters.search.cases_of(workflow_id, MOST_NAMED), language)
        named = dict.fromkeys((workflow_id, *(last_mails_of(workflow_id, id) for id in {run_id, *ids_of(runs)})))
        tasks = [
            task
            for id in named
            for task in adapters.work_list.tasks(workflow_id=id, order="urgency", limit=MOST_TASKS).items
        ]
        comments = [entry._asdict() | {"at": iso(entry.at)} for entry in adapters.task_notes.comments(workflow_id)]
    return runs, tasks, comments


def ids_of(runs: Sequence[Document]) -> list[str]:
    """The run IDs of items of a list."""
    return [run["run_id"] for run in runs]


async def customer_file(portal: Portal, customer: str, language: Language | None = None) -> Document:
    """`GET /customers/{customer}`. Raises `unknown_customer`."""
    drawn, (record, cases, receipts, tasks) = await asyncio.gather(
        portal.adapters.database.in_thread(board, portal, customer, language),
        portal.adapters.database.in_thread(kept_of, portal, customer, language),
    )
    return {
        **record,
        "board": drawn,
        "cases": cases,
        "receipts": receipts,
        "mails": await mails_of_customer(portal, TO_OPERATORS, customer),
        "tasks": await with_names(portal, tasks, language),
    }


def kept_of(
    portal: Portal, customer: str, language: Language | None
) -> tuple[Document, Document, list[Document], list[WorkItem]]:
    """Who the customer is, the first of his cases, his last receipts, and the open tasks. Blocks."""
    adapters = portal.adapters
    with adapters.database.read():
        record = adapters.records.customer(customer)
        if record is None:
            raise unknown_customer(customer)
        cases = search(portal, Criteria(customer=customer), None, MOST_NAMED, language)
        receipts = [receipt._asdict() for receipt in adapters.issued_receipts.of_customer(customer, MOST_NAMED)]
        tasks = list(adapters.work_list.tasks(customer=customer, order="urgency", limit=MOST_TASKS).items)
    who = {"customer": customer, "name": one_line(record.name), "mail": record.email, "language": record.language}
    return who, cases, [receipt | {"issued_at": iso(receipt["issued_at"])} for receipt in receipts], tasks


def spoken_in(document: Document, language: Language) -> Document:
    """A status document with what follows from its codes alone said in a language.

    The rest stays in the customer's, in which the run says it: `language`.
    """
    target = document["target"]
    values = {name: document[name] for name in ("kind", "target")}
    booked = document.get("being_booked", False)
    return document | {
        "state_text": state_text(say, language, document["kind"], document["state"], booked),
        "target_text": None if target is None else say(language, "about.target", values),
    }
