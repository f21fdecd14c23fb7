"""The number by which people call a case."""

import re

from states.model.names import case_number

FORM = re.compile(r"V-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}")
"""Without I, L, O and U, which are misread."""


def test_a_case_number_is_short_and_can_be_read_out() -> None:
    numbers = {case_number("edition/K-1001/jtl", str(run)) for run in range(2000)}
    assert len(numbers) == 2000
    assert [number for number in numbers if not FORM.fullmatch(number)] == []


def test_a_case_number_is_the_same_for_ever_and_that_of_a_later_run_another() -> None:
    assert case_number("edition/K-1001/jtl", "r1") == "V-8MV7-EYA7"
    assert case_number("edition/K-1001/jtl", "r2") != case_number("edition/K-1001/jtl", "r1")
    assert case_number("edition/K-1002/jtl", "r1") != case_number("edition/K-1001/jtl", "r1")
