"""Issuing a receipt: its texts are made, it is put behind the case's previous one, signed, and kept."""

from dataclasses import dataclass
from datetime import datetime

from activities.adapters import Adapters
from activities.names import names_in
from activities.receipts.documents import Place, receipt_document
from activities.receipts.keys import ReceiptKeys
from activities.receipts.signed import canonical, digest, sign
from activities.sql.issued_receipts import Case, IssuedReceipt, Last, Made
from catalogue.loader import Catalogues
from states.model.effects import IssueReceipt, Step
from states.model.receipts import ReceiptFacts


@dataclass(frozen=True)
class ReceiptDesk:
    """Issues receipts over the adapters."""

    adapters: Adapters
    catalogues: Catalogues
    keys: ReceiptKeys
    time_zone: str

    def issue(self, step: Step, effect: IssueReceipt, run_id: str) -> IssuedReceipt:
        """Issue a receipt, once for its key. `run_id`: of the part of the run that asks. Blocks.

        The name and what licences are called are read in the transaction, and enter no history. Raises `Unavailable`,
        `Misconfigured`.
        """
        facts = effect.facts or ReceiptFacts(first_run_id=run_id)
        case = Case(step.workflow_id, facts.first_run_id, run_id, step.customer)

        def make(last: Last, issued_at: datetime) -> Made:
            record, former_names = self.adapters.records.with_former_names(step.customer)
            place = Place(last.number + 1, last.sha256, issued_at)
            document = receipt_document(step, effect.model_copy(update={"facts": facts}), place, record, self.time_zone)
            content = canonical(names_in(record, former_names, self.catalogues).in_document(document))
            return Made(effect.event, content.decode(), digest(content), sign(content, self.keys.signing), issued_at)

        return self.adapters.issued_receipts.issue(step.key, case, make)
