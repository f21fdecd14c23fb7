"""The values that are documented for each text, and the labels that there must be."""

from typing import Any, get_args

from portal.read_models import DECIDED, ELSEWHERE
from states.chart.task_types import TASK_TYPES
from states.kinds.licence import RECORDED
from states.kinds.registry import KINDS
from states.model.effects import Notify
from states.model.facts import CostEffect, Undelivered
from states.model.memory import Actor
from states.model.payload_errors import WHAT
from states.model.receipts import RECEIPT_EVENTS
from states.model.reconciliation import How
from states.model.request import CUSTOMER_MESSAGES, OPERATOR_MESSAGES
from states.model.status import WaitingFor
from states.views.labels import OPERATORS_DO
from tests.kinds import module_of
from tests.texts.page_samples import PAGES
from tests.texts.receipt_samples import RECEIPTS


def words(text: str) -> set[str]:
    """The words of a list."""
    return set(text.split())


FIRST = "2027-02-01T00:00:00+01:00"
LATER = "2027-02-28T23:00:00Z"
ADDONS = {
    "addons_ending": ["Backup (A-1)"],
    "addons_staying": ["Zusatzspeicher (A-2)"],
    "addons_apart": ["Zugang (A-3)"],
}
PERFORM = {
    "product": "edition",
    "subject": "jtl",
    "target": "jtl_advanced",
    "effective_at": FIRST,
    "click_path": ["Meine Verträge öffnen", "JTL Advanced wählen"],
    "details": {"reason": "Umzug"},
    "optional_services": ["service_a"],
}
TICKET = {"subject": "edition.jtl", "explanation": "Falsch geklickt.\nBitte zurück.", "target": "K-1002"}
SHAPED: dict[str, Any] = {
    "field": "by",
    "limit": 40,
    "first": 1970,
    "last": 2199,
    "expected": "'up'",
    "said": "…",
    "pattern": "[a-z]+",
}
MAIL: dict[str, Any] = {
    "name": "Muster GmbH",
    "kind": "edition",
    "subject": "jtl",
    "target": "jtl_advanced",
    "called": None,
    "state": "feature_warning",
    "effective_at": FIRST,
    "order_by": "2027-01-18T00:00:00+01:00",
    "last_day_unclear": True,
    "at_once": None,
    "come": None,
    "elsewhere": None,
    "cost_effect": "cancellation",
    "price": "1009.50",
    "new_price": "9.50",
    "saved_price": "1000.00",
    "steps": [],
    "url": "http://127.0.0.1:8080/cancellations/edition/K-1001/jtl",
}

REMINDED = {"number": 2, "last": False, "abandons_on": "2027-02-14T09:00:00Z", "standing": False, "unclear": None}
FAR = {
    "doubt": "far",
    "at": "2028-01-31",
    "months": 6,
    "planned_at": LATER,
    "confirmed_at": FIRST,
    "limit_at": LATER,
    "weeks": 4,
    "no_hour": None,
}
"""What is asked back: of a day far ahead, with what the others say."""
TRACKING = {"names": ["JTL-Track&Trace (TT-1)"], "reason": "not_available", "number": 1}
REGISTERS = {"names": ["Kasse (P-1)", "Kasse (P-2)", "Kasse (P-3)"], "reason": "limit", "number": 2}

BESIDE = {"called": None, "kind": "edition", "subject": "jtl", "target": "jtl_advanced", "effective_at": FIRST}
BESIDE |= {"cost_effect": None}

FACTS: dict[str, Any] = {
    "zone": "Europe/Berlin",
    "kind": "edition",
    "customer": "K-1001",
    "subject": "jtl",
    "target": "jtl_advanced",
    "called": None,
    "effective_at": FIRST,
    "order_by": "2027-01-17T23:00:00Z",
    "last_day_unclear": True,
    "stage": None,
    "term_ends": "2027-01-31",
    "cost_effect": "cancellation",
    "price": "1009.50",
    "new_price": "9.50",
    "saved_price": "1000.00",
}
"""What a run's own texts may use beside their values (`states.rules.run_values`)."""
ASKED = {
    "asked_at": "2027-01-04T09:00:00Z",
    "asked_by_whom": "Frau Muster",
    "ordered_at": "2027-01-05T09:00:00Z",
    "ordered_by_whom": "Herr Muster",
    "deadline": "2027-01-17T23:00:00Z",
    "late": False,
    "revocation_asked": True,
}

REJECTED = {"note": "Die Bestätigung ist unleserlich."}
LOST = {
    "workflow_id": "edition/K-1001/jtl",
    "run_id": "0b1c-2d3e",
    "how": "terminated",
    "who": "admin@host",
    "reason": "Aufgeräumt",
    "ended_at": FIRST,
}
BOOKING = {"reference": "B-000001", "target": "jtl_advanced", "effective_at": FIRST}

ENDED = {
    "called": "JTL-Vouchers (L-1)",
    "run": "voucher/K-1001/L-1",
    "ends_at": "2027-01-31T23:00:00Z",
    "state": "scheduled",
}

TO_NO_PACKAGE = {"target": "K-1002", "bookable": [100, 1000], "minimum": 100}

CALL: dict[str, Any] = {
    "field": "since",
    "given": "'x'",
    "known": ["a", "b"],
    "limit": 400,
    "seconds": 10,
    "why": "it is no JSON object",
    "task": "t-1",
    "run_id": "0b1c-2d3e",
    "workflow_id": "edition/K-1001/jtl",
    "attribute": FIRST,
    "data": LATER,
    "made": "edition/K-1001/jtl",
}
WAITED = {"kind": "edition", "effective_at": FIRST, "order_by": "2027-01-17T23:00:00Z"}
WAITS = """
customer_feature_warning customer_surplus_resolution customer_order customer_unclear
operator third_party date system frozen repair
"""
"""For whom and what a run may wait, beside what operators are awaited for."""
CALLS = """
not_a_cloudevent attribute type subject_missing subject_wrong data not_json kind choice customer
workflow_id run_id task_id subject_long time gone two_tasks two_claimants mine two_times subject_other cursor moment
task run by address
method http half_sent internal message_of_another new_id
"""
"""What may be wrong with a call of the portal."""
NO_JSON = {"line": 2, "column": 17, "byte": 4, "limit": 32, "name": "NaN", "field": "my_name"}
JSON = "encoding form depth half_character number no_number twice no_object name data"
"""Why a body is no JSON, or no event."""

DECIDED_BY_NOBODY = dict.fromkeys(
    [
        *("decided_by", "decided_at", "first", "type", "step", "name", "outcome", "at", "reference", "handed_in_by"),
        *("confirmed_by", "confirmed_at", "note", "doubts", "anyway"),
    ]
)
"""What is said of a task that somebody else has decided, where nobody has."""

SAMPLES: dict[str, dict[str, Any]] = {
    "letter.closing": {"brand": "JTL"},
    "letter.case": {"case": "V-7K3M-2Q9X"},
    "letter.open": {},
    "warning.boundary_day": {
        "effective_at": FIRST,
        "other_effective_at": LATER,
        "at_worst": LATER,
        "placed_on": "2027-01-17T11:00:00Z",
    },
    "warning.notice_unknown": {},
    "warning.no_saving": {"channel": "connector", "warehouse": True, "inferred": True, "ends_at": None},
    "warning.features_lost": {
        "features": ["JTL-Track&Trace"],
        "limited": ["Multikasse"],
        "complete": False,
        "inferred": ["Mehr als drei Kassen an JTL-Wawi"],
        "no_term": True,
        "current": "JTL Pro",
        "target": "JTL Advanced",
    },
    "warning.surplus": {"surplus": [TRACKING, REGISTERS], "count": 3},
    "warning.surplus_gap": {"surplus": [TRACKING], "licence_ends_at": FIRST, "effective_at": LATER},
    "warning.knock_on": {
        "becomes": None,
        "changes_at": None,
        "product": None,
        "current": "JTL Pro",
        "target": "JTL Advanced",
        "products": ["JTL-Vouchers"],
        "package": "Auftragspaket 5.000",
        "package_unsure": "Auftragspaket 5.000",
        "booked": [BESIDE],
        "lost": ["JTL-Track&Trace"],
        "unsure": ["JTL-Wawi API"],
        "limits": [{"limit": 3, "product": "Multikassen"}],
        "inferred": ["Multikasse"],
        "support_before": "Silber",
        "support_after": "Bronze",
        "warehouse": True,
        "users": ["WMS-Benutzer (L-7)"],
        "shop_licences": ["JTL-Shop-Lizenz (SL-1)"],
        "subscriptions": ["JTL-Shop-Lizenz (SL-2)"],
    },
    "warning.later_than_standing": {"effective_at": LATER, "standing_at": FIRST},
    "warning.package_zero": {},
    "warning.selling_stops_first": {},
    "warning.overage": {"target": 1000},
    "warning.reassign_instead": {"assigned_to": "wms", "other": "wms_mobile"},
    "warning.user_management_lost": {},
    "warning.integrations_end": {},
    "warning.pilot_sign_off": {"unsure": True},
    "warning.third_party_too": {"name": "Fremdmarkt"},
    "warning.backup": {},
    "warning.two_contracts": {
        "others": ["Shop-Hosting (H-1)"],
        "ending": ["JTL-Shop (SH-1)"],
        "running_out": ["JTL-Shop (SH-2)"],
    },
    "warning.old_contract_runs_on": {},
    "warning.addons_remain": {"addons": ["Zusatzleistung (L-8)", "Zusatzleistung (L-9)"]},
    "warning.no_promise": {},
    "warning.by_exception": {},
    "warning.ended_elsewhere": {},
    "warning.moved_by_appointment": {"target": "K-1002", "minimum": 100},
    "refusal.malformed": {"fault": "fault.target"},
    "refusal.unknown_customer": {"customer": "K-9999"},
    "refusal.not_held": {"subject": "L-77", "belongs_to": None},
    "refusal.not_lower": {"current": 1000, "target": 2500},
    "refusal.lowest_edition": {"current": "wms_start", "inferred": True},
    "refusal.not_bookable": {"target": 500, "bookable": [100, 1000], "minimum": None},
    "refusal.inclusive_user": {},
    "refusal.subscription": {"ends_on": "2027-06-30"},
    "refusal.support_level": {"level": "Silber"},
    "refusal.use_support": {"elsewhere": "JTL-Wawi-Benutzer", "steps": ["Bestellungen & Lizenzen"]},
    "refusal.not_available": {"product": "JTL-Track&Trace", "current": "JTL Start"},
    "refusal.declined": {"note": "Es ist schon berechnet."},
    "refusal.booking_refused": {"reason": "Zahlungsart fehlt"},
    "surplus.not_available": {
        "inferred": True,
        "product": "JTL-Track&Trace",
        "target": "JTL Advanced",
        "stage": None,
        "held": 60,
    },
    "surplus.limit": {"product": "Multikasse", "limit": 3, "held": 5, "target": "JTL Advanced", "inferred": True},
    "surplus.channel": {"product": "eBay", "held": 60},
    "surplus.open_operations": {"name": "Lager Nord", "count": 4},
    "surplus.stock": {"name": "Lager Nord", "count": 1200},
    "problem.malformed": {"fault": "by: Field required"},
    "problem.not_enabled": {"event": "place_order", "state": "order", "enabled": ["recheck_licences", "abandon"]},
    "problem.changed": {"what": "effective_at"},
    "problem.details_missing": {"missing": ["addons.L-8"], "any": False, "kind": "hosting", "cost_effect": None},
    "problem.in_surplus": {"surplus": [TRACKING, REGISTERS], "kind": "edition"},
    "problem.too_late": {"effective_at": FIRST, "kind": "edition", "cost_effect": "cancellation"},
    "problem.ended": {"state": "applied"},
    "problem.unknown_task": {"task": "t-1", "open": ["t-2"], "fault": None, "dropped": None} | DECIDED_BY_NOBODY,
    "problem.proof_missing": {},
    "problem.unknown_run": {"workflow_id": "edition/K-1/jtl"},
    "problem.id_reused": {"source": "https://portal.example", "id": "7"},
    "problem.claimed": {"by": "anna", "since": FIRST},
    "problem.unauthorised": {},
    "problem.forbidden": {},
    "problem.foreign_host": {"given": "'evil.example'"},
    "problem.cross_site": {"given": "'https://evil.example'"},
    "problem.wrong_content_type": {
        "given": "'text/plain'",
        "known": ["application/cloudevents+json", "application/json"],
    },
    "problem.too_large": {"limit": 262144},
    "problem.too_many_tries": {},
    "problem.unavailable": {},
    "fault.future_time": {"time": LATER, "limit_at": FIRST},
    "fault.too_old": {"time": FIRST, "limit_at": LATER},
    "fault.before_previous": {"previous_at": FIRST},
    "fault.effective_on": {"why": "too_far", "latest": "2028-01-04"},
    "fault.optional_service": {"service": "service_x", "known": ["service_a"]},
    "fault.decision": {"decisions": ["granted", "declined"]},
    "fault.note_needed": {},
    "fault.at_needed": {},
    "fault.licences_missing": {"surplus": [TRACKING]},
    "fault.several_tasks": {"tasks": ["t-1", "t-2"]},
    "fault.no_task": {},
    "fault.reassign_same": {},
    "fault.reassign_to": {},
    "fault.unknown_type": {"given": "EditionDowngrad"},
    "fault.other_kind": {"asked": "voucher", "meant": "edition"},
    "fault.other_id": {"makes": "edition/K-1/wms", "given": "edition/K-1/jtl"},
    "fault.at_past": {"asked": "grant", "at": "2027-01-31", "limit_at": LATER, "no_hour": None},
    "fault.at_far": {"asked": "term", "at": "2062-01-31", "limit_on": "2037-01-04"},
    "fault.confirmed_at": {"confirmed_at": LATER, "limit_at": FIRST},
    "fault.confirmed_early": {"confirmed_at": FIRST, "limit_at": LATER, "ordered": True, "others": True},
    "fault.time_before_task": {"time": FIRST, "limit_at": LATER},
    "fault.anyway_note": {},
    "fault.unfilled": {"field": "by", "given": "…"},
    "problem.confirm_anyway": {"doubts": [FAR]},
    "entry.doubt": FAR,
    **{f"shape.{what}": SHAPED for what in {*WHAT.values(), "identifier", "plain", "other", "form", "written"}},
    "fault.target": {},
    "fault.subject_long": {},
    "fault.subject_fixed": {"kind": "edition"},
    "fault.target_needless": {},
    "fault.target_edition": {"subject": "jtl"},
    "fault.target_package": {},
    "fault.target_customer": {},
    "fault.target_same_customer": {},
    "fault.target_tariff": {},
    "fault.explanation_needed": {"kind": "misclick"},
    "fault.no_payload": {},
    "fault.several_payloads": {},
    "fault.task_not_for_you": {},
    "why.placed": {"placed_at": "2027-01-17T12:00:00+01:00"},
    "why.booked": {"booked_at": "2027-01-18T12:00:00+01:00"},
    "why.day": {"day_on": "2027-01-17", "zone": "Europe/Berlin"},
    "why.last_day_inclusive": {"last_on": "2027-01-17", "passed": True},
    "why.last_day_strict": {"last_on": "2027-01-17", "passed": True},
    "why.result": {"effective_at": FIRST},
    "why.other_reading": {"effective_at": LATER},
    "why.term": {"term_ends": "2027-01-31"},
    "why.last_day_term": {"last_on": "2027-01-17"},
    "why.notice_missed": {},
    "why.inferred": {},
    "why.at_once": {},
    "why.unclear": {},
    "why.partners": {},
    "why.third_party": {},
    "why.decided": {},
    "why.chosen": {"chosen_on": "2027-02-05"},
    "why.agreed": {"agreed_at": "2027-02-03T10:00:00+01:00"},
    "why.clarified": {"term_ends": "2027-01-31"},
    "why.annual": {},
    "why.reassigned": {},
    "why.held": {"planned_at": FIRST},
    "why.overdue": {"overdue_at": "2027-01-17T23:00:00Z"},
    "why.unbooked": {"planned_at": FIRST},
    "why.named": {"named_at": FIRST},
    "why.made_later": {"planned_at": FIRST},
    "task.perform_order": PERFORM
    | ADDONS
    | {"addon_path": ["Hosting by JTL", "Kündigen"], "notice_unknown": True, "missed": None, "beside": [BESIDE]},
    "task.perform_end": PERFORM,
    "task.perform_reassign": PERFORM | {"target": "wms_mobile"},
    "task.perform_withdraw": PERFORM,
    "task.perform_decouple": PERFORM,
    "task.third_party_pilot": {"unsure": True},
    "task.third_party_third_party": {"name": "Fremdmarkt"},
    "task.third_party_shopify": {},
    "task.third_party_ecomdata": {},
    "task.third_party_partner": {"name": "Lager Nord (P-1)", "role": "fulfiller"},
    "task.support_ticket_misclick": TICKET | {"meant": "JTL Pro behalten", "run": "voucher/K-1001/V-1"},
    "task.support_ticket_setup_service": TICKET,
    "task.support_ticket_key_accounting": TICKET,
    "task.support_ticket_transfer": TICKET,
    "task.revocation": {
        "explanation": "Verklickt",
        "change_to": "jtl_start",
        "effective_at": FIRST,
        "by_hand": False,
        "cancelled": [ENDED],
        "partners": ["P-1"],
    },
    "task.appointment": {"target": "K-1002", "subject": "L-5", "called": "eazyAuction-Marktplatz (L-5)"},
    "task.clarify_cost": {
        "product": "JTL-Vouchers",
        "recorded": "price_per_month: 19.00",
        "edition": "JTL Pro",
        "listed": "included",
    },
    "task.clarify_term": {"recorded": "2026-12-31", "product": "JTL-Plan&Produce", "notice": 30},
    "task.clarify_partners": {},
    "task.clarify_package": {"target": 500, "edition": "JTL Pro", "attested": [0, 100]},
    "task.clarify_contract": {"recorded": "product: shop_licence"},
    "task.surplus": {"surplus": [TRACKING, REGISTERS]},
    "task.surplus_channels": {"surplus": [TRACKING]},
    "task.tell_customer": {
        "mails": [
            {"mail": "scheduled", "other_customer": None, "at": FIRST, "why": "refused", "said": "550"},
            {"mail": "move_other", "other_customer": "K-1002", "at": FIRST, "why": "no_address", "said": None},
        ]
    },
    "entry.undelivered": {
        "mail": "scheduled",
        "other_customer": None,
        "at": FIRST,
        "why": "refused",
        "said": "550",
        "zone": "Europe/Berlin",
    },
    "note.not_delivered": {"mail": "applied", "to": "customer", "why": "given_up", "said": "it does not answer"},
    "task.repair": {"action": "place_order", "error": "503 Service Unavailable"},
    "task.note": {"note": "Keine Bestätigung gefunden"},
    "task.proof": {"reference": "Ticket 4711", "by": "Frau Muster"},
    "task.asked": {"said": "Bitte bald.", "given": {"mailbox": "a@b.example"}, "leaving": "zu teuer (cost)"},
    "fault.reason": {"code": "because", "known": ["cost", "season"]},
    "fault.licences_unknown": {"licences": ["L-9"]},
    "fault.addons_unknown": {"addons": ["A-9"]},
    "fault.at_needless": {},
    "task.json": {},
    "part.due": {"due_at": FIRST},
    "part.moment": {"at": FIRST},
    "part.repeated": {"note": "Der Kunde wurde erinnert.", "times": 12},
    "part.shortened": {"note": "Bitte bald, wir schließen …"},
    "part.left_out": {"note": "Bitte bald.", "number": 12},
    "state.order": {"being_booked": True},
    "state.surplus_resolution": {"kind": "order_package"},
    "mail.proof_rejected": MAIL | REJECTED,
    "mail.reminder": MAIL | REMINDED,
    "mail.reminder_urgent": MAIL | REMINDED | {"number": 3, "again": True},
    "mail.order_received": MAIL | {"by_hand": True, "notice_unknown": None, "other_effective_at": None},
    "mail.report_received": MAIL,
    "mail.revocation_received": MAIL | {"change_to": "jtl_start"},
    "mail.scheduled": MAIL
    | ADDONS
    | {"late": True, "clarified": None, "other_effective_at": LATER, "notice_unknown": True, "surplus": []},
    "mail.applied": MAIL
    | ADDONS
    | {"held_since": FIRST, "note": "Rückgängig gemacht.", "passed_on": "misclick/K-1001/voucher.V-1"},
    "mail.move": MAIL | {"what": "agreed", "kind": "marketplace_transfer", "subject": "L-5", "target": "K-1002"},
    "mail.move_other": MAIL
    | {
        "called": "eazyAuction-Marktplatz (L-5)",
        "what": "agreed",
        "customer": "K-1001",
        "subject": "L-5",
        "target": "K-1002",
    },
    "mail.abandoned": MAIL,
    "mail.change_dropped": MAIL | {"surplus": []},
    "mail.cost_changed": MAIL | {"changes_at": FIRST, "becomes": "paid_addon", "new_edition": "JTL Start"},
    "mail.declined": MAIL | {"note": "Schon berechnet.", "revocation": True, "change_to": "jtl_start"},
    "mail.refused": MAIL | {"reason": "JTL Start ist schon die niedrigste Edition."},
    "mail.revoked": MAIL
    | {"cancelled": ["JTL-Vouchers (L-1)"], "partners": ["Partner (P-1)"], "change_to": "jtl_start"},
    "mail.surplus_reminder": MAIL | {"surplus": [TRACKING, REGISTERS]},
    "mail.held": MAIL | {"kind": "order_package", "subject": "orders", "target": 0, "surplus": [TRACKING]},
    "mail.changed": MAIL | {"surplus": [TRACKING, REGISTERS], "steps": []},
    "mail.booking_refused": MAIL | {"reason": "Zahlungsart fehlt"},
    "mail.superseded": MAIL,
    "mail.reassigned": MAIL | {"subject": "U-1", "called": "WMS-Benutzer (U-1)", "to": "wms_mobile"},
    "mail.given_up": MAIL | {"note": "Schon von Hand gebucht."},
    "mail.booking_overdue": MAIL | {"missed": FIRST, "effective_at": LATER},
    "mail.perform_dropped": MAIL | {"task": "t-1"},
    **{f"part.{act}": FACTS for act in words("act your_act your_act_object the_act the_act_object")},
    "part.object": FACTS | {"kind": "order_package", "target": 1000},
    "part.unknown": {},
    "part.assumed": {},
    "part.assumed_aside": {},
    "part.costs": FACTS,
    "part.case": FACTS,
    "part.name": FACTS,
    "part.subject": FACTS,
    "part.run_ended": LOST,
    "part.no_click_path": {},
    "part.revocation_asked": {},
    "part.reject": {},
    "part.no_proof": {},
    "part.unclear": {},
    "part.greeting": MAIL,
    "part.change_to": {"kind": "order_package", "change_to": 1000},
    "part.unordered": FACTS | {"unclear": None},
    "part.addons": ADDONS,
    "part.last_day": FACTS,
    "entry.limit": {"limit": 3, "product": "Multikassen"},
    "part.outside": {"steps": [{"what": "third_party", "name": "Fremdmarkt"}]},
    "entry.booked": BESIDE,
    "entry.step": {"what": "third_party", "name": "Fremdmarkt"},
    "entry.surplus": REGISTERS | {"name": "Partner (P-1)", "count": 2},
    "entry.cancelled": ENDED,
    "mail.comparison": {"name": "Muster GmbH", "count": 1, "findings": ["edition/K-1/jtl: …"], "url": MAIL["url"]},
    "finding.booking_unwatched": LOST | BOOKING | {"overdue": True},
    "finding.tasks_dropped": LOST | {"open_tasks": 2},
    "finding.run_lost": LOST,
    "finding.booking_left": LOST | BOOKING | {"state": "abandoned"},
    "finding.overdue": LOST | BOOKING,
    "finding.overdue_unwatched": LOST | BOOKING,
    "finding.all_unknown": {"count": 2},
    "note.gone": {"reference": "B-000001", "effective_at": FIRST},
    "note.lost": {"reference": "B-000001", "effective_at": FIRST},
    "note.lost_after_end": {},
    "note.reminded": {},
    "note.delivered_late": {"received_at": FIRST},
    "note.order_by_passed": {"effective_at": FIRST},
    "note.rechecked": {},
    "note.begun_for": {},
    "note.change_dropped": {},
    "note.cost_changed": {"cost_effect": "cancellation"},
    "note.cancel_requested_not_possible": {},
    "note.cancel_asked": {},
    "task.abandon": {"does": "drops_change"},
    "note.ignored_signal": {"fault": "by: Field required"},
    "note.revocation_passed_on": {"run": "misclick/K-1001/voucher.V-1"},
    "note.order_refused": {"reason": "Zahlungsart fehlt"},
    "note.escalated": {},
    "note.proof_handed_in": {},
    "note.refused_event": {"fault": "fault.at_needed"},
    "note.target_changed": {"target": "jtl_start", "explanation": "Das genügt uns."},
    "note.amended": {"explanation": "Doch JTL Start.", "details": {"mailbox": "a@b.example"}, "reason": "cost"},
    "note.catalogue_changed": {"catalogue": "2026-04-01"},
    "note.frozen": {"freeze": 3},
    "note.skipped": {},
    "note.date_found": {"effective_at": LATER},
    "note.late_booking": {},
    "note.booking_overdue": {"missed": FIRST, "effective_at": LATER},
    "note.step_failed": {"action": "place_order", "error": "503 Service Unavailable"},
    "note.decided": {
        "type": "third_party",
        "step": "partner",
        "name": "Lager Nord (P-1)",
        "outcome": "confirmed",
        "at": "2027-01-31",
        "reference": "Ticket 4711",
        "handed_in_by": None,
        "confirmed_by": "Frau Muster",
        "confirmed_at": FIRST,
        "note": "Alles erledigt.",
        "first": "otto",
        "doubts": ["far", "odd_hour"],
    },
    "note.booking": {"booking": "B-7"},
    "note.to": {"to": "wms_mobile"},
    "note.licences": {"licences": ["Kasse (L-1)", "Kasse (L-2)"]},
    "about.label": {"kind": "order_package", "subject": "orders", "called": None, "current": 2500},
    "about.target": {"kind": "order_package", "target": 1000},
    "about.at_rest": {"cost_effect": "cancellation", "effective_at": "2027-01-31T23:00:00Z"},
    "about.own_step": {"what": "third_party", "name": "Fremdmarkt"},
    **{f"waits.{whom}": WAITED for whom in words(WAITS) | OPERATORS_DO},
    "retold.reminded": {},
    "retold.begun_for": {},
    "part.by": {"actor": "customer", "by": "Frau Muster"},
    "retold.decided": {
        "type": "third_party",
        "step": "partner",
        "name": "Lager Nord (P-1)",
        "outcome": "confirmed",
        "at": "2027-01-31",
        "note": "Der Nachweis ist unleserlich.",
    },
    "centre.unknown": {},
    "centre.not_held": {},
    "centre.not_lower": {"target": "jtl_pro"},
    "centre.no_user": {},
    "reading.malformed": {"fault": "by: Field required"},
    "reading.unauthorised": {},
    "reading.unavailable": {},
    **{f"call.{name}": CALL for name in words(CALLS)},
    **{f"json.{name}": NO_JSON for name in words(JSON)},
}
"""Each text that is more than a label, with the values that are documented for it; a mail is subject and body."""

LABELS: dict[str, set[str]] = {
    "state": words(
        "received feature_warning license_check surplus_resolution order scheduled applied abandoned revoked superseded"
        " reassigned refused external given_up support_ticket third_party"
    ),
    "waiting": set(get_args(WaitingFor)),
    "cost": set(get_args(CostEffect)),
    "doubt": words("far over odd_hour other_date proof_early proof_old"),
    "event": {"requested", *CUSTOMER_MESSAGES, *OPERATOR_MESSAGES},
    "kind": words(
        "edition order_package wms_user hosting_addon voucher marketplace marketplace_transfer connector wawi_module"
        " pos shipping_module production wms_module fulfillment shop_licence shop_hosting rest_api setup_service "
        "key_accounting support_level ecomdata hosting misclick"
    ),
    "of_kind": words(
        "wms_user hosting_addon voucher marketplace connector wawi_module pos shipping_module production wms_module"
        " shop_licence shop_hosting rest_api key_accounting hosting"
    ),
    "detail": {"addons", "new_contract", "end", "keep", "meant"},
    "recorded": {*RECORDED, *words("term ends annual monthly true false abonnement subscription jtl shopify")},
    "task_type": {*TASK_TYPES},
    "level": words("Community Bronze Silber Gold"),
    "actor": set(get_args(Actor)),
    "decision": {
        *words("confirmed rejected handed_in"),
        *(name for kind in TASK_TYPES.values() for name in kind.decisions),
    },
    "outside": words("pilot third_party shopify ecomdata partner"),
    "undelivered": set(get_args(Undelivered.model_fields["why"].annotation)),
    "addressee": set(get_args(Notify.model_fields["to"].annotation)),
    "mail_name": {key.split(".")[1] for key in SAMPLES if key.startswith("mail.")} - {"comparison"},
    "details": words("state waits_for effective_at order_by tasks paste timeline cost nothing refusal"),
    "how": set(get_args(How)),
    "effect": words(
        "check_licences place_order apply_change withdraw reassign decouple notify issue_receipt hand_over tell"
    ),
    "receipt_event": {*RECEIPT_EVENTS},
    "listed": {*DECIDED, *ELSEWHERE, "inferred"},
    "changed": {"run_id", "target", "effective_at", "catalogue"},
    "effective_on": {"not_included", "not_later", "too_far"},
    "target": words("jtl_start jtl_advanced jtl_pro jtl_enterprise wms_start wms_pro wms wms_mobile"),
    "title": words(
        "malformed details_missing proof_missing unknown_task unknown_run unknown_customer unauthorised forbidden"
        " unavailable second_needed"
        " not_enabled changed in_surplus too_late ended id_reused confirm_anyway claimed not_found"
        " method_not_allowed internal refused bulk_unknown foreign_host cross_site wrong_content_type too_large"
        " too_many_tries frozen not_frozen"
    ),
    "subject": {"jtl", "wms", "orders", "ffn", "key_accounting", "support"},
}
"""The labels that must be there, by namespace."""

for kind in KINDS:
    SAMPLES |= getattr(module_of(kind), "SAMPLES", {})
SAMPLES |= PAGES | RECEIPTS


def samples_of(key: str) -> dict[str, Any]:
    """The documented values of a key."""
    own = SAMPLES.get(key) or SAMPLES.get(key.removesuffix(".subject").removesuffix(".body")) or {}
    of_a_run = key.startswith(("warning.", "refusal.", "task."))
    return (FACTS if of_a_run else {}) | (ASKED if key.startswith("task.") else {}) | own
