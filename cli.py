"""The command line `cancellations`, for operators and administrators (docs/contract.md, Commands).

Exit codes: 0 done, 1 refused with the reason on stderr, 2 wrong usage.

What a command alone needs is imported in its body: who asks for help, or is refused at once, waits for nothing else.
"""

import sys

if sys.argv[1:2] == ["portal"]:
    from programs import end_at_a_signal

    end_at_a_signal()  # before all else, which takes a while to load

import asyncio
import re
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn
from urllib.parse import quote

import typer
from pydantic import ValidationError

from console.portal_client import Document, Misuse, PortalRefusal, call, one_line, open_portal, read_data, reason
from programs import collect_seldom, end_in_time, leave
from settings import Settings, explain, read_settings, tell_misspelt

app = typer.Typer(help=__doc__, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
customers = typer.Typer(help="Customers' data.", rich_markup_mode=None)
app.add_typer(customers, name="customers")
token = typer.Typer(help="Secrets of the settings.", rich_markup_mode=None)
app.add_typer(token, name="token")

Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Data = Annotated[str, typer.Option("--data", help="JSON; - reads standard input, @FILE a file.")]
Run = Annotated[str, typer.Argument(metavar="WORKFLOW_ID", help="Like edition/K-1001/jtl.")]
By = Annotated[str, typer.Option("--by", help="Who decides.")]
Task = Annotated[str, typer.Argument(metavar="TASK", help="As `tasks` lists it.")]
Customer = Annotated[str | None, typer.Option(help="Of this customer.")]
KindName = Annotated[str | None, typer.Option(help="Of this kind.")]
Limit = Annotated[int, typer.Option(min=1, max=200, help="So many at most.")]
Cursor = Annotated[str | None, typer.Option(help="`next` of the page before.")]


def environment() -> Settings:
    """The settings from the environment. Raises `ValidationError`."""
    from states.kinds.registry import KINDS

    return read_settings(KINDS)


def ask(method: str, path: str, show: Callable[[Document, str], None], as_json: bool, /, **parts: Any) -> Document:
    """Print the answer of the portal in this process: as JSON, or by `show`, which is told the zone of moments.

    Raises `PortalRefusal`.
    """
    from console.output import print_json

    settings = environment()

    async def answer() -> Document:
        async with open_portal(settings) as http:
            return await call(http, method, path, **parts)

    document = asyncio.run(answer())
    print_json(document) if as_json else show(document, settings.time_zone)
    return document


def given(**values: Any) -> Document:
    """What was given on the command line, without what was left out."""
    return {name: value for name, value in values.items() if value is not None}


@app.command("list")
def list_runs(
    customer: Customer = None,
    kind: KindName = None,
    state: Annotated[str | None, typer.Option(help="In this state.")] = None,
    waiting_for: Annotated[str | None, typer.Option(help="Waiting for customer, operator, date, …")] = None,
    effective_from: Annotated[str | None, typer.Option(help="Taking effect on this day or later.")] = None,
    effective_to: Annotated[str | None, typer.Option(help="Taking effect on this day or before.")] = None,
    open: Annotated[bool | None, typer.Option("--open/--ended", help="Only open, or only ended ones.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
    as_json: Json = False,
) -> None:
    """Search cancellations: open ones first, then ended ones, newest first."""
    from console.documents import print_runs

    criteria = given(
        customer=customer, kind=kind, state=state, waiting_for=waiting_for, limit=limit,
        effective_from=effective_from, effective_to=effective_to, open=open, cursor=cursor,
    )  # fmt: skip
    ask("GET", "/cancellations", print_runs, as_json, params=criteria)


@app.command()
def show(
    workflow_id: Run,
    run_id: Annotated[str | None, typer.Option(help="An older run.")] = None,
    as_json: Json = False,
) -> None:
    """Show how a cancellation stands."""
    from console.documents import print_status

    path = f"/cancellations/{quote(workflow_id, safe='/')}"
    ask("GET", path, print_status, as_json, params=given(run_id=run_id))


@app.command()
def preview(data: Data, as_json: Json = False) -> None:
    """Say what would happen, without starting anything."""
    from console.documents import print_preview

    ask("POST", "/previews", print_preview, as_json, json=read_data(data))


@app.command()
def event(
    name: Annotated[str, typer.Argument(metavar="EVENT", help="requested, place-order, acknowledge-warning, …")],
    workflow_id: Annotated[str | None, typer.Argument(help="Of all but `requested`.")] = None,
    data: Data = "{}",
    time: Annotated[str | None, typer.Option(help="When the customer acted; now without it.")] = None,
    id: Annotated[str | None, typer.Option(help="The same id and source again do nothing more.")] = None,
    source: Annotated[str, typer.Option(help="Who sends it.")] = "cli",
    as_json: Json = False,
) -> None:
    """Send a portal event, as a customer's portal would."""
    from console.documents import print_status

    name = name.replace("_", "-")
    if (name == "requested") == (workflow_id is not None):
        raise Misuse("requested takes no WORKFLOW_ID" if workflow_id else f"{name} needs a WORKFLOW_ID")
    envelope = {
        "specversion": "1.0", "type": f"jtl.cancellation.{name}.v1", "source": source, "subject": workflow_id or None,
        "id": id or str(uuid.uuid4()), "time": time,
        "datacontenttype": "application/json", "data": read_data(data),
    }  # fmt: skip
    headers = {"content-type": "application/cloudevents+json"}
    document = ask("POST", "/events", print_status, as_json, json=given(**envelope), headers=headers)
    if document["refusal"] and (document["state"] == "refused" or name == "place-order"):
        raise PortalRefusal(reason(document["refusal"]))


@app.command()
def session(
    customer: Annotated[str, typer.Argument(metavar="CUSTOMER", help="Like K-1001.")],
    language: Annotated[str | None, typer.Option(help="de or en; the customer's own without it.")] = None,
    return_url: Annotated[str | None, typer.Option(help="Where the customer is led back to.")] = None,
    open: Annotated[str | None, typer.Option(help="The licence that he is to end; the board without it.")] = None,
    as_json: Json = False,
) -> None:
    """Print a link by which a browser enters the customer's pages, once, within an hour."""
    act = {"licence": open} if open else None
    body = given(customer=customer, language=language, return_url=return_url, open=act)
    ask("POST", "/customer-sessions", lambda link, _: typer.echo(link["url"]), as_json, json=body)


@app.command()
def tasks(
    customer: Customer = None,
    kind: KindName = None,
    type: Annotated[str | None, typer.Option(help="Of this type, like clarify_term.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
    as_json: Json = False,
) -> None:
    """List the operators' open tasks, due first."""
    from console.documents import print_tasks

    criteria = given(customer=customer, kind=kind, type=type, limit=limit, cursor=cursor)
    ask("GET", "/tasks", print_tasks, as_json, params=criteria)


@app.command()
def confirm(
    task: Task,
    by: By,
    decision: Annotated[str | None, typer.Option(help="One of the task's decisions.")] = None,
    at: Annotated[str | None, typer.Option(help="A day or a moment that was asked for.")] = None,
    reference: Annotated[str | None, typer.Option(help="Proof: ticket, mail, address.")] = None,
    confirmed_by: Annotated[str | None, typer.Option(help="Who confirmed it, where a proof names somebody.")] = None,
    confirmed_at: Annotated[str | None, typer.Option(help="When it was done; now without it.")] = None,
    note: Annotated[str | None, typer.Option(help="What was done, or why.")] = None,
    as_json: Json = False,
) -> None:
    """Confirm an operator's task."""
    proof = given(reference=reference, confirmed_by=confirmed_by, confirmed_at=confirmed_at)
    decide(task, "confirm", given(by=by, decision=decision, at=at, note=note, proof=proof or None), as_json)


@app.command()
def reject(
    task: Task,
    by: By,
    note: Annotated[str, typer.Option(help="Why.")],
    as_json: Json = False,
) -> None:
    """Reject an operator's task."""
    decide(task, "reject", {"by": by, "note": note}, as_json)


def decide(task: str, decision: str, body: Document, as_json: bool) -> None:
    """Send an operator's decision, and show how the run stands then."""
    from console.documents import print_status

    ask("POST", f"/tasks/{quote(task, safe='')}/{decision}", print_status, as_json, json=body)


@app.command()
def compare(
    settle: Annotated[
        bool, typer.Option("--settle", help="Tell operators and close what is over, as each night.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Compare the customer centre with Temporal now: runs that were terminated, bookings that nobody watches."""
    from console.comparison import print_comparison

    print_comparison(environment(), settle, as_json)


@app.command()
def catalogue(
    version: Annotated[str | None, typer.Argument(help="A version; without it, the one in force.")] = None,
    diff: Annotated[tuple[str, str] | None, typer.Option(metavar="A B", help="What differs between two.")] = None,
    check: Annotated[Path | None, typer.Option(metavar="DIR", help="Check a version, or a folder of them.")] = None,
    as_json: Json = False,
) -> None:
    """Show a catalogue version, the differences between two, or check one of your own."""
    from console import catalogues

    if len(given(version=version, diff=diff, check=check)) > 1:
        raise Misuse("give a version, --diff or --check, not several of them")
    if check is not None:
        return catalogues.check_catalogue(check, as_json)
    directory = environment().catalogue_dir
    if diff is not None:
        return catalogues.print_differences(directory, *diff, as_json)
    catalogues.print_catalogue(directory, version, as_json)


@app.command()
def diagram(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="A kind of cancellation, like edition.")],
    format: Annotated[Literal["mermaid", "svg"], typer.Option(help="svg where Graphviz is installed.")] = "mermaid",
    as_json: Json = False,
) -> None:
    """Draw the states of a kind."""
    from console.diagrams import print_diagram

    print_diagram(kind, format, as_json)


@customers.command("load")
def load(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="JSON Lines, one customer a line.")],
    as_json: Json = False,
) -> None:
    """Load customers, once all of the file is found right; open runs that it concerns check again."""
    from console.customers import load_file

    load_file(environment(), file, as_json)


@customers.command("show")
def show_customer(
    customer: Annotated[str, typer.Argument(metavar="CUSTOMER", help="Like K-1001.")],
    as_json: Json = False,
) -> None:
    """Show what we hold of a customer."""
    from console import customers

    customers.show_customer(environment(), customer, as_json)


@token.command("new")
def new_token(
    webhook: Annotated[bool, typer.Option("--webhook", help="A secret that signs a portal's events.")] = False,
    receipt_key: Annotated[bool, typer.Option("--receipt-key", help="A private key that signs receipts.")] = False,
    as_json: Json = False,
) -> None:
    """Print a new token that is strong enough for the settings; it is kept nowhere."""
    import secret_strength
    from console.output import print_json

    if webhook and receipt_key:
        raise Misuse("give --webhook or --receipt-key, not both")
    makes = {webhook: secret_strength.new_webhook_secret, receipt_key: secret_strength.new_receipt_key}
    made = makes.get(True, secret_strength.new_token)()
    print_json({"token": made}) if as_json else print(made)


@app.command()
def verify(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Receipts: PDF, JWS, or JSON of the portal.")],
    keys: Annotated[Path | None, typer.Option("--keys", metavar="FILE", help="The JWK set of who issued them.")] = None,
    as_json: Json = False,
) -> None:
    """Check receipts, without asking anybody: signatures, and of several whether the chain of their case is whole."""
    from console.receipts import verify_files

    verify_files(environment(), files, keys, as_json)


@app.command()
def portal(as_json: Json = False) -> None:
    """Serve the portal until Ctrl-C; its log is JSON, a line an event, with --json or without."""
    from portal.server import Taken, serve
    from workflows.connect import NotConnected

    try:
        asyncio.run(serve(environment(), end_in_time))
    except (NotConnected, Taken) as error:
        raise PortalRefusal(str(error)) from None


def main() -> NoReturn:
    """Run the command line; every mistake is one line on stderr. The portal is a program that stays, and logs."""
    collect_seldom()
    if sys.argv[1:2] == ["portal"]:
        from logs import configure_logs, prepare_core

        configure_logs()
        prepare_core()
    else:
        import logging

        import structlog

        only_errors = structlog.make_filtering_bound_logger(logging.ERROR)
        structlog.configure(wrapper_class=only_errors, logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    leave(code_of(sys.argv[1:]))


HALF_A_CHARACTER = re.compile("[\ud800-\udfff]")
"""What Python reads where the terminal's bytes are no text."""


def code_of(arguments: list[str]) -> int:
    """Run one command. Answers the exit code."""
    tell_misspelt()
    if any(HALF_A_CHARACTER.search(argument) for argument in arguments):
        return failed(2, "an argument is not UTF-8")
    try:
        code = app(arguments, standalone_mode=False, prog_name="cancellations")
    except typer.Abort:
        return 1
    except typer.exceptions.TyperException as error:
        explained = error.format_message() if hasattr(error, "format_message") else error
        return failed(2, f"{explained} (cancellations --help says how)")
    except Misuse as error:
        return failed(2, str(error))
    except ValidationError as error:
        return failed(2, "; ".join(explain(error)))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except refusals() as error:
        return failed(1, str(error))
    return code if isinstance(code, int) else 0


def refusals() -> tuple[type[Exception], ...]:
    """What says in a line that the answer is no."""
    from activities.ports import AdapterError
    from catalogue.loader import CatalogueError

    return PortalRefusal, AdapterError, CatalogueError


def failed(code: int, message: str) -> int:
    """Print the one line."""
    print(one_line(message), file=sys.stderr)
    return code


if __name__ == "__main__":
    main()
