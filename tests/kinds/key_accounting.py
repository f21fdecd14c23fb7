"""End of key accounting."""

from tests.kinds.scene import Scene
from tests.kinds.words import AGREED, Case

CASES = [Case(AGREED, request={"subject": "key_accounting"})]
SCENES = [
    Scene("key_accounting", "key_accounting", edition="jtl_enterprise"),
]
