"""Dates as browsers send them: day and time without an offset, in German time, where an hour may be missing."""

import pytest

from pages.desk.task_form import CONFIRM, Choice, TaskForm, document_in, faults_in
from pages.forms import moment_in

BERLIN = "Europe/Berlin"
APPOINTMENT = TaskForm("appointment", (Choice(CONFIRM, False),), "needed", "moment", proof=False, proof_there=False)
PROOF = TaskForm("third_party", (Choice(CONFIRM, False),), None, "day", proof=True, proof_there=False)

HOURS = [
    ("2027-03-28T01:59:59", "2027-03-28T01:59:59+01:00"), ("2027-03-28T02:00", None), ("2027-03-28T02:59:59", None),
    ("2027-03-28T03:00", "2027-03-28T03:00:00+02:00"), ("2027-10-31T02:30", "2027-10-31T02:30:00+02:00"),
    ("2027-06-01T10:00+05:00", "2027-06-01T10:00:00+05:00"), ("2027-06-01T10:00Z", "2027-06-01T10:00:00+00:00"),
    ("0027-12-31T10:00", "0027-12-31T09:06:32+00:00"),
    ("2027-06-31T10:00", None), ("0001-01-01T00:00", None), ("soon", None), ("", None), (None, None),
]  # fmt: skip


@pytest.mark.parametrize(("given", "moment"), HOURS)
def test_an_hour_that_clocks_skip_is_none(given: str | None, moment: str | None) -> None:
    assert moment_in(given, BERLIN) == moment


@pytest.mark.parametrize(("at", "fault"), [
    ("2027-03-28T01:59", None), ("2027-03-28T02:30", "at_skipped"), ("2027-03-28T03:00", None),
    ("2027-03-28", "at_moment"), ("soon", "at_moment"), ("0001-01-01T00:00", "at_moment"),
])  # fmt: skip
def test_the_form_says_what_is_wrong_with_an_hour_and_sends_none_that_is_not(at: str, fault: str | None) -> None:
    given = {"decision": CONFIRM, "at": at}
    assert faults_in(APPOINTMENT, given, BERLIN) == ({"at": fault} if fault else {})
    assert fault or document_in(APPOINTMENT, given, BERLIN)["confirm"]["at"].startswith(at)
    proof = {"decision": CONFIRM, "reference": "T-1", "confirmed_at": at}
    assert faults_in(PROOF, proof, BERLIN) == ({"confirmed_at": fault} if fault else {})
