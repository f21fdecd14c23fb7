"""What a text calls a licence or a partner: always a name with the number beside it.

Histories hold no people, and the label that a customer gives to a licence may be one's name. What a run writes
therefore names the product, a partner just so: `Kassenanbindung an JTL-Wawi (POS-21)`, `Partner (P-1)`. Where a text
leaves for a person, the name in our record takes its place (`activities.names`): `Kasse Filiale 2 (POS-21)`.
"""

PARTNER = "Partner"
"""What a partner of the Fulfillment Network is called where no name may stand."""


def named(name: str, number: str) -> str:
    """A name with the number beside it."""
    return f"{name} ({number})"
