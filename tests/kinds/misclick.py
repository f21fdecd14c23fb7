"""Ticket after a mis-click."""

from tests.kinds.scene import Scene
from tests.kinds.words import Case

CASES = [Case({}, request={"explanation": "clicked wrongly"})]
SCENES = [Scene("misclick", "anything", more={"explanation": "booked twice"})]
