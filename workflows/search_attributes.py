"""The search attributes of every run (docs/contract.md, Temporal): declared here, registered by the worker's plugin."""

from temporalio.common import SearchAttributeKey

KIND = SearchAttributeKey.for_keyword("CancellationKind")
CUSTOMER = SearchAttributeKey.for_keyword("CancellationCustomer")
STATE = SearchAttributeKey.for_keyword("CancellationState")
WAITING_FOR = SearchAttributeKey.for_keyword_list("WaitingFor")
TICKET_ID = SearchAttributeKey.for_keyword_list("TicketId")
EFFECTIVE_DATE = SearchAttributeKey.for_datetime("EffectiveDate")
ORDER_BY = SearchAttributeKey.for_datetime("OrderBy")

SEARCH_ATTRIBUTES = (KIND, CUSTOMER, STATE, WAITING_FOR, TICKET_ID, EFFECTIVE_DATE, ORDER_BY)
