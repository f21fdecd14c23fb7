"""What the page of a task says."""

from typing import Any

AT = "2027-01-11T10:00:00+01:00"
ONE: dict[str, Any] = {"number": 1}
SAMPLES: dict[str, dict[str, Any]] = {
    "page.desk.task.next": {"type": "Rückfrage", "customer": "Muster GmbH"},
    "page.desk.task.you_have_it": {"at": AT},
    "page.desk.task.has_it": {"by": "anna", "at": AT},
    "page.desk.task.ticked": {"by": "anna", "at": AT},
    "page.desk.task.warnings": ONE,
    "page.desk.task.earlier": ONE,
    "page.desk.task.then.title": {"choice": "Bewilligen"},
    "page.desk.task.then.closing": ONE,
    "page.desk.task.then.mails": ONE,
    "page.desk.task.done.decided": {"choice": "Bewilligen"},
    "page.desk.task.done.effective": {"state": "Vorgemerkt", "at": "2027-02-01"},
    "page.desk.task.done.state": {"state": "Vorgemerkt"},
    "page.desk.task.proposed.who": {"by": "anna", "at": AT, "choice": "Bewilligen"},
}
