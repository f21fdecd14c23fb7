"""A reason that was chosen from the catalogue's list is shown by its label, never by its code."""

import pytest

from portal.shown import with_reasons

LABELS = {"season": {"de": "Die Saison ist vorbei", "en": "The season is over"}}


@pytest.mark.parametrize(
    ("event", "note", "shown"),
    [
        ("requested", "season", "Die Saison ist vorbei"),
        ("abandon", "vorbei (season)", "vorbei (Die Saison ist vorbei)"),
        ("requested", "another season", "another season"),
        ("requested", None, None),
        ("confirm_task", "season", "season"),
    ],
)
def test_a_reason_is_said_by_its_label(event: str, note: str | None, shown: str | None):
    document = {"language": "de", "timeline": [{"event": event, "note": note}]}
    assert with_reasons(document, LABELS)["timeline"][0]["note"] == shown
    assert with_reasons({"current": document}, LABELS)["current"]["timeline"][0]["note"] == shown
    assert with_reasons({"items": []}, LABELS) == {"items": []}
