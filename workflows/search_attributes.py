"""The search attributes of every run: declared once, set by runs, registered by workers."""

from typing import Any

from temporalio.common import SearchAttributeKey

KIND = SearchAttributeKey.for_keyword("CancellationKind")
CUSTOMER = SearchAttributeKey.for_keyword("CancellationCustomer")
STATE = SearchAttributeKey.for_keyword("CancellationState")
WAITING_FOR = SearchAttributeKey.for_keyword_list("WaitingFor")
TICKET_ID = SearchAttributeKey.for_keyword_list("TicketId")
EFFECTIVE_DATE = SearchAttributeKey.for_datetime("EffectiveDate")
ORDER_BY = SearchAttributeKey.for_datetime("OrderBy")

SEARCH_ATTRIBUTES: tuple[SearchAttributeKey[Any], ...] = (
    KIND,
    CUSTOMER,
    STATE,
    WAITING_FOR,
    TICKET_ID,
    EFFECTIVE_DATE,
    ORDER_BY,
)
