"""End of the JTL-Wawi API."""

from tests.kinds.scene import Scene
from tests.kinds.words import GONE, INCLUDED, THE_SAME, UNKNOWN, Case, outside, warned

CASES = [
    Case({**INCLUDED, **warned("integrations_end"), **outside("pilot")}, later=(THE_SAME, GONE)),
    Case({**UNKNOWN, **warned("integrations_end"), **outside("pilot")}),
]
SCENES = [
    Scene("rest_api", "API-1", edition="jtl_enterprise"),
    Scene("rest_api", "API-1", "rest_api-watched", edition="jtl_enterprise", beside="jtl_start"),
]
