"""Cancellation of a booked setup service."""

from tests.kinds.scene import Scene
from tests.kinds.words import Case

CASES = [Case({}, request={"explanation": "not needed"})]
SCENES = [Scene("setup_service", "O-1", more={"explanation": "not wanted"})]
