"""The pages of docs/ say what the code does: made anew they are the same, and their examples are what a run answers."""

import re
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import tests.charts.explorer as explorer
from catalogue.texts import keys
from cli import code_of
from embedded.examples import in_time
from settings import Settings
from states.chart.state_names import AWAITED_EFFECT, PUBLIC_STATE
from states.kinds.registry import KINDS
from states.model.facts import Inquiry
from states.model.status import Status
from states.views.diagram import arrows_of, mermaid, states_of
from tests.runs.harness import Refused, World, open_world
from tools.docs import build, kind_facts, matrix
from tools.docs.conversations import Play, conversation, event_of, played
from tools.docs.rules import rules

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


# Made from the code.


def test_no_page_is_stale(capsys):
    assert build.main(["--check"]) == 0, capsys.readouterr().err


def test_a_page_that_differs_or_is_missing_or_is_of_no_kind_is_stale(tmp_path, monkeypatch):
    monkeypatch.setattr(build, "DOCS", tmp_path)
    (tmp_path / "kinds").mkdir()
    same, other, gone, odd = (tmp_path / name for name in ("a.md", "b.md", "c.md", "kinds/odd.md"))
    for page in (same, other, odd):
        page.write_text("text\n")
    assert build.stale({same: "text\n", other: "another\n", gone: "text\n"}) == [other, gone, odd]


def test_every_kind_has_a_page_with_each_part():
    for kind in KINDS.values():
        page = (ROOT / "docs" / "kinds" / f"{kind.kind}.md").read_text(encoding="utf-8")
        for part in ("# Path", "# States", "## Reminders", "# Rules", "# Warnings", "# Refusals", "# An example"):
            assert f"\n#{part}\n" in page, (kind.kind, part)
        assert f"`{kind.workflow}`" in page


def test_every_rule_belongs_to_a_kind_or_to_all():
    shown = {rule.number for kind in KINDS.values() for rule in kind_facts.rules_of(kind)}
    assert {rule for rule in rules() if rule[0] not in "GDX"} <= shown


def test_every_warning_and_refusal_with_a_text_is_on_a_page():
    assert {code for kind in KINDS.values() for code in kind_facts.warnings_of(kind)} == kind_facts.texts("warning")
    assert {code for kind in KINDS.values() for code in kind_facts.refusals_of(kind)} == kind_facts.texts("refusal")


# The overview matrix.

K, D = "cancellation: the cost falls", "deactivation: no saving"
NOTICE, CHOSEN, TERM = "14 days' notice", "at once, or on a day chosen", "after the recorded term"
MATRIX = [
    ("JTL edition", K, NOTICE, "C, S", {"lowest_edition", "in_surplus"}, {"features_lost", "surplus"}),
    ("WMS edition", K, NOTICE, "C, S", {"lowest_edition", "in_surplus"}, {"features_lost", "surplus"}),
    ("order package 0", K, NOTICE, "C, S", {"in_surplus"}, {"package_zero", "selling_stops_first"}),
    ("order package, lower", K, NOTICE, "C, S", {"not_bookable"}, {"overage"}),
    ("marketplace", f"{D} (every edition)", CHOSEN, "C, S, T", {"use_support"}, {"pilot_sign_off", "third_party_too"}),
    (
        "marketplace, move to another account",
        "not a cancellation",
        "moment agreed",
        "C, J",
        {"not_bookable"},
        {"moved_by_appointment"},
    ),
    ("connector Shopify", D, CHOSEN, "C, S", set(), {"no_saving"}),
    ("connector Shopify, booked via Shopify", D, "when Shopify has confirmed", "C, T", set(), {"ended_elsewhere"}),
    ("connector Shopware 6", D, CHOSEN, "C, S", set(), {"no_saving"}),
    ("JTL-Wawi module", D, CHOSEN, "C, S", set(), {"no_saving"}),
    ("POS register at JTL-Wawi", D, CHOSEN, "C, S", set(), {"no_saving"}),
    ("JTL-ShippingLabels", D, CHOSEN, "C, S", set(), {"no_saving"}),
    ("JTL-Track&Trace", f"{D} (JTL Pro, JTL Enterprise)", CHOSEN, "C, S", set(), {"no_saving"}),
    ("JTL-Plan&Produce", "not known: asked (X5)", TERM, "C, S", set(), set()),
    ("production user", K, TERM, "C, S", set(), set()),
    ("WMS module", f"{D} (WMS Pro)", CHOSEN, "C, S", set(), {"no_saving"}),
    ("WMS user, additional", K, TERM, "C, S", {"inclusive_user"}, {"reassign_instead"}),
    ("Fulfillment Network", "the cooperation ends", "every partner", "C, T", {"in_surplus"}, set()),
    ("shop licence", K, TERM, "C, S", {"subscription"}, {"two_contracts"}),
    ("shop hosting", K, TERM, "C, S", set(), {"backup", "two_contracts"}),
    ("shop hosting, change of tariff", K, TERM, "C, S", {"details_missing"}, {"old_contract_runs_on"}),
    ("JTL-Vouchers", f"{K} (JTL Start, JTL Advanced); {D}", TERM, "C, S", set(), {"user_management_lost"}),
    ("JTL-Wawi API, in its beta phase", f"{D} (JTL Enterprise)", CHOSEN, "C, S, T", set(), {"pilot_sign_off"}),
    ("JTL-Wawi API, once stable", f"{K} (JTL Advanced, JTL Pro)", TERM, "C, S", set(), {"integrations_end"}),
    ("setup service", "an exception", "a person decides", "C, J", {"malformed"}, {"by_exception"}),
    ("support level", "impossible", "never", "–", {"support_level"}, set()),
    ("ecomDATA Cloud", "elsewhere", "ecomDATA has confirmed", "C, T", set(), {"ended_elsewhere"}),
    ("Hosting by JTL", K, TERM, "C, S", {"details_missing"}, {"backup"}),
    ("hosting add-on", K, TERM, "C, S", {"details_missing"}, set()),
    ("mis-click", "a ticket; no claim", "a person decides", "C, J", set(), {"no_promise"}),
]
"""What the sources say of each, in the words of the page."""


@pytest.mark.parametrize(("what", "effect", "date", "who", "blocks", "warned"), MATRIX, ids=[row[0] for row in MATRIX])
def test_the_matrix_says_what_the_sources_say(what, effect, date, who, blocks, warned):
    row = {row[0]: row for row in matrix.rows()}[what]
    assert effect in row[2]
    assert date in row[3]
    assert row[4] == who
    assert blocks <= set(re.findall("`([a-z_]+)`", row[5]))
    assert warned <= set(re.findall("`([a-z_]+)`", row[6]))


def test_every_kind_is_in_the_matrix():
    assert {row.kind for row in matrix.listed()} == set(KINDS)


def test_a_block_that_no_check_makes_stops_the_build(monkeypatch):
    row = matrix.Row("WMS module", "wms_module", licence={"product": "wms_module"}, blocks=(matrix.Block("nothing"),))
    monkeypatch.setattr(matrix, "listed", lambda: (row,))
    with pytest.raises(ValueError, match="WMS module: nothing blocks 'nothing'"):
        list(matrix.rows())


# Mails.


def test_the_page_of_messages_says_when_each_mail_is_sent_and_each_is_asked_for():
    page = (ROOT / "docs" / "messages.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    listed = [name for row in rows for name in re.findall("`([a-z_]+)`", row)]
    folders = [ROOT / "states", ROOT / "activities"]
    sources = "".join(file.read_text(encoding="utf-8") for folder in folders for file in folder.rglob("*.py"))
    written = {key.split(".")[1] for key in keys() if key.startswith("mail.")}
    assert sorted(listed) == sorted(written)
    assert {name for name in written if f'"{name}"' not in sources} == set()


# Diagrams.


@pytest.mark.parametrize("kind", KINDS)
def test_the_diagram_draws_every_state_and_no_event_that_stays(kind, capsys):
    assert code_of(["diagram", kind]) == 0
    text = capsys.readouterr().out
    assert text.strip() == mermaid(kind).strip()
    assert text.startswith("stateDiagram-v2\n")
    arrows = re.findall(r"^    (\S+) --> (\S+)(?: : (.+))?$", text, re.MULTILINE)
    chart = KINDS[kind].chart
    assert {source for source, _, _ in arrows} == {"[*]", *states_of(chart)}
    assert len({(source, target) for source, target, _ in arrows}) == len(arrows)
    drawn = {(source, target, label) for source, target, labels in arrows for label in labels.split("<br/>")}
    drawn = {arrow for arrow in drawn if "[*]" not in arrow}
    assert drawn <= set(arrows_of(KINDS[kind]))
    noted = {f"{label.split()[0]} → {target}" for _, target, label in set(arrows_of(KINDS[kind])) - drawn}
    assert noted == set(re.findall(r"^        (\w+ → \w+)$", text, re.MULTILINE))
    assert all(re.fullmatch(r"\w+( \[[\w, ]+\])?", label) for _, _, label in arrows_of(KINDS[kind]))


@pytest.mark.parametrize("kind", KINDS)
def test_give_up_leads_out_of_every_state_that_is_no_end(kind):
    """The diagram says so in a note."""
    chart = KINDS[kind].chart
    for name, state in chart.states_map.items():
        leaves = any(str(transition.event) == "give_up" for transition in state.transitions)
        assert leaves is not bool(state.final), name


# The tables of states.


@pytest.mark.parametrize("kind", KINDS)
def test_what_exploration_meets_is_in_the_table_of_states(kind, monkeypatch):
    """In guided mode, which opens more tasks than the automatic one."""
    met: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    check_node = explorer.check_node

    def noted(stage: Any, node: Any, moves: Any) -> None:
        check_node(stage, node, moves)
        chart = stage.at(node.memory)
        facts = met[node.memory.state]
        facts["waits"] |= set(chart.waiting_for())
        facts["events"] |= set(chart.enabled())
        facts["tasks"] |= {task.type for task in node.memory.tasks}
        facts["reminders"] |= reminders_of(chart)

    monkeypatch.setattr(explorer, "check_node", noted)
    run = Play(kind)
    check = run.check(Inquiry(request=run.request, at=run.now)).model_copy(update={"mode": "guided"})
    clean = check.model_copy(update={"surplus": ()})
    request = {"kind": kind, "customer": "K-1", **run.conversation["request"]}
    explorer.explore(KINDS[kind], explorer.Facts(check, (check, clean), None, request))
    table = {state.name: state for state in kind_facts.states(KINDS[kind])}
    of_any_state = {task for state in met for task in table[state].tasks}
    for name, facts in met.items():
        state = table[name]
        # Tasks from before stay open while a system is at work.
        kept = of_any_state if name in AWAITED_EFFECT else set()
        waits = {"third_party" if task == "third_party" else "operator" for task in kept - {"repair"}}
        waits |= {"operator"} if "third_party" in kept else set()
        assert facts["waits"] <= {*state.waits, *waits}, name
        assert facts["events"] <= set(state.events), name
        assert facts["tasks"] <= {*state.tasks, *kept}, name
        assert facts["reminders"] - {"proof"} <= set(state.reminders), name
        assert "proof" not in facts["reminders"] or "third_party" in {*state.tasks, *kept}, name


def reminders_of(chart: Any) -> set[str]:
    """The reminders that a run would send by itself as it stands."""
    events = {"remind": "customer", "task_due": "task", "recheck_due": "surplus"}
    due = {reminder for event, reminder in events.items() if event in chart.timers()}
    unproved = [task for task in chart.model.tasks if task.type == "third_party" and task.proof is None]
    return due | ({"proof"} if unproved else set())


# The example conversations, on a whole system.


@pytest.mark.parametrize("kind", KINDS)
async def test_a_run_answers_as_the_page_says(kind, tmp_path):
    written = in_time(conversation(kind), datetime.now(UTC).date())
    expected = played(kind)
    async with open_world(tmp_path, begins=None) as w:
        records = [written["customer"], *written.get("others", ())]
        await w.load(*({"language": "en", "email": "k@muster.example"} | record for record in records))
        run = await w.request(kind, "K-1", by="customer", **written["request"])
        assert seen(run.first) == seen(expected[0].status)
        for step, exchange in zip(written["steps"], expected[1:], strict=True):
            expected_answer = seen(exchange.status) if exchange.status else exchange.code
            assert await answer(w, run, step) == expected_answer, step


async def answer(w: World, run: Any, step: dict[str, Any]) -> Any:
    """What the run answers to a step: how it stands, or the code of the problem."""
    status = await run.status()
    if "wait" in step:
        await w.sleep_until(status["effective_at"])
        return seen(await run.status())
    event, payload = event_of(step, Status.model_validate(status))
    if isinstance(payload.get("at"), str) and payload["at"] < datetime.now(UTC).date().isoformat():
        payload["at"] = in_time({"ends": payload["at"]}, datetime.now(UTC).date())["ends"]
    try:
        return seen(await run(event, **payload))
    except Refused as refused:
        return refused.code


def seen(document: Any) -> dict[str, Any]:
    """What does not depend on the day of the test."""
    status = document.model_dump(mode="json") if isinstance(document, Status) else document
    return {
        "state": status["state"],
        "waiting_for": list(status["waiting_for"]),
        "enabled": list(status["enabled"]),
        "tasks": [task["type"] for task in status["tasks"]],
        "warnings": [warning["code"] for warning in status["warnings"] if warning["code"] != "boundary_day"],
        "refusal": status["refusal"] and status["refusal"]["code"],
        "cost_effect": status["cost_effect"],
        "timeline": [line["state"] for line in status["timeline"]][-1],
    }


# What is written by hand.


def test_the_readme_names_every_setting_and_no_other():
    named = set(re.findall(r"^\| `([A-Z_]+)` \|", README, re.MULTILINE))
    assert named == {name.upper() for name in Settings.model_fields}


def test_every_state_that_is_shown_under_another_name_is_one_of_the_contract():
    assert set(PUBLIC_STATE.values()) <= explorer.CONTRACT_STATES
