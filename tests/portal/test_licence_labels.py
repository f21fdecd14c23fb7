"""What licences are called: by the record's label, and by the product's name in the reader's language."""

from datetime import UTC, datetime

import pytest

from catalogue.loader import load_catalogues
from portal.read_models import licence_label
from states.model.record import Licence


@pytest.mark.parametrize(
    ("recorded", "called"),
    [("eazyAuction-Marktplatz", "eazyAuction marketplace"), (None, "eazyAuction marketplace"), ("eBay", "eBay")],
)
def test_a_label_that_is_the_product_s_is_said_in_the_reader_s_language(recorded: str | None, called: str):
    product = load_catalogues(None).in_force(datetime.now(UTC).date()).products["marketplace"]
    licence = Licence(licence="M-1", product="marketplace", label=recorded)
    assert licence_label(licence, product, "en") == called
