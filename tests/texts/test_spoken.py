"""What a customer hears, where it was once said wrongly: each text in the situations in which it has to differ."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from catalogue.formats import LANGUAGES
from catalogue.texts import keys, say
from states.chart.traits import ACKNOWLEDGED
from states.kinds.registry import KINDS
from states.model.facts import RunSettings
from tests.canary import SURPLUS
from tests.charts.lone_run import (
    ASK_COST,
    INCLUDED,
    PAID,
    UNAVAILABLE,
    LoneRun,
    document_of,
    edition,
    moment,
    scheduled,
)
from tests.rules.checks import ask, customer
from tests.texts.samples import MAIL, REGISTERS, TRACKING, samples_of
from tests.texts.written import WRITTEN

IN_BOTH = pytest.mark.parametrize("language", LANGUAGES)


def body(language: str, template: str, **values: Any) -> str:
    """A mail's text."""
    return say(language, f"mail.{template}.body", MAIL | values)


def subject(language: str, template: str, **values: Any) -> str:
    """A mail's subject."""
    return say(language, f"mail.{template}.subject", MAIL | values)


DEACTIVATED = {
    "kind": "pos",
    "subject": "POS-21",
    "called": "Kasse (POS-21)",
    "target": None,
    "cost_effect": "deactivation",
}
CANCELLED = {"kind": "wms_user", "subject": "L-77", "called": "WMS-Benutzer (L-77)", "target": None}


# What a booking is called, and what can still be done.


@pytest.mark.parametrize(
    ("values", "german", "english"),
    [
        (CANCELLED, "Kündigungsbestätigung: ", "Cancellation confirmed: "),
        ({}, "Wechsel vorgemerkt: ", "Scheduled change: "),
        (DEACTIVATED, "Abschaltung vorgemerkt: ", "Scheduled deactivation: "),
        (DEACTIVATED | {"at_once": "now"}, "Abschaltung: ", "Switched off: "),
        (DEACTIVATED | {"at_once": "by_hand"}, "Eingangsbestätigung: ", "We have received your deactivation: "),
        (CANCELLED | {"late": True}, "Vorgemerkt, Termin noch offen: ", "Scheduled, date still open: "),
    ],
)
def test_a_booking_is_called_what_it_is(values: dict[str, Any], german: str, english: str) -> None:
    values = {"late": None, "clarified": None, "other_effective_at": None} | values
    assert subject("de", "scheduled", **values).startswith(german)
    assert subject("en", "scheduled", **values).startswith(english)


@pytest.mark.parametrize(
    ("at_once", "said", "unsaid"),
    [
        (None, "vor dem Termin", "Fehlbuchung"),
        ("by_hand", "solange noch nicht abgeschaltet ist", "vor dem Termin"),
        ("now", "melden Sie es als Fehlbuchung", "vor dem Termin"),
    ],
)
def test_X11_what_ends_at_once_has_no_date_before_which_it_could_be_revoked(
    at_once: str | None, said: str, unsaid: str
) -> None:
    values = DEACTIVATED | {"at_once": at_once, "late": None, "clarified": None, "other_effective_at": None}
    text = body("de", "scheduled", **values, effective_at="2027-01-04T11:56:00Z")
    assert said in text and unsaid not in text
    assert at_once is None or "12:56" not in text
    assert at_once != "now" or "bleibt alles wie bisher" not in text


def test_X6_the_mail_of_a_booking_knows_whether_it_ends_at_once() -> None:
    pilot = ({"what": "pilot", "rule": "MP3"},)
    now = LoneRun("marketplace", INCLUDED | {"outside": pilot})
    now.send("place_order")
    assert now.notice("scheduled")["at_once"] == "now"
    by_hand = LoneRun("marketplace", INCLUDED | {"mode": "guided"})
    by_hand.send("place_order")
    assert by_hand.notice("scheduled")["at_once"] == "by_hand"
    assert "at_once" not in scheduled(LoneRun("voucher", PAID)).notice("scheduled")


OLD_EVENTS = {"settings": RunSettings(max_event_age=timedelta(days=60))}
LAST_DAY, PAST = moment("2027-01-31 12:00"), moment("2027-02-02 12:00")


@pytest.mark.parametrize(
    ("begun", "sent", "known"),
    [
        (lambda: LoneRun("voucher", PAID), {}, {"come": True}),
        (lambda: edition(OLD_EVENTS), {"time": moment("2027-01-10 12:00")}, {"come": True}),
        (lambda: LoneRun("pos", INCLUDED), {"effective_on": "2027-02-01"}, {"at_once": "now"}),
    ],
    ids=["X6 a term", "D6 the notice rule", "X6 a day chosen"],
)
def test_D6_X6_an_order_that_is_delivered_after_its_date_is_told_of_no_time_until_then(
    begun: Callable[[], LoneRun], sent: dict[str, Any], known: dict[str, Any]
) -> None:
    run = begun()
    run.now = PAST
    assert run.send("place_order", **({"time": LAST_DAY} | sent)) is None
    for template in ("order_received", "scheduled"):
        values = run.notice(template)
        assert {name: values.get(name) for name in ("come", "at_once")} == {"come": None, "at_once": None} | known
    run.wait(PAST)
    assert run.state == "applied"


@IN_BOTH
@pytest.mark.parametrize("template", ["order_received", "scheduled"])
def test_X11_where_the_date_has_come_nothing_stays_until_then_and_no_revocation_is_held_out(
    template: str, language: str
) -> None:
    values = {"late": None, "clarified": None, "other_effective_at": None, "notice_unknown": None, "by_hand": None}
    waits, come = (body(language, template, **CANCELLED, **values, come=come) for come in (None, True))
    for promise in {"de": ("alles wie bisher", "vor dem Termin"), "en": ("everything stays", "before the date")}[
        language
    ]:
        assert promise not in come
        assert promise in waits or template == "order_received"
    assert {"de": "schon seit dem 1. Februar 2027", "en": "since 1 February 2027 already"}[language] in come
    assert template == "order_received" or {"de": "Fehlbuchung", "en": "mis-click"}[language] in come


@IN_BOTH
def test_SHH1_a_change_of_tariff_saves_what_the_old_contract_cost_and_no_more(language: str) -> None:
    change = {"kind": "shop_hosting", "subject": "H-1", "target": "Tarif L", "late": None, "clarified": None}
    text = body(language, "scheduled", **change, other_effective_at=None)
    assert re.search("für den alten Vertrag|for the old contract", text)
    assert not re.search("im Monat weniger|less a month", text)


@IN_BOTH
@pytest.mark.parametrize("elsewhere", ["shopify", "ecomdata"])
def test_CO4_ECO2_nothing_is_claimed_of_what_is_ended_elsewhere(language: str, elsewhere: str) -> None:
    text = body(language, "abandoned", kind="ecomdata", subject="E-1", target=None, elsewhere=elsewhere)
    assert re.search("wissen wir nicht|We do not know", text)
    assert not re.search("zum bisherigen Preis|present price|ändert sich dadurch nichts|Nothing changes", text)


def test_CO4_ECO2_the_mail_of_an_abandoned_request_knows_where_else_it_may_have_ended() -> None:
    for kind, what in (("connector", "shopify"), ("ecomdata", "ecomdata")):
        run = LoneRun(kind, {"outside": ({"what": what, "rule": "CO4"},)})
        run.send("abandon")
        assert run.notice("abandoned")["elsewhere"] == what


@IN_BOTH
def test_MOV1_who_moves_a_marketplace_is_told_to_connect_it_now(language: str) -> None:
    move = {"kind": "marketplace_transfer", "subject": "M-1", "target": "K-2", "cost_effect": "none"}
    text = body(language, "applied", **move, note=None, passed_on=None, held_since=None)
    assert re.search("Binden Sie ihn jetzt|Connect it in the other customer account right away", text)
    assert not re.search("Rechnung|invoice", text)


def test_X2_the_timeline_calls_what_stays_in_surplus_by_name() -> None:
    run = edition({"surplus": (UNAVAILABLE,)})
    run.send("override_surplus", licences=["L-9"])
    line = run.memory.timeline[-1]
    assert (line.note, line.values) == ("note.licences", {"licences": ["voucher (L-9)"]})


def test_X2_the_customer_is_reminded_of_surplus_once() -> None:
    run = edition({"surplus": (UNAVAILABLE,)})
    run.send("override_surplus", licences=["L-9"])
    scheduled(run)
    run.wait(moment("2027-01-27 12:00"))
    run.receive("licence_changed", None)
    run.receive("licence_changed", None)
    assert [template for template, _ in run.notices()].count("surplus_reminder") == 1


# The boundary day.


@IN_BOTH
@pytest.mark.parametrize("unclear", [True, None])
@pytest.mark.parametrize(
    "key", ["mail.reminder.body", "mail.reminder_urgent.body", "mail.booking_refused.body", "refusal.booking_refused",
            "warning.selling_stops_first"],
)  # fmt: skip
def test_X1_who_is_told_the_last_day_is_told_that_it_is_in_doubt(language: str, key: str, unclear: bool | None) -> None:
    text = say(language, key, samples_of(key) | {"steps": [], "last_day_unclear": unclear})
    doubt = re.search("selbst noch rechtzeitig|itself is still in time", text)
    assert bool(doubt) == bool(unclear)


@pytest.mark.parametrize("boundary", ["inclusive", "strict"])
def test_X1_only_the_inclusive_reading_has_its_last_day_in_doubt(boundary: str) -> None:
    run = edition({"settings": RunSettings(boundary=boundary)})
    run.wait(run.now.replace(day=11, hour=12))
    assert run.notice("reminder").get("last_day_unclear") == (True if boundary == "inclusive" else None)


def test_X1_at_worst_the_price_is_paid_until_the_day_before_the_later_date() -> None:
    text = say("de", "warning.boundary_day", samples_of("warning.boundary_day"))
    assert "bis einschließlich 28. Februar 2027 den bisherigen Preis" in text


@IN_BOTH
def test_X2_who_goes_on_with_too_many_licences_has_something_left_to_do(language: str) -> None:
    run = edition({"surplus": (SURPLUS,)})
    run.send("override_surplus", licences=[SURPLUS.licence])
    scheduled(run)
    booked = run.notice("scheduled")
    assert booked["surplus"]
    done = {"de": "nichts weiter tun", "en": "nothing more for you"}[language]
    bare = {"late": None, "clarified": None, "other_effective_at": None, "notice_unknown": None}
    assert done not in body(language, "scheduled", **bare | booked)
    assert done in body(language, "scheduled", **bare | booked | {"surplus": None})
    assert "surplus" not in scheduled(edition()).notice("scheduled")


def test_WMU4_the_mail_of_a_re_assigned_user_speaks_of_no_end() -> None:
    assert subject("de", "reassigned", **CANCELLED, cost_effect="none") == "Umgestellt: WMS-Benutzer (L-77)"
    title = say("de", "receipt.title", samples_of("receipt.title") | CANCELLED | {"event": "reassigned"})
    assert title == "Umgestellt: WMS-Benutzer (L-77)"


@IN_BOTH
@pytest.mark.parametrize("template", ["revocation_received", "declined", "revoked"])
def test_X11_a_revocation_over_a_booked_order_names_that_order_and_the_change(language: str, template: str) -> None:
    about = {"target": "jtl_start", "change_to": "jtl_advanced", "revocation": True, "partners": None}
    text = body(language, template, **about, cancelled=None, note=None)
    assert re.search(r"JTL Start[\s\S]*JTL Advanced", text), text
    alone = body(language, template, **about | {"change_to": None}, cancelled=None, note=None)
    assert "JTL Start" in alone and "JTL Advanced" not in alone


def test_X11_what_is_declined_is_called_a_revocation_where_it_is_one() -> None:
    assert subject("de", "declined", revocation=True) == "Bitte um Rücknahme abgelehnt: Wechsel auf JTL Advanced"
    assert subject("en", "declined", revocation=None).startswith("Declined: ")
    run = scheduled(edition())
    run.send("request_revocation", explanation="x")
    run.reject("revocation", note="no")
    assert run.notice("declined")["revocation"] is True


@IN_BOTH
@pytest.mark.parametrize("template", ["reminder", "reminder_urgent"])
def test_X5_nobody_is_reminded_to_submit_what_could_not_be_clarified(language: str, template: str) -> None:
    run = LoneRun("wawi_module", PAID | {"cost_effect": "unknown", "questions": (ASK_COST,)})
    run.reject("clarify_cost", note="We do not know yet")
    run.wait(run.memory.now + run.memory.settings.remind_every * 2)
    said = {"order_by": "2027-01-17T23:00:00Z", "last_day_unclear": None} | run.notice(template)
    text = body(language, template, **said)
    assert {"de": "noch einmal fragen", "en": "ask us again"}[language] in text and "17" not in text, text


@IN_BOTH
@pytest.mark.parametrize("boundary", ["inclusive", "strict"])
def test_D3_a_late_order_is_told_why_it_waits_another_month(language: str, boundary: str) -> None:
    key = f"why.last_day_{boundary}"
    late = say(language, key, {"last_on": "2026-11-16", "passed": True})
    assert re.search("übernächsten Monat|a month later", late)
    assert not re.search("übernächsten|a month later", say(language, key, {"last_on": "2026-11-16"}))


def test_D3_the_derivation_knows_that_the_last_day_is_over() -> None:
    run = edition()
    run.wait(moment("2027-01-18 12:00"))
    assert any("der ist vorbei" in step.step for step in document_of(run, say).why)
    assert not any("der ist vorbei" in step.step for step in document_of(edition(), say).why)


# As it stands: before the order, after it, after the change.


@IN_BOTH
def test_ED5_surplus_is_said_as_it_stands(language: str) -> None:
    values = samples_of("warning.surplus") | {"kind": "edition"}
    before, ordered, made = (
        say(language, "warning.surplus", values | {"stage": now}) for now in (None, "ordered", "made")
    )
    assert re.search("nicht absenden|you cannot submit", before)
    assert not re.search("nicht absenden|you cannot submit", ordered + made)
    assert re.search("Die Edition hat gewechselt|The edition has changed", made)
    assert not re.search("Die Edition hat gewechselt|The edition has changed", before + ordered)


def test_ED4_what_was_acknowledged_is_not_said_again_once_it_is_booked() -> None:
    warnings = tuple({"code": code} for code in ("features_lost", "knock_on"))
    run = edition({"warnings": warnings})
    assert {"features_lost", "knock_on"} <= {warning.code for warning in document_of(run).warnings}
    scheduled(run)
    assert {warning.code for warning in document_of(run).warnings} & ACKNOWLEDGED == set()
    assert "knock_on" in {warning.code for warning in document_of(run).warnings}


@IN_BOTH
def test_POS3_licences_of_a_limit_are_named_once_with_how_many(language: str) -> None:
    keys_of = ("warning.surplus", "mail.surplus_reminder.body", "task.surplus", "problem.in_surplus")
    for key in keys_of:
        text = say(language, key, samples_of(key) | {"surplus": [TRACKING, REGISTERS], "kind": "edition"})
        assert text.count("Kasse (P-1)") == 1, key
        assert re.search("2 (von|of): Kasse", text), key


def test_SUP1_a_support_level_is_told_in_the_readers_language() -> None:
    values = samples_of("warning.knock_on") | {"support_before": "Silber", "support_after": "Bronze"}
    assert "falls from Silver to Bronze" in say("en", "warning.knock_on", values)
    assert "level Silver" in say(
        "en", "refusal.support_level", samples_of("refusal.support_level") | {"level": "Silber"}
    )


@IN_BOTH
def test_OPL_2_what_can_be_chosen_is_a_choice(language: str) -> None:
    several = say(language, "refusal.not_bookable", samples_of("refusal.not_bookable") | {"bookable": [0, 100, 1000]})
    assert re.search("Möglich sind 0, 100 oder 1\\.000|choose 0, 100,? or 1,000", several)
    single = say(language, "refusal.not_bookable", samples_of("refusal.not_bookable") | {"bookable": [100]})
    assert re.search("Möglich ist 100\\.|choose 100\\.", single)


def test_ED4_of_functions_that_go_beyond_each_other_the_one_that_applies_is_told() -> None:
    record = customer(editions={"jtl": "jtl_enterprise"})
    lost = [feature.feature for feature in ask("edition", record, "jtl", "jtl_start").features_lost]
    assert [name for name in lost if "Kasse" in name] == ["Mehr als eine Kasse an JTL-Wawi"]
    assert [name for name in lost if "Support" in name] == ["Support mindestens auf Stufe Bronze"]
    assert [name for name in lost if "API" in name] == ["JTL-Wawi API"]
    middle = [feature.feature for feature in ask("edition", record, "jtl", "jtl_advanced").features_lost]
    assert [name for name in middle if "Kasse" in name] == ["Mehr als drei Kassen an JTL-Wawi"]


def test_SL2_a_subscription_is_not_to_be_cancelled_for_a_downgrade() -> None:
    record = customer(
        {"product": "shop_licence", "contract": "subscription"}, {"product": "shop_licence", "contract": "abonnement"}
    )
    values = {warning.code: warning.values for warning in ask("edition", record, "jtl", "jtl_advanced").warnings}
    text = say("de", "warning.knock_on", values["knock_on"])
    assert "laufen von selbst aus und brauchen keine Kündigung: JTL-Shop-Lizenz (L-1)" in text
    assert "kosten weiter: JTL-Shop-Lizenz (L-2)" in text


def test_CO4_a_connector_booked_at_shopify_ends_there() -> None:
    record = customer({"product": "connector_shopify", "booked_via": "shopify"})
    values = {warning.code: warning.values for warning in ask("connector", record).warnings}["no_saving"]
    text = say(
        "de", "warning.no_saving", samples_of("warning.no_saving") | {"inferred": None, "effective_at": None} | values
    )
    assert "Sie endet bei Shopify" in text and "sofort mit Ihrem Auftrag" not in text


@IN_BOTH
def test_HOS3_a_backup_is_told_for_what_is_hosted(language: str) -> None:
    shop, other = (
        say(language, "warning.backup", samples_of("warning.backup") | {"kind": kind})
        for kind in ("shop_hosting", "hosting")
    )
    assert re.search("Dateien und die Datenbank|files and the database", shop)
    assert re.search("ausdrückliche Angabe|express statement", shop)
    assert not re.search("zurückspielen|can be restored by us", shop)
    assert re.search("können nur wir zurückspielen|restored by us only", other)


def test_SL5_another_contract_is_told_where_there_is_one() -> None:
    alone = customer({"product": "shop_hosting"})
    assert "two_contracts" not in {warning.code for warning in ask("shop_hosting", alone).warnings}


# Who speaks, and how.

UNSPOKEN = {
    "de": r"ein(en|em)? Mensch|bei JTL\b(?!\W)|von JTL (bestätigen|prüfen)|fragen Sie JTL|[Oo]b JTL\b|"
    r"sagt keine Quelle|sagen die Quellen|steht nirgends|Überzähliges|Nutzlast|wird auf Sie gewartet",
    "en": r"a person at JTL|a person (decides|finds)|have JTL|ask JTL|[Ww]hether JTL\b|no source says|sources differ|"
    r"\(silver\)|no longer has|allows only so many|is waiting for you",
}
"""Words in which the vendor does not speak to its customer."""


@IN_BOTH
def test_the_vendor_speaks_for_itself(language: str) -> None:
    customers = ("warning.", "refusal.", "surplus.", "mail.", "why.", "part.", "state.", "note.", "title.", "problem.")
    said = {key: WRITTEN[language][key] for key in keys() if key.startswith(customers)}
    assert {key: found[0] for key, text in said.items() if (found := re.search(UNSPOKEN[language], text))} == {}


def test_every_kind_is_called_by_what_it_does_in_the_mail_of_its_booking() -> None:
    for kind in KINDS:
        for effect in ("cancellation", "deactivation", "none"):
            values = {"kind": kind, "subject": "X-1", "target": None, "cost_effect": effect}
            said = subject("de", "scheduled", **values, late=None, clarified=None, other_effective_at=None)
            assert ("Kündigungsbestätigung" in said) == (
                effect == "cancellation" and kind not in ("edition", "order_package")
            ), kind
