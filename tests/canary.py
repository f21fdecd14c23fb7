"""Canaries: words that stand in what is an operator's alone, and that must be found in nothing a customer gets.

`canary(name)` makes one, `canaries_in(answer)` looks for any in a text, bytes, or a document. `INTERNAL` are runs in
which operators say and do what is theirs, with canaries for their names, words, proofs and faults; `planted()` is a
document that holds one in every field and line that is declared internal (`states.views.audience`).
"""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from states.model.names import case_number
from states.model.request import ConfirmTask, Proof, RejectTask
from states.model.sent_mails import SentMail
from states.model.status import Status, TaskEntry, TimelineEntry, bare_status
from tests.charts.lone_run import ASK_COST, ASK_TERM, NOW, PAID, UNAVAILABLE, LoneRun, edition, scheduled

OPERATOR = "canary-operator"


def canary(name: str) -> str:
    """A word that stands nowhere else."""
    return f"canary-{name}"


def canaries_in(answer: Any) -> list[str]:
    """The canaries in an answer of any form."""
    if isinstance(answer, bytes):
        answer = answer.decode("utf-8", "replace")
    text = answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False, default=str)
    return sorted(set(re.findall(r"canary-[a-z_]+", text)))


# A document by its declaration.


def planted(**more: Any) -> Status:
    """A document with a canary in each field that is an operator's or told otherwise to customers."""
    return bare_status(
        workflow_id="edition/K-1001/jtl",
        run_id="r1",
        ui_url=canary("ui_url"),
        kind="edition",
        customer="K-1001",
        subject="jtl",
        target="jtl_start",
        state="order",
        tasks=(task_with_canaries("perform", "Wir erledigen es."), task_with_canaries("repair", None)),
        timeline=tuple(
            line_with_canaries(audience, note)
            for audience, note in (("everyone", "Für alle."), ("retold", canary("note")), ("operators", canary("line")))
        ),
    ).but(**more)


def task_with_canaries(type_: str, customer_text: str | None) -> TaskEntry:
    """A task of an operator's."""
    return TaskEntry(
        task=f"t-{type_}" if customer_text else canary("task"),
        type=type_,
        due_at=datetime(2199, 1, 1, tzinfo=UTC),
        instructions=canary("instructions"),
        customer_text=customer_text,
        decisions=(canary("decision"),),
        proof_required=True,
    )


def line_with_canaries(audience: Any, note: str) -> TimelineEntry:
    """A line of what an operator did."""
    told = "In anderen Worten." if audience == "retold" else canary("customer_note")
    return TimelineEntry(
        at=NOW,
        state="order",
        event="confirm_task",
        actor="operator",
        by=OPERATOR,
        note=note,
        audience=audience,
        customer_note=told,
    )


def mail_with_canaries(**more: Any) -> SentMail:
    """A mail to the customer, with a canary in each field that is an operator's."""
    known: dict[str, Any] = {
        "workflow_id": "edition/K-1001/jtl",
        "run_id": "r1",
        "customer": "K-1001",
        "to": "customer",
    }
    known |= {"case_number": case_number("edition/K-1001/jtl", "r1"), "language": "de", "subject": "Vorgemerkt"}
    known |= {"text": "Guten Tag,\n\nvorgemerkt.", "attachments": ("beleg.pdf",), "sent_at": NOW}
    known |= {"addresses": (canary("address"),), "template": canary("template"), "message_id": canary("message_id")}
    return SentMail(**known | more)


# What operators do in runs.


def decides(run: LoneRun, type_: str, **payload: Any) -> LoneRun:
    """An operator confirms the open task of a type."""
    message = {"by": OPERATOR, "task": run.task(type_).task} | payload
    assert run.would_take("confirm_task", ConfirmTask.model_validate(message)) is None
    return run


def rejects(run: LoneRun, type_: str, note: str) -> LoneRun:
    """An operator rejects it."""
    message = RejectTask(by=OPERATOR, task=run.task(type_).task, note=note)
    assert run.would_take("reject_task", message) is None
    return run


SURPLUS = UNAVAILABLE.model_copy(update={"values": {"product": "JTL-Vouchers", "target": "JTL Start"}})
"""In words, as texts need it."""
PROOF = Proof(reference=canary("reference"), confirmed_by=canary("confirmed_by"))
CONNECTOR = PAID | {"outside": ({"what": "third_party", "rule": "MP4", "name": "Fremdmarkt"},)}


def guided(kind: str, says: dict[str, Any]) -> LoneRun:
    """A run of which a person makes each step, with its order placed."""
    run = LoneRun(kind, says | {"mode": "guided", "click_paths": {"order": (canary("click_path"),)}})
    run.acknowledge()
    assert run.send("place_order") is None
    return run


def failing(**decision: Any) -> LoneRun:
    """A run whose booking keeps failing, and what an operator decided about it."""
    run = LoneRun("voucher", PAID, held_back=("place_order",))
    run.acknowledge()
    assert run.send("place_order") is None
    run.fails(canary("error"))
    return decides(run, "repair", **decision) if decision else run


def ignored() -> LoneRun:
    """A signal of an operator's that is not taken, and a cancel request where none is possible."""
    run = scheduled(edition())
    run.chart.write("confirm_task", "ignored_signal", at=NOW, actor="operator", by=OPERATOR, fault=canary("fault"))
    run.receive("cancel_requested", None)
    return run


def leftover() -> LoneRun:
    """What is in surplus when the edition has changed, and what an operator has settled about it (X2)."""
    run = edition({"surplus": (SURPLUS,)})
    assert run.send("override_surplus", licences=["L-9"]) is None
    scheduled(run)
    run.receipt = run.receipt.model_copy(update={"surplus": (SURPLUS,)})
    run.wait(run.order.effective_at or NOW)
    return decides(run, "surplus", note=canary("settled"))


def asked(question: Any, **decision: Any) -> LoneRun:
    """A question that an operator has answered."""
    says = {"cost_effect": "unknown", "questions": (question,)}
    says |= PAID | {"term_ends": None} if question is ASK_TERM else {}
    run = LoneRun("production", says)
    return decides(run, question.type, note=canary("answer"), **decision)


INTERNAL: dict[str, Callable[[], LoneRun]] = {
    "booked by hand": lambda: decides(guided("wawi_module", PAID), "perform", proof=PROOF, note=canary("booked")),
    "not booked by hand": lambda: rejects(guided("wawi_module", PAID), "perform", canary("not_booked")),
    "to be booked by hand": lambda: guided("wawi_module", PAID),
    "a booking that fails": failing,
    "tried again": lambda: failing(decision="retry"),
    "skipped": lambda: failing(decision="skip", note=canary("skipped")),
    "not taken": ignored,
    "surplus settled": leftover,
    "cost clarified": lambda: asked(ASK_COST, decision="none"),
    "term clarified": lambda: asked(ASK_TERM, at="2027-06-30"),
    "a step not confirmed": lambda: rejects(scheduled(LoneRun("marketplace", CONNECTOR)), "third_party", canary("no")),
    "a step confirmed": lambda: decides(
        scheduled(LoneRun("marketplace", CONNECTOR)), "third_party", proof=PROOF, note=canary("step")
    ),
}
"""By what happened."""
