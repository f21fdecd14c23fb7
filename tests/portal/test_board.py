"""The cancel-by board: what a customer has, until when each can be ended, and that nothing is judged twice."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from activities.request_check import check_in, context_of
from catalogue.texts import say
from portal.board import Judge, Standing, UnderWay, board, board_of_pages, drawn
from portal.schemas import Board, BoardItem, RunningItem
from states.model.facts import BookedChange
from states.model.record import Customer
from states.model.status import ShownRun
from tests.portal.conftest import Caller


def customer(*licences: dict[str, Any], **record: Any) -> Customer:
    """A customer with these licences."""
    usual = {"customer": "K-1", "name": "Muster GmbH", "editions": {"jtl": "jtl_pro"}, "order_package": 2500}
    return Customer.model_validate(usual | record | {"licences": licences})


def board_at(caller: Caller, record: Customer, at: str) -> dict[str, BoardItem]:
    """The items by subject, at a moment."""
    return {item.subject: item for item in whole_board(caller, record, at).items}


def whole_board(caller: Caller, record: Customer, at: str) -> Board:
    """The board at a moment."""
    caller.adapters.records.load([record])
    portal = caller.app.state.portal
    context = context_of(record.customer, caller.adapters, caller.settings)
    return drawn(portal, context, {}, datetime.fromisoformat(at))


def days(item: BoardItem) -> list[str]:
    """The last day in time and the day from which it holds, now and after that deadline."""
    assert item.next
    return [str(day) for at in (item, item.next) for day in (at.order_by_day, at.effective_day)]


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2027-01-17T23:59+01:00", ["2027-01-17", "2027-02-01", "2027-02-14", "2027-03-01"]),
        ("2027-01-18T00:00+01:00", ["2027-02-14", "2027-03-01", "2027-03-17", "2027-04-01"]),
        ("2027-01-17T23:30+00:00", ["2027-02-14", "2027-03-01", "2027-03-17", "2027-04-01"]),  # the 18th in Berlin
    ],
)
@pytest.mark.parametrize("subject", ["jtl", "orders"])
async def test_D5_D8_editions_and_packages_show_the_last_day_in_time_and_the_next_one(offline, at, expected, subject):
    item = board_at(offline, customer(), at)[subject]
    assert (item.timing, days(item)) == ("notice", expected)
    assert item.last_day_unclear  # X1: the boundary day counts as in time, and the customer is told


async def test_ED1_OPL2_dates_are_those_of_the_next_lower_target_and_all_are_listed(offline):
    items = board_at(offline, customer(), "2027-01-10T12:00+01:00")
    assert [target.target for target in items["jtl"].targets] == ["jtl_advanced", "jtl_start"]
    assert [target.target for target in items["orders"].targets] == [1000, 100, 0]


async def test_ED2_the_lowest_edition_is_not_ended_here_and_says_why(offline):
    item = board_at(offline, customer(editions={"jtl": "jtl_start"}), "2027-01-10T12:00+01:00")["jtl"]
    assert (item.can_be_ended_here, item.timing, item.rule, item.effective_day) == (False, None, "ED2", None)
    assert "niedrigste Edition" in item.text


async def test_D7_a_term_without_a_known_notice_has_no_last_day_and_says_so(offline):
    paid = {"licence": "V-1", "product": "shop_hosting", "term_ends": "2027-03-31", "price_per_month": "29.00"}
    item = board_at(offline, customer(paid), "2027-01-10T12:00+01:00")["V-1"]
    assert (item.timing, item.order_by_day, str(item.effective_day), item.next) == ("term", None, "2027-04-01", None)
    assert "Dazu liegt uns keine Angabe vor; wir klären es" in str(item.timing_text)
    assert (item.price_per_month, item.saving_per_month) == (29, 29)


async def test_X6_what_is_included_can_be_switched_off_at_any_time_and_saves_nothing(offline):
    item = board_at(offline, customer({"licence": "R-1", "product": "pos_wawi"}), "2027-01-10T12:00+01:00")["R-1"]
    assert (item.effect, item.timing, item.effective_day, item.saving_per_month) == (
        "deactivation",
        "at_once",
        None,
        None,
    )


async def test_X14_an_annual_edition_is_asked_about_and_no_date_is_guessed(offline):
    terms = {"jtl": {"term": "annual", "ends": "2027-06-30"}}
    item = board_at(offline, customer(edition_terms=terms), "2027-01-10T12:00+01:00")["jtl"]
    assert (item.timing, item.order_by, item.effective_at, str(item.term_ends)) == (
        "annual_term",
        None,
        None,
        "2027-06-30",
    )


async def test_G1_what_no_process_ends_says_where_instead(offline):
    items = board_at(
        offline,
        customer({"licence": "W-1", "product": "wawi_user"}, {"licence": "X-1", "product": "unheard_of"}),
        "2027-01-10T12:00+01:00",
    )
    for number in ("W-1", "X-1"):
        item = items[number]
        assert (item.kind, item.can_be_ended_here, item.where_instead) == (None, False, item.text)
    assert "Lizenzen & Benutzerlimit verwalten" in items["W-1"].text


@pytest.mark.parametrize(
    ("licence", "timing"),
    [
        ({"product": "connector_shopify", "booked_via": "shopify"}, "third_party"),  # CO4
        ({"product": "ecomdata"}, "third_party"),  # ECO1
        ({"product": "setup_service"}, "decided"),  # SVC1
        ({"product": "shop_hosting"}, "unclear"),  # X6: paid, and no term is recorded
        ({"product": "pos_standalone"}, "unclear"),  # X5
    ],
)
async def test_who_decides_when_it_ends_is_said_where_there_is_no_date(offline, licence, timing):
    item = board_at(offline, customer(licence | {"licence": "L-1"}), "2027-01-10T12:00+01:00")["L-1"]
    assert (item.timing, item.effective_at, item.order_by) == (timing, None, None)
    assert item.can_be_ended_here and item.timing_text


async def test_SUP3_key_accounting_is_ended_by_the_product_whatever_its_number(offline):
    record = customer({"licence": "KA-1", "product": "key_accounting"}, editions={"jtl": "jtl_enterprise"})
    item = board_at(offline, record, "2027-01-10T12:00+01:00")["key_accounting"]
    assert (item.licence, item.kind, item.timing) == ("KA-1", "key_accounting", "agreed")


async def test_FFN5_the_network_is_listed_where_there_are_partners(offline):
    partner = {"id": "P-1", "name": "Lager Nord", "role": "fulfiller"}
    assert "ffn" not in board_at(offline, customer(), "2027-01-10T12:00+01:00")
    item = board_at(offline, customer(partners=[partner]), "2027-01-10T12:00+01:00")["ffn"]
    assert (item.kind, item.timing, item.can_be_ended_here) == ("fulfillment", "partners", True)


async def test_the_total_adds_what_is_known_and_counts_what_is_not(offline):
    licences = [
        {"licence": "V-1", "product": "shop_hosting", "price_per_month": "29.00", "term_ends": "2027-03-31"},
        {"licence": "V-2", "product": "shop_hosting", "term_ends": "2027-03-31"},
        {"licence": "R-1", "product": "pos_wawi"},  # in the edition's price
        {"licence": "E-1", "product": "ecomdata"},  # billed by others
    ]
    total = whole_board(offline, customer(*licences), "2027-01-10T12:00+01:00").total
    # JTL Pro, the package and V-2 cost something that nobody recorded.
    assert (total.price_per_month, total.unknown) == (29, 3)


# The same as previews, and nothing twice.

USER = {"product": "wms_user", "term_ends": "2027-05-31", "price_per_month": "9.00"}
ADDON = {"product": "hosting_addon", "term_ends": "2027-05-31", "price_per_month": "8.00", "parent": "H-2"}
MANY: list[dict[str, Any]] = [
    {"licence": "POS-1", "product": "pos_wawi", "label": "Kasse 1"},
    {"licence": "POS-2", "product": "pos_wawi", "label": "Kasse 2"},
    {"licence": "U-1", "product": "wms_user", "included": True},
    {"licence": "U-2", "product": "wms_user", "term_ends": "2027-05-31", "price_per_month": "9.00"},
    {
        "licence": "U-3",
        "product": "wms_user",
        "term_ends": "2027-05-31",
        "price_per_month": "9.00",
        "assigned_to": "wms",
    },
    {"licence": "H-1", "product": "hosting", "term_ends": "2027-05-31", "price_per_month": "79.00"},
    {"licence": "H-2", "product": "hosting", "term_ends": "2027-05-31", "price_per_month": "79.00"},
    {
        "licence": "A-1",
        "product": "hosting_addon",
        "term_ends": "2027-05-31",
        "price_per_month": "8.00",
        "parent": "H-2",
    },
    {"licence": "S-1", "product": "shop_licence", "contract": "abonnement", "term_ends": "2027-05-31"},
    {"licence": "S-2", "product": "shop_licence", "contract": "subscription", "term_ends": "2027-05-31"},
    {"licence": "M-1", "product": "marketplace", "pilot": True},
    {"licence": "M-2", "product": "marketplace"},
    {"licence": "M-3", "product": "marketplace"},
    {"licence": "W-1", "product": "wawi_user"},
]


async def test_an_item_says_what_a_preview_of_the_same_request_says(offline):
    record = customer(*MANY, editions={"jtl": "jtl_pro", "wms": "wms_pro"})
    offline.adapters.records.load([record])
    items = board(offline.app.state.portal, "K-1")["items"]
    compared = 0
    for item in items:
        if item["timing"] not in ("notice", "term"):
            continue
        target = item["targets"][0]["target"] if item["targets"] else None
        data = {"kind": item["kind"], "customer": "K-1", "subject": item["subject"], "target": target}
        preview = (await offline.http.post("/previews", json=data)).json()
        assert (item["effective_at"], item["order_by"]) == (preview["effective_at"], preview["order_by"]), item
        if item["next"]:
            later = {name: item["next"][name] for name in ("effective_at", "order_by")}
            assert later == preview["next"]
        if preview["cost"] and item["saving_per_month"]:
            saved = float(preview["cost"]["before"]) - float(preview["cost"]["after"])
            assert float(item["saving_per_month"]) == saved
        compared += 1
    assert compared >= 8


@pytest.mark.parametrize("open_run", [None, "marketplace_transfer/K-1/M-3"])
async def test_equal_licences_get_one_judgement_and_each_the_answer_that_it_would_get_alone(
    offline, monkeypatch, open_run
):
    """Nothing in an answer may belong to another licence: judged one by one, the board is the same."""
    record = customer(*MANY, editions={"jtl": "jtl_pro", "wms": "wms_pro"})
    if open_run:
        monkeypatch.setattr(type(offline.adapters.runs), "open_runs", lambda self, customer: frozenset({open_run}))
    together = whole_board(offline, record, "2027-01-10T12:00+01:00")
    monkeypatch.setattr(Judge, "facts_of", lambda self, licence: licence.licence)
    assert whole_board(offline, record, "2027-01-10T12:00+01:00") == together


async def test_a_customer_with_500_licences_is_read_once_and_equal_ones_are_judged_once(offline, monkeypatch):
    registers = [{"licence": f"P-{n}", "product": "pos_wawi", "label": f"Kasse {n}"} for n in range(400)]
    users = [
        {"licence": f"U-{n}", "product": "wms_user", "term_ends": f"2027-0{n % 5 + 1}-28", "price_per_month": "9.00"}
        for n in range(100)
    ]
    offline.adapters.records.load([customer(*registers, *users)])
    judged: list[str] = []

    def counted(context, inquiry, *more):
        judged.append(inquiry.request.kind)
        return check_in(context, inquiry, *more)

    monkeypatch.setattr("portal.board.check_in", counted)
    answer = board(offline.app.state.portal, "K-1")
    assert len(answer["items"]) == 502
    # Twice for the edition and the package, which have a deadline; once for registers, and for users of each term.
    assert (judged.count("edition"), judged.count("order_package"), judged.count("pos")) == (2, 2, 1)
    assert judged.count("wms_user") == 5


# As a call.


async def test_the_call_answers_the_board_in_the_customers_language_or_the_one_asked_for(offline):
    answer = await offline.http.get("/customers/K-1002/board")
    assert answer.status_code == 200
    document = Board.model_validate(answer.json())
    assert [item.subject for item in document.items] == ["jtl", "orders", "V-2", "W-1", "X-1"]
    assert document.items[0].product_label == "JTL edition"
    german = (await offline.http.get("/customers/K-1002/board", params={"language": "de"})).json()
    assert german["items"][0]["product_label"] == "JTL-Edition"
    assert "niedrigste" not in str(answer.json()) and "Last day" not in str(german)


async def test_an_unknown_customer_and_language_are_refused(offline):
    assert (await offline.http.get("/customers/K-404/board")).json()["code"] == "unknown_customer"
    assert (await offline.http.get("/customers/K-1002/board", params={"language": "fr"})).json()["code"] == "malformed"


async def test_what_runs_is_shown_with_its_state_and_what_is_about_nothing_beside_it(offline):
    began = datetime.fromisoformat("2027-01-09T12:00+01:00")
    order_by, effective = (datetime.fromisoformat(f"2027-{day}T00:00+01:00") for day in ("01-18", "02-01"))
    for kind, subject, state in (
        ("edition", "jtl", "order"),
        ("misclick", "V-9", None),
        ("voucher", "V-2", "scheduled"),
    ):
        workflow_id = f"{kind}/K-1002/{subject}"
        offline.adapters.runs.register(workflow_id, "r-1", kind, "K-1002", False)
        if state:
            stands = (state, ("customer",), effective, order_by, False, began, began)
            run = ShownRun._make([workflow_id, "r-1", "r-1", kind, "K-1002", subject, *stands])
            offline.adapters.open_list.show([run])
    document = (await offline.http.get("/customers/K-1002/board", params={"language": "de"})).json()
    running = {item["subject"]: item["running"] for item in document["items"] if item["running"]}
    assert running["jtl"] == {
        "workflow_id": "edition/K-1002/jtl",
        "kind": "edition",
        "subject": "jtl",
        "label": "JTL Advanced",
        "state": "order",
        "state_text": say("de", "state.order"),
        "waiting_for": ["customer"],
        "order_by_day": "2027-01-17",  # the last day in time: the deadline itself is the first moment too late
        "effective_day": "2027-02-01",
    }
    assert running["V-2"]["order_by_day"] is None  # it is ordered
    assert set(running) == {"jtl", "V-2"}
    # A report ends nothing; just begun, it has not shown itself yet.
    assert [(run["kind"], run["state"], run["state_text"]) for run in document["others"]] == [
        ("misclick", None, say("de", "state.received"))
    ]


# What pages say beside it of what is under way.

AT = "2026-12-10T12:00+01:00"
JANUARY = datetime.fromisoformat("2027-01-01T00:00+01:00")
FEBRUARY = datetime.fromisoformat("2027-02-01T00:00+01:00")


def stands(workflow_id: str, state: str, *waiting: str, being_booked: bool = False, **moments: datetime) -> ShownRun:
    """How an open run has shown itself."""
    kind, customer, subject = workflow_id.split("/")
    began = datetime.fromisoformat(AT)
    dates = (moments.get("effective_at"), moments.get("order_by"))
    about = (workflow_id, "r-1", "r-1", kind, customer, subject)
    return ShownRun._make([*about, state, waiting, *dates, being_booked, began, began])


def under_way(caller: Caller, record: Customer, *runs: ShownRun, **found: Any) -> dict[str, UnderWay]:
    """The open runs on the board of pages, by what each item or other run is about. `found`: what else was read."""
    caller.adapters.records.load([record])
    context = context_of(record.customer, caller.adapters, caller.settings)
    context = replace(context, open_runs=frozenset(run.workflow_id for run in runs), **found)
    shown = {run.workflow_id: run for run in runs}
    board = drawn(caller.app.state.portal, context, shown, datetime.fromisoformat(AT))
    found_runs = {item.subject: item.running for item in board.items} | {run.subject: run for run in board.others}
    return {subject: run for subject, run in found_runs.items() if isinstance(run, UnderWay)}


PICKER = {"licence": "U-1", "product": "wms_user", "label": "Picker 1", "term_ends": "2027-01-31"}


@pytest.mark.parametrize(
    ("state", "being_booked", "effective_at", "stage"),
    [
        ("order", False, FEBRUARY, "unsent"),
        ("feature_warning", False, FEBRUARY, "unsent"),
        ("surplus_resolution", False, FEBRUARY, "unsent"),
        ("order", True, FEBRUARY, "sent"),
        ("scheduled", False, FEBRUARY, "sent"),
        ("third_party", False, FEBRUARY, "sent"),
        ("surplus_resolution", False, datetime.fromisoformat(AT), "sent"),  # X2: left over on the date
        ("support_ticket", False, FEBRUARY, "asked"),
    ],
)
async def test_D6_an_order_that_is_not_sent_is_none_whether_or_not_its_date_is_known(
    offline, state, being_booked, effective_at, stage
):
    run = stands("wms_user/K-1/U-1", state, being_booked=being_booked, effective_at=effective_at)
    assert under_way(offline, customer(PICKER), run)["U-1"].stage == stage


async def test_X10_the_order_beneath_a_change_stays_on_the_board_and_what_is_booked_says_to_what(offline):
    editions = {"jtl": "jtl_pro"}
    booked = (
        BookedChange(kind="edition", subject="jtl", target="jtl_start", effective_at=JANUARY),
        BookedChange(kind="order_package", subject="orders", target=1000, effective_at=JANUARY),
    )
    changing = stands("edition/K-1/jtl", "feature_warning", "customer", effective_at=FEBRUARY)
    scheduled = stands("order_package/K-1/orders", "scheduled", "date", effective_at=JANUARY)
    runs = under_way(offline, customer(editions=editions), changing, scheduled, changes=booked)
    assert runs["jtl"].standing == Standing(target="JTL Start", effective_day=JANUARY.date())
    assert (runs["jtl"].target, runs["orders"].target, runs["orders"].standing) == (None, "Auftragspaket 1.000", None)


async def test_X10_another_tariff_on_top_of_a_booked_end_keeps_that_in_view(offline):
    hosting = {"licence": "SH-1", "product": "shop_hosting", "term_ends": "2026-12-31"}
    run = stands("shop_hosting/K-1/SH-1", "order", "customer", effective_at=JANUARY)
    standing = under_way(offline, customer(hosting), run, ends={"SH-1": JANUARY})["SH-1"].standing
    assert standing == Standing(target=None, effective_day=JANUARY.date())


async def test_no_call_answers_what_only_pages_say_of_an_open_run(offline):
    offline.adapters.records.load([customer(PICKER)])
    offline.adapters.runs.register("wms_user/K-1/U-1", "r-1", "wms_user", "K-1", False)
    offline.adapters.open_list.show([stands("wms_user/K-1/U-1", "order", "customer")])
    portal = offline.app.state.portal
    answered, shown = (
        {item["subject"]: item for item in read(portal, "K-1")["items"]} for read in (board, board_of_pages)
    )
    assert set(answered["U-1"]["running"]) == set(RunningItem.model_fields)
    assert set(shown["U-1"]["running"]) == set(UnderWay.model_fields)


async def test_what_has_left_the_record_is_called_by_the_name_in_which_it_left(offline):
    market = {"licence": "M-1", "product": "marketplace", "label": "Partnermarkt"}
    offline.adapters.records.load([customer(market)])
    run = stands("marketplace/K-1/M-1", "third_party", "third_party", effective_at=JANUARY)
    assert under_way(offline, customer(), run)["M-1"].label == "Partnermarkt"


HOSTING = {"licence": "L-3", "product": "hosting", "term_ends": "2027-05-31", "price_per_month": "1059.00"}
ADDONS = (
    {
        "licence": "A-1",
        "product": "hosting_addon",
        "parent": "L-3",
        "term_ends": "2027-01-31",
        "price_per_month": "8.00",
    },
    {
        "licence": "A-2",
        "product": "hosting_addon",
        "parent": "L-3",
        "term_ends": "2027-09-30",
        "price_per_month": "5.00",
    },
)


async def test_ADD2_an_addon_that_ends_with_a_booked_hosting_is_not_offered_as_if_nothing_were_booked(offline):
    june = datetime.fromisoformat("2027-06-01T00:00+02:00")
    run = stands("hosting/K-1/L-3", "scheduled", "date", effective_at=june)
    record = customer(HOSTING, *ADDONS)
    runs = under_way(offline, record, run, ends={"L-3": june, "A-1": june})
    assert {subject: found.workflow_id for subject, found in runs.items()} == {
        "L-3": "hosting/K-1/L-3",
        "A-1": "hosting/K-1/L-3",  # and A-2, which stays, is still its own
    }
    # One that is ended by itself has its own case, whatever the hosting does.
    own = stands("hosting_addon/K-1/A-1", "scheduled", "date", effective_at=FEBRUARY)
    runs = under_way(offline, record, run, own, ends={"L-3": june, "A-1": FEBRUARY, "A-2": june})
    assert runs["A-1"].workflow_id == "hosting_addon/K-1/A-1" and runs["A-2"].workflow_id == "hosting/K-1/L-3"
