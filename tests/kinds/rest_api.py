"""End of the JTL-Wawi API."""

from tests.kinds.scene import Scene
from tests.kinds.words import GONE, INCLUDED, THE_SAME, Case, outside, warned

CASES = [Case({**INCLUDED, **warned("integrations_end"), **outside("pilot")}, later=(THE_SAME, GONE))]
SCENES = [
    Scene("rest_api", "API-1"),
    Scene("rest_api", "API-1", "rest_api-watched", beside="jtl_start"),
]
