"""Deactivation of a shop connector."""

from tests.kinds.scene import Scene, rejected
from tests.kinds.words import GONE, INCLUDED, THE_SAME, Case, outside

CASES = [Case(INCLUDED, later=(THE_SAME, GONE)), Case({**INCLUDED, **outside("shopify")})]
SCENES = [
    Scene("connector", "C-1"),
    Scene("connector", "C-2", "connector-shopify"),
    Scene("connector", "C-2", "connector-rejected", then=(("proof", rejected),)),
]
