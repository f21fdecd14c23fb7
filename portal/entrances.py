"""To which page a customer's link leads: what `open` names, in the addresses of our pages."""

import re
from datetime import UTC, datetime
from typing import Any

from catalogue.loader import Catalogues
from pages.my.addresses import case_address, start_address
from portal.problems import PortalProblem, malformed
from portal.read_models import request_for
from settings import Settings
from states.kinds.registry import KINDS
from states.model.base import WORKFLOW_ID, day_of
from states.model.record import Customer
from states.rules.cost_effect import product_of

BOARD = "/my"
SUBJECT = re.compile(r"[A-Za-z0-9._-]{1,40}")


def page_of(act: Any, record: Customer, catalogues: Catalogues, settings: Settings) -> str:
    """The address of the page for `open`: the board where it is None. Raises `malformed`, or `not_held`."""
    match act:
        case None | "board":
            return BOARD
        case {"licence": str(licence), **rest} if not rest:
            return page_of_licence(licence, record, catalogues, settings)
        case {"run": str(run), **rest} if not rest:
            if not WORKFLOW_ID.fullmatch(run) or run.split("/")[1] != record.customer:
                raise malformed("open_run", given=repr(run)[:80])
            return case_address(run)
        case {"kind": str(kind), "subject": str(subject), **rest} if not rest:
            if kind not in KINDS:
                raise malformed("kind", given=kind[:80], known=list(KINDS))
            if not SUBJECT.fullmatch(subject):
                raise malformed("open_subject", given=repr(subject)[:80])
            return start_address(kind, subject)
    raise malformed("open_form")


def page_of_licence(number: str, record: Customer, catalogues: Catalogues, settings: Settings) -> str:
    """The page on which a licence of the customer is ended; the board for one that no process here ends (G1)."""
    licence = next((licence for licence in record.licences if licence.licence == number), None)
    if licence is None:
        raise PortalProblem("not_held", values={"customer": record.customer, "licence": number, "subject": number})
    catalogue = catalogues.in_force(day_of(datetime.now(UTC), settings.time_zone))
    request = request_for(record, licence, product_of(catalogue, licence))
    return BOARD if request is None else start_address(request.kind, request.subject)
