"""The pages that are made from the charts, read in this process: what a chart declares is what its diagram shows."""

from tools.docs import build


def test_each_page_is_what_the_charts_say():
    pages = build.made()
    assert pages
    assert build.stale(pages) == []
