"""How far a load of customers is: a line written anew on a terminal, elsewhere one for each tenth."""

import sys

import pytest

from console.load_progress import LoadProgress

FAR = [(100, 1900), (150, 1850), (200, 1800), (1000, 1000), (2000, 0)]


def told(far: list[tuple[int, int]]) -> None:
    """What a load of so many batches says."""
    progress = LoadProgress()
    for loaded, left in far:
        progress(loaded, left)
    progress.end()


def test_elsewhere_a_tenth_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    told(FAR)
    printed = capsys.readouterr()
    assert printed.err.splitlines() == ["200 customers loaded, 1,800 left", "1,000 customers loaded, 1,000 left"]
    assert printed.out == ""


def test_on_a_terminal_the_line_is_written_anew(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    told(FAR)
    lines = capsys.readouterr().err.split("\r")[1:]
    assert lines[0] == "100 customers loaded, 1,900 left\033[K"
    assert (len(lines), lines[-1]) == (5, "2,000 customers loaded, 0 left\033[K\n")


@pytest.mark.parametrize("terminal", [False, True])
def test_of_a_load_in_one_batch_nothing_is_said(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, terminal: bool
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    told([(5, 0)])
    assert capsys.readouterr().err == ""
