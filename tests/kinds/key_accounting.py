"""End of key accounting."""

from tests.kinds.scene import Scene
from tests.kinds.words import AGREED, Case

CASES = [Case(AGREED, request={"subject": "key_accounting"})]
SCENES = [
    # Recorded before a change (`workflows.patches`), and the same as it is now.
    Scene("key_accounting", "key_accounting", edition="jtl_enterprise"),
    Scene("key_accounting", "key_accounting", "key_accounting-noted", edition="jtl_enterprise"),
]
