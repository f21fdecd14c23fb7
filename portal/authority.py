"""Who calls, and about what: every call but those for whoever runs the portal has an authority.

As soon as any secret is set, or others than this machine reach the portal, nobody reads or sends anything without
one (docs/contract.md, Who may see what).
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import Depends, Path, Request

from portal.access import check_signature
from portal.context import Portal, portal_of, requested_language
from portal.delivery import Caller
from portal.guards.origins import READING
from portal.incoming import IncomingEvent
from portal.problems import PortalProblem, malformed
from portal.run_reader import unknown_run
from portal.sessions import Session
from settings import GRADES, Grade
from states.model.base import Identifier

Role = Literal["operator", "portal", "customer", "open"]
View = Literal["operator", "customer"]
ONLY_ASKED = re.compile(r"/previews|/tasks/[^/]+/consequence")
"""Calls that change nothing, though something is posted to them."""


@dataclass(frozen=True)
class Authority:
    """Who calls: an operator or a customers' portal by its token (a portal by its signature too, then without a name),
    a customer by his session, or anybody, where nothing is guarded (`open`)."""

    role: Role
    name: str | None = None
    customer: str | None = None
    grade: Grade = "admin"
    """Of an operator."""

    @property
    def view(self) -> View:
        """Which view of a document is answered."""
        return "operator" if self.decides else "customer"

    @property
    def decides(self) -> bool:
        """Whether he may do what operators do."""
        return self.role in ("operator", "open")

    def named(self, given: str | None) -> str:
        """The name of who acts: that of the log-in, else the one that is given. Raises `malformed` without any."""
        name = self.name or given
        if not name:
            raise malformed("by")
        return name

    def check_grade(self, grade: Grade) -> None:
        """Raise `forbidden` for whoever is no operator of that grade, or of a higher one."""
        if not self.decides:
            raise PortalProblem("forbidden", values={"fault": "operators_alone"})
        if not self.has_grade(grade):
            raise needs_grade(grade, self.grade)

    def has_grade(self, grade: Grade) -> bool:
        """Whether an operator may do what that grade may."""
        return GRADES.index(self.grade) >= GRADES.index(grade)

    def check_change(self) -> None:
        """Raise `forbidden` for an operator who may only read: he changes nothing, by whatever call."""
        if self.role == "operator":
            self.check_grade("decide")

    def check_customer(self, customer: object) -> None:
        """Raise `forbidden` for a customer who is another than the session's: whether there is one or not."""
        if self.role == "customer" and customer != self.customer:
            values = {"fault": "other_customer", "customer": self.customer}
            raise PortalProblem("forbidden", values=values, customer=self.customer)

    def check_run(self, workflow_id: str, run_id: str | None = None) -> None:
        """Raise `unknown_run` for the ID of another customer's run, as for one that never was.

        An ID of another form than ours is looked up: it names no customer (`check_document`).
        """
        parts = workflow_id.split("/")
        if self.role == "customer" and len(parts) == 3 and parts[1] != self.customer:
            raise self.unknown(workflow_id, run_id)

    def check_listing(self, customer: str | None) -> None:
        """Raise `malformed` for the list of everybody's cancellations, `forbidden` for that of another customer."""
        if customer is None and not self.decides:
            raise malformed("customer_needed")
        self.check_customer(customer)

    def check_event(self, event: IncomingEvent) -> None:
        """Raise `unknown_run` or `forbidden` for an event about another customer than the session's.

        An event that names none is malformed, and says so by itself.
        """
        if event.subject is not None:
            self.check_run(event.subject)
        if isinstance(event.data, dict) and "customer" in event.data:
            self.check_customer(event.data["customer"])

    def own(self, event: IncomingEvent) -> IncomingEvent:
        """The event under a source of the customer's own: no customer uses up what another one's event is named."""
        return event if self.role != "customer" else event.of_source(f"urn:customer:{self.customer}:{event.source}")

    def check_document(self, document: dict[str, object], workflow_id: str, run_id: str | None = None) -> None:
        """Raise `unknown_run` for another customer's document, by whatever ID it was found."""
        if self.role == "customer" and document.get("customer") != self.customer:
            raise self.unknown(workflow_id, run_id)

    def unknown(self, workflow_id: str, run_id: str | None) -> PortalProblem:
        """That there is no such run, said as of one's own: in the language of another customer it would tell of him."""
        problem = unknown_run(workflow_id, run_id)
        problem.customer = problem.customer and self.customer
        return problem


def needs_grade(needed: Grade, own: Grade) -> PortalProblem:
    """That an operator may not do what only a higher grade may."""
    return PortalProblem("forbidden", values={"fault": f"needs_{needed}", "grade": own})


NOBODY = Authority("customer")
"""Of whom nothing is known: he is shown what a customer is."""


async def authority_of(request: Request) -> Authority:
    """The authority of a call: by its token, else by the session of its cookie.

    Raises `unauthorised`, and `forbidden` for an operator who may only read where the call changes something.
    """
    portal = portal_of(request)
    if not portal.guarded:
        return noted(request, Authority("open"))
    by_token = shown_authority(portal, request)
    if by_token is not None:
        if not only_asks(request):
            by_token.check_change()
        return noted(request, by_token)
    session = await session_of(request)
    if session is None:
        raise PortalProblem("unauthorised")
    return noted(request, Authority("customer", None, session.customer))


async def operator_authority(request: Request) -> Authority:
    """The authority of an operator, or of anybody where nothing is guarded. Raises `unauthorised`, `forbidden`."""
    authority = await authority_of(request)
    if not authority.decides:
        raise PortalProblem("forbidden", values={"fault": "operators_alone"})
    return authority


async def deciding_authority(request: Request) -> Authority:
    """The authority of an operator who may decide. Raises `unauthorised`, `forbidden`."""
    authority = await operator_authority(request)
    authority.check_grade("decide")
    return authority


async def admin_authority(request: Request) -> Authority:
    """The authority of an operator who administers. Raises `unauthorised`, `forbidden`."""
    authority = await operator_authority(request)
    authority.check_grade("admin")
    return authority


async def authority_for(customer: Annotated[Identifier, Path()], request: Request) -> Authority:
    """The authority of a call whose address names a customer. Raises `unauthorised`, `forbidden`."""
    authority = await authority_of(request)
    authority.check_customer(customer)
    return authority


async def vendor_authority(request: Request) -> Authority:
    """The authority of a portal or of an operator: who vouches for a customer. Raises `unauthorised`, `forbidden`."""
    authority = await authority_of(request)
    if authority.role == "customer":
        raise PortalProblem("forbidden", values={"fault": "portals_alone"})
    return authority


async def sender_authority(request: Request, body: bytes) -> Authority:
    """The authority of who sends an event: where webhook secrets are set, nothing but a signature is one.

    An operator beside it says by his token who he is, and may decide tasks; a wrong token is refused all the same.
    Raises `unauthorised`.
    """
    portal = portal_of(request)
    if not portal.webhooks or portal.trusted:
        return await authority_of(request)
    check_signature(portal.webhooks, request.headers, body)
    return noted(request, shown_authority(portal, request) or Authority("portal"))


def is_trusted(request: Request) -> bool:
    """Whether a call that needs no authority has that of an operator, or nothing is guarded."""
    portal = portal_of(request)
    authority = token_authority(portal, request)
    return not portal.guarded or (authority is not None and authority.decides)


def shown_authority(portal: Portal, request: Request) -> Authority | None:
    """The authority of the token that a call carries; None where it carries none.

    Raises `unauthorised` for one that is none of ours, or is one of several: whatever comes with it.
    """
    shown = request.headers.getlist("authorization")
    if not shown:
        return None
    authority = token_authority(portal, request) if len(shown) == 1 else None
    if authority is None:
        raise PortalProblem("unauthorised")
    return authority


def token_authority(portal: Portal, request: Request) -> Authority | None:
    """The authority of the token that a call carries, if it is one of ours."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    holder = portal.credentials.holder_of(token.strip())
    if holder is None or scheme.lower() != "bearer":
        return None
    return Authority(holder.role, holder.name, grade=holder.grade)


def only_asks(request: Request) -> bool:
    """Whether a call changes nothing."""
    return request.method in READING or ONLY_ASKED.fullmatch(request.url.path) is not None


def noted(request: Request, authority: Authority) -> Authority:
    """The authority, noted for what is answered where a handler raises."""
    request.state.authority = authority
    return authority


def authority_noted(request: Request) -> Authority:
    """The authority that a call has shown so far."""
    noted: Authority = getattr(request.state, "authority", NOBODY)
    return noted


async def session_of(request: Request) -> Session | None:
    """The open session of the browser that calls, if it has one; looked for once a call."""
    if not hasattr(request.state, "session"):
        request.state.session = await open_session(portal_of(request), request)
    session: Session | None = request.state.session
    return session


async def open_session(portal: Portal, request: Request) -> Session | None:
    """The session of the cookie, where it is ours and not over."""
    cookie = request.cookies.get(portal.sessions.cookie)
    session = portal.sessions.session_of(cookie) if cookie else None
    if session is None:
        return None
    kept = portal.adapters.customer_sessions
    return session if await portal.adapters.database.in_thread(kept.call, session.id, datetime.now(UTC)) else None


def caller_of(request: Request, authority: Authority) -> Caller:
    """Who sends an event, as it is kept with the event."""
    operator = authority.name if authority.role == "operator" else None
    portal = authority.name if authority.role == "portal" else None
    language, grade = requested_language(request), authority.grade
    return Caller(language, operator, authority.decides, portal, authority.customer, grade)


CurrentAuthority = Annotated[Authority, Depends(authority_of)]
OF_THE_CUSTOMER = Depends(authority_for)
OperatorAuthority = Annotated[Authority, Depends(operator_authority)]
DecidingAuthority = Annotated[Authority, Depends(deciding_authority)]
AdminAuthority = Annotated[Authority, Depends(admin_authority)]
VendorAuthority = Annotated[Authority, Depends(vendor_authority)]
