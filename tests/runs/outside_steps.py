"""Every step outside our reach: how a run comes to wait for it, and what its instructions name in both languages."""

from dataclasses import dataclass
from typing import Any

from tests.adapters.customers import licence
from tests.runs.customers import customer_record


@dataclass(frozen=True)
class OutsideStep:
    """A step outside our reach. `says`: what its instructions name in German and in English."""

    rule: str
    kind: str
    subject: str
    record: dict[str, Any]
    says: tuple[tuple[str, str], ...]
    step: tuple[str, str]
    end: str = "applied"
    order: bool = True

    def customer(self, language: str) -> dict[str, Any]:
        """The customer, who reads that language."""
        return customer_record(**(self.record | {"language": language}))


PILOT = (
    ("Mitwirken > Offene Programme und Bewerten > Pilotprogramm",) * 2,
    ("reicht einen Nachweis ein, etwa einen Link", "hands in proof, for example a link"),
    ("Ohne Nachweis wird der Vorgang nicht abgeschlossen", "Without proof this is not completed"),
)
LEFT_PILOT = (
    "Melden Sie sich vom Pilotprogramm ab, im Kundencenter",
    "Sign off from the pilot programme, in the customer centre",
)
STEPS = [
    OutsideStep(
        "MP3",
        "marketplace",
        "M-1",
        {"licences": [licence("M-1", "marketplace", pilot=True)]},
        PILOT,
        LEFT_PILOT,
    ),
    OutsideStep(
        "MP4",
        "marketplace",
        "M-1",
        {"licences": [licence("M-1", "marketplace", third_party="Kaufland")]},
        (
            ("Vertrag mit Kaufland", "Contract with Kaufland"),
            ("kündigt ihn dort selbst, nach den Fristen", "cancels it there, observing the notice period"),
            ("Bestätigung des Anbieters", "provider's confirmation"),
            ("Nummer, Mail oder Link", "number, mail or link"),
        ),
        ("Kündigen Sie bei Kaufland den Vertrag", "Cancel the contract that you have with Kaufland"),
    ),
    OutsideStep(
        "API3",
        "rest_api",
        "A-1",
        {"licences": [licence("A-1", "wawi_api")], "editions": {"jtl": "jtl_enterprise"}},
        PILOT,
        LEFT_PILOT,
    ),
    OutsideStep(
        "CO4",
        "connector",
        "C-1",
        {"licences": [licence("C-1", "connector_shopify", booked_via="shopify")]},
        (
            ("Abonnement der App in seiner Shopify-Verwaltung", "app's subscription in the Shopify administration"),
            ("Bestätigung von Shopify", "Shopify's confirmation"),
            ("Rechnung, Mail oder Link", "invoice, mail or link"),
        ),
        ("Beenden Sie das Abonnement der App", "End the app's subscription"),
        end="external",
        order=False,
    ),
    OutsideStep(
        "ECO1/ECO2",
        "ecomdata",
        "E-1",
        {"licences": [licence("E-1", "ecomdata")]},
        (
            ("Erweiterungen > Hosting by JTL",) * 2,
            ("verlässt er das Kundencenter", "leaves the customer centre"),
            ("Bestätigung von ecomDATA ein, mit dem Tag", "ecomDATA's confirmation, with the day"),
        ),
        ("Kündigen Sie den Vertrag bei ecomDATA", "Cancel the contract with ecomDATA"),
        end="external",
        order=False,
    ),
    OutsideStep(
        "FFN3",
        "fulfillment",
        "ffn",
        {"partners": [{"id": "P-1", "name": "Lager Nord", "role": "fulfiller"}]},
        (
            ("Zusammenarbeit mit Partner (P-1)", "cooperation with Partner (P-1)"),
            ("im Fulfillment-Portal bei seinen Anfragen", "among the requests in the Fulfillment portal"),
            ("Partner schließt ab, was noch offen ist", "partner completes what is still open"),
            ("der Bestand dort muss null sein", "the stock there has to be zero"),
        ),
        (
            "Beenden Sie die Zusammenarbeit mit Lager Nord (P-1) im JTL-Fulfillment Network",
            "End the cooperation with Lager Nord (P-1) in the JTL-Fulfillment Network",
        ),
    ),
    OutsideStep(
        "FFN4",
        "fulfillment",
        "ffn",
        {"partners": [{"id": "P-2", "name": "Kaufhaus Ost", "role": "merchant"}]},
        (
            ("Zusammenarbeit mit Partner (P-2)", "cooperation with Partner (P-2)"),
            ("der Händler holt seine Ware ab", "the merchant takes the goods out"),
            ("Lagerzuordnung in JTL-Wawi entfernt", "warehouse assignment is removed in JTL-Wawi"),
            ("ein eigener und endet dadurch nicht", "a separate one and does not end by this"),
        ),
        (
            "Beenden Sie die Zusammenarbeit mit Kaufhaus Ost (P-2) im JTL-Fulfillment Network",
            "End the cooperation with Kaufhaus Ost (P-2) in the JTL-Fulfillment Network",
        ),
    ),
]
