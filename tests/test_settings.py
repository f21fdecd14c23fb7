"""The settings: what is wrong is said with the variable, the value and what would be right (contract, Settings)."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from settings import PREFIX, Settings, explain


def refused(monkeypatch: Any, name: str, given: str) -> str:
    """The one line that is said of a wrong value."""
    monkeypatch.setenv(PREFIX + name, given)
    with pytest.raises(ValidationError) as error:
        Settings()
    (line,) = explain(error.value)
    assert line.startswith(f"{PREFIX}{name}: ")
    return line


@pytest.mark.parametrize("name", ["ABANDON_AFTER", "REMIND_EVERY", "RECHECK_BEFORE", "REPAIR_AFTER", "MAX_EVENT_AGE",
                                  "APPLY_WINDOW"])  # fmt: skip
@pytest.mark.parametrize("given", ["30", "7 days", "7 days, 00:00:00", "01:00:00", "P30", "P", "PT", "P7X", "soon"])
def test_a_duration_is_written_as_in_iso_8601(monkeypatch, name, given):
    line = refused(monkeypatch, name, given)
    assert repr(given) in line and "P30D" in line and "ISO 8601" in line and "Input should" not in line


@pytest.mark.parametrize(("given", "meant"), [
    ("P30D", timedelta(days=30)), ("P2W", timedelta(weeks=2)), ("PT1H", timedelta(hours=1)),
    ("P1DT12H", timedelta(days=1, hours=12)), ("PT0.5S", timedelta(seconds=0.5)), ("+P1D", timedelta(days=1)),
])  # fmt: skip
def test_an_iso_8601_duration_is_taken(monkeypatch, given, meant):
    monkeypatch.setenv(PREFIX + "REMIND_EVERY", given)
    assert Settings().remind_every == meant


@pytest.mark.parametrize(("name", "given", "said"), [
    ("REMIND_EVERY", "PT0S", "longer than nothing"), ("ABANDON_AFTER", "-P1D", "longer than nothing"),
    ("APPLY_WINDOW", "-PT1M", "not be negative"),
])  # fmt: skip
def test_a_duration_lies_ahead(monkeypatch, name, given, said):
    assert said in refused(monkeypatch, name, given)


@pytest.mark.parametrize("given", ["foo", "mail.example", "smtp:", "smtp://", "http://mail.example", "smtp://h:port",
                                   "smtp://u:verysecret@h:x"])  # fmt: skip
def test_a_mail_server_is_an_address_of_smtp(monkeypatch, given):
    line = refused(monkeypatch, "SMTP_URL", given)
    assert "smtp://user:password@host:port" in line and "smtps://" in line and "verysecret" not in line


@pytest.mark.parametrize("given", ["smtp://mail.example", "smtps://u:p@mail.example:465", "smtp://[::1]:2525"])
def test_an_address_of_smtp_is_taken(monkeypatch, given):
    monkeypatch.setenv(PREFIX + "SMTP_URL", given)
    found = Settings().smtp_url
    assert found is not None and found.get_secret_value() == given
