"""The page of a task: what it shows, what it asks, and that it sends just what was looked at."""

import pytest

from catalogue.texts import known
from states.chart.task_types import TASK_TYPES
from tests.pages.desk import Desk
from tests.pages.open_tasks import OPENINGS, opened
from tests.system.processes import until

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
