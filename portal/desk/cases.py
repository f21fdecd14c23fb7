"""Search, cases and customers for the operators' pages, by the functions that answer the calls over HTTP."""

from dataclasses import dataclass

from activities.receipts.printed import file_name, pdf_of
from catalogue.quoting import one_line
from pages.calls import CallRefused, Document
from pages.desk_calls import Operator
from portal import finding, on_behalf, read_models
from portal.choices import choices
from portal.context import Portal
from portal.desk.authority import authority_in
from portal.page_calls import answered, spoken_by
from portal.receipt_routes import receipt_of
from portal.search import criteria_of, search
from portal.sent_mails import mails_of_case, mails_of_customer
from portal.shown import with_reason_named
from portal.tasks import known_of

PAGE = 50


@dataclass(frozen=True)
class DeskCases:
    """The protocol `pages.desk_calls.CaseCalls` on one application's parts."""

    portal: Portal

    async def look(self, operator: Operator, wanted: str) -> Document:
        """`GET /search`."""
        with answered(operator.language):
            found = await finding.look(self.portal, wanted, spoken_by(operator))
            return found | {"cases": await self.named(found["cases"])}

    async def cancellations(self, operator: Operator, wanted: Document, cursor: str | None) -> Document:
        """`GET /cancellations`."""
        with answered(operator.language):
            criteria = criteria_of(wanted, self.portal.settings.time_zone)
            asked = (self.portal, criteria, cursor, PAGE, spoken_by(operator))
            found: Document = await self.portal.adapters.database.in_thread(search, *asked)
            return found | {"items": await self.named(found["items"])}

    async def named(self, runs: list[Document]) -> list[Document]:
        """Cases of a list, each with its customer's name, where that can be read at once."""
        known = await known_of(self.portal, {run["customer"] for run in runs})
        records = {number: entry.record for number, entry in known.items()}
        return [
            run | {"customer_name": one_line(record.name) if (record := records.get(run["customer"])) else None}
            for run in runs
        ]

    async def case(self, operator: Operator, workflow_id: str, run_id: str | None) -> Document:
        """`GET /cases/{kind}/{customer}/{subject}`."""
        with answered(operator.language):
            found = await finding.case_file(self.portal, workflow_id, run_id, spoken_by(operator))
        return found | {"status": with_reason_named(self.portal, found["status"], operator.language)}

    async def customer(self, operator: Operator, customer: str) -> Document:
        """`GET /customers/{customer}`."""
        with answered(operator.language):
            return await finding.customer_file(self.portal, customer, spoken_by(operator))

    async def mails(self, operator: Operator, workflow_id: str, run_id: str | None, cursor: str | None) -> Document:
        """`GET /cancellations/{workflow_id}/mails`."""
        with answered(operator.language):
            return await mails_of_case(self.portal, authority_in(operator), workflow_id, run_id, cursor=cursor)

    async def mails_to(self, operator: Operator, customer: str, cursor: str | None) -> Document:
        """`GET /customers/{customer}/mails`."""
        with answered(operator.language):
            return await mails_of_customer(self.portal, authority_in(operator), customer, cursor=cursor)

    async def choices(self, operator: Operator, customer: str, kind: str, subject: str, target: str | None) -> Document:
        """`GET /customers/{customer}/choices`."""
        asked = (self.portal, customer, kind, subject, target, spoken_by(operator))
        with answered(operator.language):
            found: Document = await self.portal.adapters.database.in_thread(choices, *asked)
            return found

    async def preview(self, operator: Operator, data: Document) -> Document:
        """`POST /previews`."""
        with answered(operator.language):
            return await read_models.preview_of(self.portal, data, spoken_by(operator))

    async def begin(self, operator: Operator, customer: str, data: Document) -> Document:
        """`POST /customers/{customer}/cancellations`."""
        with answered(operator.language):
            authority = authority_in(operator)
            authority.check_grade("decide")
            answer = await on_behalf.begin(self.portal, customer, data, authority, operator.language)
        if answer.status != 202:
            raise CallRefused(answer.document | {"current": None})
        return answer.document

    async def receipt(self, operator: Operator, workflow_id: str, run_id: str | None, number: int) -> tuple[str, bytes]:
        """`GET /cancellations/{workflow_id}/receipts/{number}.pdf`."""
        with answered(operator.language):
            found = await receipt_of(self.portal, workflow_id, run_id, number)
            made = await self.portal.adapters.database.in_thread(pdf_of, found, self.portal.settings)
            return file_name(found, "pdf"), made
