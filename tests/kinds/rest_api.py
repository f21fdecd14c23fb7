"""End of the JTL-Wawi API."""

from tests.kinds.scene import Scene
from tests.kinds.words import GONE, INCLUDED, THE_SAME, Case, outside, warned

CASES = [Case({**INCLUDED, **warned("integrations_end"), **outside("pilot")}, later=(THE_SAME, GONE))]
SCENES = [
    Scene("rest_api", "API-1"),
    # An edition's run hears that the licence has ended: what open runs did before a change (`workflows.patches`), and
    # the same as it is now.
    Scene("rest_api", "API-1", "rest_api-watched", beside="jtl_start"),
    Scene("rest_api", "API-1", "rest_api-told", beside="jtl_start"),
]
