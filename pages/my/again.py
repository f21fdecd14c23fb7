"""The page that offers a form once more, where a system could not be reached."""

from fastapi import Request, Response

from pages.calls import CallRefused, Form, Visitor
from pages.site import Site

BUSY = 503


def again(request: Request, site: Site, visitor: Visitor, refusal: CallRefused, form: Form) -> Response:
    """The same form with all that it held, its ID too: sent once more it acts once all the same."""
    fields = [(name, entry) for name, entries in form.items() for entry in entries]
    shown = {"problem": refusal.problem, "fields": fields, "action": request.url.path}
    return site.look.page(request, "my/again.html", visitor.language, shown, visitor=visitor, status=refusal.status)
