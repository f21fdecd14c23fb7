"""Instructions in another language than the customer's name the catalogue's words in it too."""

import pytest

from portal.told_in import told_in
from tests.adapters.wired import CATALOGUES

CLOSED = "Die Anbindung über die Schaltfläche rechts deaktivieren"


@pytest.mark.parametrize(
    ("language", "said", "told"),
    [
        (
            "de",
            "**Sinken die Kosten, wenn JTL-Wawi module endet?**",
            "**Sinken die Kosten, wenn JTL-Wawi-Modul endet?**",
        ),
        ("en", f"1. {CLOSED}", "1. Deactivate the connection with the button on the right"),
        ("en", "Deactivation of JTL-Wawi-Modul (WM-1).", "Deactivation of JTL-Wawi module (WM-1)."),
        ("en", "WMS-Modul MHD", "WMS module MHD"),
        ("en", "WMS-Module", "WMS-Module"),  # part of another word
        ("en", "> Mein WMS-Modul", "> Mein WMS-Modul"),
        ("en", "asked for: “WMS-Modul”, `WMS-Modul`", "asked for: “WMS-Modul”, `WMS-Modul`"),
        ("de", "JTL-Wawi-Modul „WMS module“", "JTL-Wawi-Modul „WMS module“"),
        ("de", "", ""),
    ],
)
def test_the_catalogues_words_are_those_of_the_readers_language_and_peoples_stay(
    language: str, said: str, told: str
) -> None:
    assert told_in(said, CATALOGUES, language) == told
