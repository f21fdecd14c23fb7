"""The page of a task: what it shows, what it asks, and that it sends just what was looked at."""

import asyncio
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from catalogue.formats import day
from catalogue.texts import known
from states.chart.task_types import TASK_TYPES
from tests.pages.desk import Desk
from tests.pages.forms import Form, Page
from tests.pages.open_tasks import NOON_LATER, OPENINGS, opened
from tests.pages.test_languages import check
from tests.system.processes import until

READER = "a-token-of-ottos-that-nobody-guesses-0123456789"
of_every_type = [
    pytest.param(type_, marks=[pytest.mark.shop(**opening.settings)], id=type_) for type_, opening in OPENINGS.items()
]


def test_no_type_is_left_out():
    assert set(OPENINGS) == set(TASK_TYPES)


@pytest.mark.parametrize("type_", TASK_TYPES.values(), ids=lambda type_: type_.type)
def test_every_decision_of_every_type_is_called_something(type_):
    for name in [*(type_.decisions or ["confirm"]), "reject"]:
        assert known(f"page.desk.task.choice.{type_.type}.{name}") or type_.rejected in type_.decisions.values()
    assert known(f"page.desk.task.note_read.{type_.type}")


@pytest.mark.server
@pytest.mark.parametrize("type_", of_every_type)
async def test_a_task_of_every_type_is_decided_through_its_page_wrong_first(desk: Desk, type_: str):
    opening, task = OPENINGS[type_], await opened(desk.world, type_)
    browser = await desk.operator()
    page = await browser.open(f"/desk/tasks/{task}")
    assert page.status == 200, page.text
    assert not any(name == "decision" for name, _ in page.form("look").fields), "nothing is chosen beforehand"
    wrong = await page.send("look", **opening.wrong)
    assert wrong.status in (409, 422) and opening.refused_with in wrong.text, wrong.text
    assert not wrong.has("decide-so")
    looked = await wrong.send("look", **opening.right)
    assert looked.status == 200 and looked.has("decide-so"), looked.text
    done = await looked.send("decide-so")
    assert done.status == 200 and "Entschieden:" in done.text, done.text
    work_list = desk.world.adapters.work_list

    async def is_closed() -> bool:
        row = work_list.task(task)
        return row is not None and not row.open

    await until(is_closed)


async def page_of(desk: Desk, type_: str, name: str = "anna") -> tuple[str, Page]:
    """A task of a type, and its page as an operator sees it."""
    task = await opened(desk.world, type_)
    return task, await (await desk.operator(name)).open(f"/desk/tasks/{task}")


async def decisions(desk: Desk, task: str) -> list[str]:
    """Who has decided a task, by its run's word."""
    row = desk.world.adapters.work_list.task(task)
    assert row is not None
    lines = (await desk.status(row.workflow_id))["timeline"]
    return [line["by"] for line in lines if line["event"] in ("confirm_task", "reject_task")]


@pytest.mark.server
async def test_ticks_are_kept_with_who_made_them_and_nobody_unticks_what_another_did_meanwhile(desk: Desk):
    task, page = await page_of(desk, "support_ticket")
    late = await (await desk.operator("otto")).open(f"/desk/tasks/{task}")
    page = await page.send("save-ticks", step=["1", "2"])
    assert "erledigt von anna" in page.text
    late = await late.send("save-ticks", step=["3"])
    assert "erledigt von otto" in late.text and late.text.count("erledigt von anna") == 2
    page = await late.send("save-ticks", step=["2", "3"])
    ticked = desk.world.adapters.task_notes.steps_done(task)
    assert [(entry.step, entry.by) for entry in ticked] == [(2, "anna"), (3, "otto")]
    assert "Bestätigen Sie mit Ihre Entscheidung" in page.text, "the instructions call fields as the form does"


@pytest.mark.server
async def test_what_to_do_is_said_in_the_language_of_the_operator(desk: Desk):
    task, german = await page_of(desk, "support_ticket")
    english = await (await desk.operator("otto", "en")).open(f"/desk/tasks/{task}")
    assert '<div class="instructions">' in english.html and '<div class="instructions">' in german.html
    assert "Der Kunde" in german.text and "Der Kunde" not in english.text and "The customer" in english.text


@pytest.mark.server
async def test_who_has_it_is_said_to_whoever_comes_second_and_what_he_wrote_stays(desk: Desk):
    task, page = await page_of(desk, "support_ticket")
    other = await (await desk.operator("otto")).open(f"/desk/tasks/{task}")
    page = await page.send("claim")
    assert "Ihnen, seit" in page.text and page.has("release")
    second = await other.send("claim")
    assert second.status == 409 and "anna" in second.text
    noted = await second.send("comment", text="Kunde ruft morgen zurück")
    assert "Kunde ruft morgen zurück" in noted.text and "otto" in noted.text
    handed = await (await page.send("hand-over", to="otto")).browser.open(f"/desk/tasks/{task}")
    assert "otto, seit" in handed.text


@pytest.mark.server
async def test_somebody_was_first_says_who_and_loses_nothing_that_was_typed(desk: Desk):
    task, page = await page_of(desk, "support_ticket")
    other = await (await desk.operator("otto")).open(f"/desk/tasks/{task}")
    looked = await other.send("look", decision="declined", note="Es bleibt gebucht")
    looked = await looked.send("decide-so")
    assert "Entschieden: Ablehnen" in looked.text
    late = await page.send("look", decision="granted", note="Von mir berichtigt")
    assert late.status == 409 and "Jemand war schneller" in late.text
    assert "otto" in late.text and "Es bleibt gebucht" in late.text and "Von mir berichtigt" in late.text
    assert not late.has("look") and await decisions(desk, task) == ["otto"]


@pytest.mark.server
async def test_who_has_decided_himself_in_another_tab_is_not_told_that_somebody_was_first(desk: Desk):
    task, page = await page_of(desk, "support_ticket")
    other = await page.browser.open(f"/desk/tasks/{task}")
    done = await (await other.send("look", decision="declined", note="Es bleibt gebucht")).send("decide-so")
    assert "Entschieden: Ablehnen" in done.text
    late = await page.send("look", decision="granted", note="Von mir berichtigt")
    assert late.status == 409 and "Nicht mehr offen" in late.text and "Jemand war schneller" not in late.text
    assert "Sie, " in late.text and "Von mir berichtigt" in late.text


@pytest.mark.server
async def test_a_decision_that_would_do_something_else_than_was_shown_is_shown_again(desk: Desk):
    task, page = await page_of(desk, "third_party")
    row = desk.world.adapters.work_list.task(task)
    assert row is not None
    looked = await page.send("look", decision="confirm")
    run = desk.world.run(row.workflow_id)
    (other,) = [entry["task"] for entry in (await run.status())["tasks"] if entry["task"] != task]
    await run("confirm_task", task=other, proof={"reference": "T-1"})
    again = await looked.send("decide-so")
    assert again.status == 409 and "Inzwischen hat sich etwas geändert" in again.text
    assert len(await decisions(desk, task)) == 1, "only the other one"
    done = await again.send("decide-so")
    assert "Entschieden: Der Nachweis stimmt" in done.text


@pytest.mark.server
@pytest.mark.shop(customer_centre="guided")
async def test_a_form_sent_twice_decides_once_where_the_task_stays_open_too(desk: Desk):
    task, page = await page_of(desk, "perform")
    looked = await page.send("look", decision="reject", note="Der Knopf fehlt")
    answers = await asyncio.gather(looked.send("decide-so"), looked.send("decide-so"))
    assert [answer.status for answer in answers] == [200, 200]
    assert all("Die Aufgabe bleibt offen" in answer.text for answer in answers)
    assert await decisions(desk, task) == ["anna"]


@pytest.mark.server
@pytest.mark.shop(second_opinion="revocation:granted")
async def test_four_eyes_says_who_proposed_and_lets_nobody_confirm_himself(desk: Desk):
    task, page = await page_of(desk, "revocation")
    looked = await page.send("look", decision="granted", note="Gern")
    assert "Das muss eine zweite Person bestätigen" in looked.text
    proposed = await looked.send("decide-so")
    assert "Vorgeschlagen." in proposed.text and "Sie haben das selbst vorgeschlagen" in proposed.text

    async def is_listed() -> bool:
        row = desk.world.adapters.work_list.task(task)
        return row is not None and row.proposed is not None

    await until(is_listed)
    listed = await (await desk.operator("otto")).open("/desk/tasks")
    assert "Zweite Person nötig" in listed.text, "who else decides finds it in the list"
    own = await (await page.browser.open(f"/desk/tasks/{task}")).send("look", decision="granted")
    assert own.status == 409 and "anna" in own.text and not own.has("decide-so")
    assert "mit Vorschlag zurücknehmen nehmen Sie" in own.text and "reject_task" not in own.text
    other = await (await desk.operator("otto")).open(f"/desk/tasks/{task}")
    assert "anna hat am" in other.text and "Gern" in other.text and other.has("choice-reject")
    done = await (await other.send("look", decision="granted")).send("decide-so")
    assert "Entschieden: Zurücknehmen: bewilligen" in done.text
    assert "Zweite Person nötig" not in done.text and "Wählen Sie unten" not in done.text, "nobody is asked any more"
    assert (await decisions(desk, task))[-1] == "otto"


@pytest.mark.server
async def test_what_may_be_meant_is_asked_back_once_and_needs_a_reason(desk: Desk):
    _, page = await page_of(desk, "appointment")
    at_night = f"{NOON_LATER[:10]}T03:00"
    asked = await page.send("look", decision="confirm", at=at_night)
    assert asked.status == 409 and "Ist das so gemeint?" in asked.text and not asked.has("decide-so")
    assert "confirm_anyway" not in asked.text and "mit Ja, das ist so gemeint und dem Grund" in asked.text
    assert "der Termin in Vereinbarter Zeitpunkt des Umzugs" in asked.text, "as the form calls it"
    looked = await asked.send("anyway-do", note="Der Kunde will es nachts")
    done = await looked.send("decide-so")
    assert "Entschieden: Der Termin ist vereinbart" in done.text and "Der Kunde will es nachts" in done.text


@pytest.mark.server
@pytest.mark.shop(operator_tokens={"otto": (READER,)}, operator_grades="otto=read")
async def test_who_may_only_read_sees_all_and_is_offered_nothing(desk: Desk):
    _, page = await page_of(desk, "support_ticket", "otto")
    assert "Sie sind zum Lesen angemeldet" in page.text and "Verklickt." in page.text
    assert not any(page.has(button) for button in ("look", "claim", "comment", "save-ticks"))
    (leaving,) = [form for form in page.forms if form.action == "/desk/leave"]
    form = Form(f"{page.url}/look", "post", [*leaving.fields, ("decision", "granted")])
    assert (await page.browser.send(form, form.fields)).status == 403


@pytest.mark.server
async def test_an_operator_reads_english_and_what_is_the_customers_says_that_it_is_german(desk: Desk):
    task = await opened(desk.world, "revocation")
    page = await (await desk.operator("anna", "en")).open(f"/desk/tasks/{task}")
    wrong = await page.send("look")
    looked = await wrong.send("look", decision="granted", note="Fine")
    done = await looked.send("decide-so")
    assert "Decided: Take it back" in done.text
    check(page, wrong, looked, done)


@pytest.mark.server
@pytest.mark.parametrize("type_", ["clarify_term", "tell_customer"])
async def test_a_task_that_is_open_is_shown_so_whatever_its_address_says(desk: Desk, type_: str):
    task, page = await page_of(desk, type_)
    for closed in ("&closed=1", "&closed=0"):
        said = await page.browser.open(f"/desk/tasks/{task}?done={OPENINGS[type_].right.get('decision')}{closed}")
        assert said.status == 200 and said.has("look"), said.text
        assert "notice good" not in said.html and "Nicht mehr offen" not in said.text


@pytest.mark.server
async def test_an_unknown_task_is_said_to_be_unknown(desk: Desk):
    page = await (await desk.operator()).open("/desk/tasks/t-0000000000000000")
    assert page.status == 404 and "Zu den Aufgaben" in page.text
    assert "GET /tasks" not in page.text, "operators are led by pages, not by calls"


@pytest.mark.server
async def test_what_the_customer_was_waiting_for_is_not_said_any_more_once_it_is_decided(desk: Desk):
    _, page = await page_of(desk, "clarify_term")
    asked = "Wir klären, bis zu welchem Tag die Leistung läuft"
    assert asked in page.text
    looked = await page.send("look", **OPENINGS["clarify_term"].right)
    done = await looked.send("decide-so")
    assert asked not in done.text and "Neuer Stand: Noch nicht abgesendet. Wirksam am" in done.text


@pytest.mark.server
async def test_a_note_that_cannot_be_kept_is_named_as_on_the_page(desk: Desk):
    _, page = await page_of(desk, "clarify_term")
    long = await page.send("comment", text="x" * 2_001)
    assert (
        long.status == 422
        and "Neue Notiz ist zu lang" in long.text
        and "x" * 2_001 in long.form("comment").fields[-1][1]
    )


@pytest.mark.server
async def test_a_task_due_at_the_end_of_a_day_is_due_on_that_day_on_each_page(desk: Desk):
    task, page = await page_of(desk, "support_ticket")
    row = desk.world.adapters.work_list.task(task)
    assert row is not None and row.due_at is not None
    due = row.due_at.astimezone(ZoneInfo("Europe/Berlin"))
    assert (due.hour, due.minute) == (0, 0), "the first moment that is too late"
    said = day("de", due.date() - timedelta(days=1))
    for path in ("/desk/tasks", f"/desk/tasks/{task}", f"/desk/customers/{row.customer}"):
        assert said in (await page.browser.open(path)).text, path


@pytest.mark.server
async def test_what_each_decision_does_stands_side_by_side(desk: Desk):
    _, page = await page_of(desk, "revocation")
    beside = page.text.partition("Was die einzelnen Entscheidungen bewirken")[2]
    assert "Zurückgenommen" in beside and "Vorgemerkt" in beside and "Mail an den Kunden" in beside


@pytest.mark.server
async def test_moments_are_german_time(desk: Desk):
    task, page = await page_of(desk, "appointment")
    await (await page.send("look", decision="confirm", at=NOON_LATER)).send("decide-so")
    row = desk.world.adapters.work_list.task(task)
    assert row is not None
    named = datetime.fromisoformat((await desk.status(row.workflow_id))["effective_at"])
    assert named.strftime("%H:%M") in ("09:00", "10:00"), "11:00 in Berlin, in summer or winter"
    assert abs(named.replace(tzinfo=None) - datetime.fromisoformat(NOON_LATER)) <= timedelta(hours=2)
