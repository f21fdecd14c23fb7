"""The values of texts about decisions."""

from typing import Any

PROPOSED: dict[str, Any] = {
    "type": "appointment",
    "step": None,
    "name": None,
    "handed_in_by": None,
    "confirmed_by": "Frau Muster",
    "confirmed_at": "2027-01-11T08:30:00Z",
    "first": None,
    "outcome": "confirmed",
    "doubts": ["far"],
    "at": "2027-02-01T09:00:00Z",
    "reference": "Ticket 4711",
    "note": "Wie telefonisch vereinbart.",
}

SAMPLES: dict[str, dict[str, Any]] = {
    "call.one_decision": {},
    "call.comment_id": {"id": "form-0001"},
    "call.note_id": {"id": "form-0001"},
    "call.only_reads": {"given": "otto", "known": ["anna"]},
    "call.decided_before": {
        "by": "anna",
        "task": "t-1",
        "at": "2027-01-11T08:30:00Z",
        "note": "Support-Ticket: bewilligt",
    },
    "call.no_longer_needed": {"task": "t-1", "kind": "edition", "state": "revoked", "being_booked": False},
    "part.decided_before": PROPOSED | {"decided_by": "anna", "decided_at": "2027-01-11T08:30:00Z"},
    "part.not_needed": {},
    "fault.one_decision": {},
    "problem.second_needed": {"by": "anna", "proposed_at": "2027-01-11T08:30:00Z"},
    "note.proposed": PROPOSED,
    "note.proposal_withdrawn": PROPOSED | {"outcome": "rejected", "first": "otto"},
    "task.proposed": PROPOSED | {"by": "anna", "proposed_at": "2027-01-11T08:30:00Z"},
}
