"""Downgrade of a JTL or WMS edition."""

from tests.kinds.scene import Scene, changed, ended, failed, repaired, revoked
from tests.kinds.words import ASK_TERM, ENDING, GONE, NOTICE, OPEN, THE_SAME, Case, warned

CASES = [
    Case(
        {**NOTICE, **warned("features_lost"), **OPEN},
        later=({"surplus": ()}, THE_SAME, ENDING, GONE),
        request={"subject": "jtl", "target": "jtl_start"},
        other="jtl_advanced",
    ),
    Case({**NOTICE, **ASK_TERM}, request={"subject": "wms", "target": "wms_start"}),
]
ADVANCED = {"target": "jtl_advanced"}
SCENES = [
    Scene("edition", "jtl", more=ADVANCED),
    Scene("edition", "jtl", "edition-bare", more=ADVANCED, bare=True, then=(("revocation", revoked),)),
    Scene("edition", "jtl", "edition-change", more=ADVANCED, bare=True, then=(("change", changed),)),
    Scene("edition", "jtl", "edition-guided", more=ADVANCED, bare=True, guided=True),
    Scene(
        "edition",
        "jtl",
        "edition-repair",
        more=ADVANCED,
        bare=True,
        then=(("repair", failed), ("repaired", repaired)),
    ),
    Scene("edition", "jtl", "edition-ended", more=ADVANCED, bare=True, then=(("repair", failed), ("ended", ended))),
]
