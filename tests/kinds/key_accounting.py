"""End of key accounting."""

from tests.kinds.scene import Scene
from tests.kinds.words import AGREED, Case

CASES = [Case(AGREED, request={"subject": "key_accounting"})]
TERM = ({"licence": "KA-1", "product": "key_accounting", "term_ends": "2027-03-31"},)
SCENES = [
    Scene("key_accounting", "key_accounting", edition="jtl_enterprise"),
    Scene(
        "key_accounting", "key_accounting", name="key_accounting-term", edition="jtl_enterprise", bare=True, holds=TERM
    ),
]
