"""Move of a marketplace account to another customer."""

from tests.kinds.scene import Scene
from tests.kinds.words import AGREED, Case

CASES = [Case(AGREED, request={"target": "K-2"})]
SCENES = [Scene("marketplace_transfer", "M-2", more={"target": "K-edition"})]
