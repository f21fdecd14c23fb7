"""The command line `cancellations`, for operators and administrators (docs/contract.md, Commands).

Exit codes: 0 done, 1 refused with the reason on stderr, 2 wrong usage.

What a command alone needs is imported in its body: who asks for help, or is refused at once, waits for nothing else.
"""

import sys

if sys.argv[1:2] == ["portal"]:
    from programs import end_at_a_signal

    end_at_a_signal()  # before all else, which takes a while to load

import asyncio
import errno
import io
import os
import re
import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn
from urllib.parse import quote

import typer

from console.connection import IN_PROCESS, PROFILE, TOKEN, URL, chosen, connection
from console.options import check_by, in_options, options_of
from console.portal_client import call, environment, open_portal, read_data
from console.refusals import Document, Misuse, PortalRefusal, failure, reason
from programs import collect_seldom, end_in_time, leave

HELP: dict[str, Any] = {"help_option_names": ["-h", "--help"]}
app = typer.Typer(
    help="Cancellations, for operators and administrators.",
    context_settings=HELP,
    no_args_is_help=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
customers = typer.Typer(help="Customers' data.", context_settings=HELP, rich_markup_mode=None)
app.add_typer(customers, name="customers")
token = typer.Typer(help="Secrets of the settings.", context_settings=HELP, rich_markup_mode=None)
app.add_typer(token, name="token")
bulk = typer.Typer(help="One decision on many tasks.", context_settings=HELP, rich_markup_mode=None)
app.add_typer(bulk, name="bulk")
freeze = typer.Typer(help="Freezing all effects on the world.", context_settings=HELP, rich_markup_mode=None)
app.add_typer(freeze, name="freeze")

Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Data = Annotated[str, typer.Option("--data", help="JSON; - reads standard input, @FILE a file.")]
Run = Annotated[str, typer.Argument(metavar="WORKFLOW_ID", help="Like edition/K-1001/jtl.")]
By = Annotated[str | None, typer.Option("--by", help="Who decides; over HTTP the token says it.")]
Task = Annotated[str, typer.Argument(metavar="TASK", help="As `tasks` lists it.")]
Customer = Annotated[str | None, typer.Option(help="Of this customer.")]
KindName = Annotated[str | None, typer.Option(help="Of this kind.")]
Anyway = Annotated[bool, typer.Option("--confirm-anyway", help="What was asked back is meant so; --note says why.")]
Yes = Annotated[bool, typer.Option("--yes", help="Begin at once, without looking first.")]
Limit = Annotated[int, typer.Option(min=1, max=200, help="So many at most.")]
Cursor = Annotated[str | None, typer.Option(help="`next` of the page before.")]


def print_version(wanted: bool) -> None:
    """Print which version is installed, and end."""
    if wanted:
        from importlib.metadata import version

        print(f"cancellations {version('cancellations')}")
        raise typer.Exit


@app.callback()
def choose(
    context: typer.Context,
    url: Annotated[str | None, typer.Option(help=f"Of a portal, to talk over HTTP; also {URL}.")] = None,
    profile: Annotated[
        str | None, typer.Option(help=f"Address and token by their name in a file; also {PROFILE}.")
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=print_version, help="Which it is.")
    ] = False,
) -> None:
    """For operators and administrators. Without --url it works on this machine's database, by the same rules."""
    made = connection(url, profile)
    chosen.set(made)
    if made is IN_PROCESS:
        begin_in_process()
    elif context.invoked_subcommand in ON_THIS_MACHINE and not set(context.obj) & set(HELP["help_option_names"]):
        made.check_local(str(context.invoked_subcommand))


def begin_in_process() -> None:
    """Tell of misspelt settings, and log what is wrong alone: but the portal, which is a program that stays."""
    from settings import tell_misspelt

    tell_misspelt()
    if sys.argv[1:2] != ["portal"]:
        import logging

        import structlog

        only_errors = structlog.make_filtering_bound_logger(logging.ERROR)
        structlog.configure(wrapper_class=only_errors, logger_factory=structlog.PrintLoggerFactory(sys.stderr))


ON_THIS_MACHINE = {"compare", "customers", "portal"}
"""The commands that work on the database, or serve it."""


def ask(
    method: str,
    path: str,
    show: Callable[[Document, str], None],
    as_json: bool,
    /,
    *,
    without_temporal: bool = False,
    **parts: Any,
) -> Document:
    """Print the answer of the portal: as JSON, or by `show`, which is told the zone of moments.

    `without_temporal`: what is asked for needs the database alone. Raises `PortalRefusal`, in the options' names.
    """
    from console.output import print_json

    async def answer() -> Document:
        async with open_portal(chosen.get(), path, without_temporal=without_temporal) as http:
            return await call(http, method, path, **parts)

    with in_options(options_of(parts.get("params", ()))):
        document = asyncio.run(answer())
    print_json(document) if as_json else show(document, zone())
    return document


def zone() -> str:
    """The time zone in which moments are said."""
    if chosen.get().url is None:
        return environment().time_zone
    return os.environ.get("CANCELLATIONS_TIME_ZONE") or "Europe/Berlin"


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
def mails(
    workflow_id: Run,
    run_id: Annotated[str | None, typer.Option(help="An older run.")] = None,
    long: Annotated[bool, typer.Option("--long", help="With the words of each.")] = False,
    limit: Limit = 50,
    cursor: Cursor = None,
    as_json: Json = False,
) -> None:
    """List the mails that went out about a cancellation, the newest first."""
    from console.mails import print_mails, print_mails_long

    path = f"/cancellations/{quote(workflow_id, safe='/')}/mails"
    query = given(run_id=run_id, limit=limit, cursor=cursor)
    ask("GET", path, print_mails_long if long else print_mails, as_json, params=query)


@app.command()
def preview(data: Data, as_json: Json = False) -> None:
    """Say what would happen, without starting anything."""
    from console.documents import print_preview

    asked = read_data(data)
    ask("POST", "/previews", partial(print_preview, kind=str(asked.get("kind"))), as_json, json=asked)


REQUESTED = """'{"kind": "edition", "customer": "K-1001", "subject": "jtl", "target": "jtl_advanced"}'"""


@app.command()
def event(
    name: Annotated[str, typer.Argument(metavar="EVENT", help="requested, place-order, acknowledge-warning, …")],
    workflow_id: Annotated[str | None, typer.Argument(help="Of all but `requested`.")] = None,
    data: Annotated[str | None, typer.Option("--data", help="JSON; - reads standard input, @FILE a file.")] = None,
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
    if name == "requested" and data is None:
        raise Misuse("requested needs --data, like " + REQUESTED)
    envelope = {
        "specversion": "1.0", "type": f"jtl.cancellation.{name}.v1", "source": source, "subject": workflow_id or None,
        "id": id or str(uuid.uuid4()), "time": time,
        "datacontenttype": "application/json", "data": read_data(data or "{}"),
    }  # fmt: skip
    headers = {"content-type": "application/cloudevents+json"}
    document = ask("POST", "/events", print_status, as_json, json=given(**envelope), headers=headers)
    if document["refusal"] and (document["state"] == "refused" or name == "place-order"):
        raise PortalRefusal(reason(document["refusal"]), document["refusal"])


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
    with in_options(options_of(body.keys() - {"customer"})):
        ask("POST", "/customer-sessions", lambda link, _: typer.echo(link["url"]), as_json, json=body)


@app.command()
def tasks(
    customer: Customer = None,
    kind: KindName = None,
    type: Annotated[str | None, typer.Option(help="Of this type, like clarify_term.")] = None,
    mine: Annotated[bool, typer.Option("--mine", help="Only those that I have claimed.")] = False,
    by: Annotated[str | None, typer.Option("--by", help="Who I am; over HTTP the token says it.")] = None,
    unclaimed: Annotated[bool, typer.Option("--unclaimed", help="Only those that nobody has claimed.")] = False,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those that are overdue.")] = False,
    long: Annotated[bool, typer.Option("--long", help="With what each needs, and all of what to do.")] = False,
    limit: Limit = 50,
    cursor: Cursor = None,
    as_json: Json = False,
) -> None:
    """List the operators' open tasks, the most urgent first, one a line."""
    from console.documents import print_tasks, print_tasks_long

    criteria = given(
        customer=customer, kind=kind, type=type, limit=limit, cursor=cursor, unclaimed=unclaimed or None,
        overdue=overdue or None, order="urgency",
    )  # fmt: skip
    if mine and unclaimed:
        raise Misuse("--mine and --unclaimed exclude each other: nobody has what is unclaimed")
    if mine:
        name = None if chosen.get().token else check_by(by, chosen.get(), "read")
        if name is None and not chosen.get().token:
            raise Misuse(f"--mine needs --by, or a token ({TOKEN}), which says who you are")
        criteria |= {"claimed_by": name} if name else {"mine": True}
    ask("GET", "/tasks", print_tasks_long if long else print_tasks, as_json, params=criteria)


@app.command()
def confirm(
    task: Task,
    by: By = None,
    decision: Annotated[str | None, typer.Option(help="One of the task's decisions.")] = None,
    at: Annotated[str | None, typer.Option(help="A day or a moment that was asked for.")] = None,
    reference: Annotated[str | None, typer.Option(help="Proof: ticket, mail, address.")] = None,
    confirmed_by: Annotated[str | None, typer.Option(help="Who confirmed it, where a proof names somebody.")] = None,
    confirmed_at: Annotated[str | None, typer.Option(help="When it was done; now without it.")] = None,
    note: Annotated[str | None, typer.Option(help="What was done, or why.")] = None,
    confirm_anyway: Anyway = False,
    as_json: Json = False,
) -> None:
    """Confirm an operator's task."""
    proof = given(reference=reference, confirmed_by=confirmed_by, confirmed_at=confirmed_at)
    said = given(by=by, decision=decision, at=at, note=note, proof=proof or None, confirm_anyway=confirm_anyway or None)
    decide(task, "confirm", said, as_json)


@app.command()
def reject(
    task: Task,
    note: Annotated[str, typer.Option(help="Why.")],
    by: By = None,
    as_json: Json = False,
) -> None:
    """Reject an operator's task."""
    decide(task, "reject", given(by=by, note=note), as_json)


def decide(task: str, decision: str, body: Document, as_json: bool) -> None:
    """Send an operator's decision, and show how the run stands then. What is wrong is said in the options' names."""
    from console.documents import print_status

    body |= given(by=check_by(body.get("by"), chosen.get()))
    with in_options():
        ask("POST", f"/tasks/{quote(task, safe='')}/{decision}", print_status, as_json, json=body)


@bulk.command("confirm")
def bulk_confirm(
    type: Annotated[str, typer.Option(help="All open tasks of this type.")],
    customer: Customer = None,
    kind: KindName = None,
    by: By = None,
    decision: Annotated[str | None, typer.Option(help="One of the type's decisions.")] = None,
    at: Annotated[str | None, typer.Option(help="A day or a moment that was asked for.")] = None,
    reference: Annotated[str | None, typer.Option(help="Proof: ticket, mail, address.")] = None,
    confirmed_by: Annotated[str | None, typer.Option(help="Who confirmed it, where a proof names somebody.")] = None,
    confirmed_at: Annotated[str | None, typer.Option(help="When it was done; now without it.")] = None,
    note: Annotated[str | None, typer.Option(help="What was done, or why.")] = None,
    confirm_anyway: Anyway = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Confirm all tasks that match now, in one way; without --yes it says first which they are."""
    proof = given(reference=reference, confirmed_by=confirmed_by, confirmed_at=confirmed_at)
    said = given(by=by, decision=decision, at=at, note=note, proof=proof or None, confirm_anyway=confirm_anyway or None)
    decide_many(given(type=type, customer=customer, kind=kind), "confirm", said, yes, as_json)


@bulk.command("reject")
def bulk_reject(
    type: Annotated[str, typer.Option(help="All open tasks of this type.")],
    note: Annotated[str, typer.Option(help="Why.")],
    customer: Customer = None,
    kind: KindName = None,
    by: By = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Reject all tasks that match now; without --yes it says first which they are."""
    decide_many(given(type=type, customer=customer, kind=kind), "reject", given(by=by, note=note), yes, as_json)


def decide_many(filter: Document, decision: str, payload: Document, start: bool, as_json: bool) -> None:
    """Keep the tasks that match now and begin, or show what would be decided."""
    from console.bulk import print_bulk

    payload |= given(by=check_by(payload.get("by"), chosen.get()))
    with in_options():
        body = {"filter": filter, decision: payload, "start": start}
        ask("POST", "/bulk-decisions", print_bulk, as_json, json=body)


@bulk.command("list")
def bulk_list(limit: Limit = 50, cursor: Cursor = None, as_json: Json = False) -> None:
    """List bulk decisions, the newest first, with how far each has come."""
    from console.bulk import print_bulks

    ask("GET", "/bulk-decisions", print_bulks, as_json, params=given(limit=limit, cursor=cursor))


@bulk.command("show")
def bulk_show(
    id: Annotated[str, typer.Argument(metavar="ID", help="As `bulk list` lists it.")],
    state: Annotated[str | None, typer.Option(help="Only tasks that stand so: failed, waiting, …")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
    as_json: Json = False,
) -> None:
    """Show a bulk decision, and what came of each task."""
    from console.bulk import print_bulk

    params = given(state=state, limit=limit, cursor=cursor)
    ask("GET", f"/bulk-decisions/{quote(id, safe='')}", print_bulk, as_json, params=params)


@bulk.command("act")
def bulk_act(
    id: Annotated[str, typer.Argument(metavar="ID", help="As `bulk list` lists it.")],
    what: Annotated[Literal["pause", "resume", "stop", "again"], typer.Argument(metavar="ACT", help="One of them.")],
    by: By = None,
    as_json: Json = False,
) -> None:
    """Pause a bulk decision, begin or resume it, stop it for good, or send again what failed."""
    from console.bulk import print_bulk

    body = given(by=check_by(by, chosen.get()))
    ask("POST", f"/bulk-decisions/{quote(id, safe='')}/{what}", print_bulk, as_json, json=body)


@freeze.command("show")
def show_freeze(
    until: Annotated[str | None, typer.Option(help="Up to which moment or day dates are looked for.")] = None,
    as_json: Json = False,
) -> None:
    """Say whether all effects are frozen, what waits, and which dates fall into it."""
    ask_of_freeze("GET", "/freeze", as_json, params=given(until=until))


@freeze.command("begin")
def begin_freeze(
    reason: Annotated[str, typer.Option(help="Why; operators read it, customers do not.")],
    until: Annotated[
        str | None, typer.Option(help="The planned end, a moment; nothing but a release ends a freeze.")
    ] = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Freeze all effects: bookings, changes, tickets, mails to customers; when this ends, none is under way."""
    decide_freeze("/freeze", given(reason=reason, until=until, by=by), as_json)


@freeze.command("release")
def release_freeze(
    note: Annotated[str, typer.Option(help="Why now.")],
    by: By = None,
    as_json: Json = False,
) -> None:
    """Release what is frozen: what is due is done in order, each exactly once."""
    decide_freeze("/freeze/release", given(note=note, by=by), as_json)


def decide_freeze(path: str, body: Document, as_json: bool) -> None:
    """Begin or end a freeze, and show how it stands then."""
    body |= given(by=check_by(body.get("by"), chosen.get(), "admin"))
    with in_options():
        ask_of_freeze("POST", path, as_json, json=body)


def ask_of_freeze(method: str, path: str, as_json: bool, **parts: Any) -> None:
    """What freezes is the database: whoever must stop everything waits for no Temporal."""
    from console.freezes import print_freeze

    ask(method, path, print_freeze, as_json, without_temporal=True, **parts)


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
    """Run the command line; every mistake is one line on stderr."""
    collect_seldom()
    stand_in_for_output()
    if sys.argv[1:2] == ["portal"]:
        from logs import configure_logs, prepare_core

        configure_logs()
        prepare_core()
    leave(code_of(sys.argv[1:]))


def stand_in_for_output() -> None:
    """Write what the terminal can show, and nowhere where an output is closed, so that neither is a fault."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, for as long as it runs
        elif isinstance(stream, io.TextIOWrapper) and name == "stdout":
            stream.reconfigure(errors="replace")


HALF_A_CHARACTER = re.compile("[\ud800-\udfff]")
"""What Python reads where the terminal's bytes are no text."""


def code_of(arguments: list[str]) -> int:
    """Run one command. Answers the exit code."""
    chosen.set(IN_PROCESS)
    as_json = "--json" in arguments
    if any(HALF_A_CHARACTER.search(argument) for argument in arguments):
        return failed(2, "an argument is not UTF-8", as_json)
    try:
        code = app(arguments, standalone_mode=False, prog_name="cancellations", obj=arguments)
    except typer.Abort:
        return 1
    except typer.exceptions.TyperException as error:
        explained = error.format_message() if hasattr(error, "format_message") else error
        return failed(2, f"{explained} (cancellations --help says how)", as_json)
    except Misuse as error:
        return failed(2, str(error), as_json)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        return failed(1, f"the output cannot be written: {error.strerror}", as_json)
    except PortalRefusal as error:
        return failed(1, str(error), as_json, error.problem)
    except Exception as error:
        return failed_within(error, as_json)
    return code if isinstance(code, int) else 0


def failed_within(error: Exception, as_json: bool) -> int:
    """Say in a line what only this process can answer: a wrong setting, its database, its catalogue. Raises others."""
    from pydantic import ValidationError

    from activities.ports import AdapterError
    from catalogue.loader import CatalogueError
    from settings import explain

    if isinstance(error, ValidationError):
        return failed(2, "; ".join(explain(error)), as_json)
    if isinstance(error, AdapterError | CatalogueError):
        return failed(1, str(error), as_json)
    raise error


def failed(code: int, message: str, as_json: bool, problem: Document | None = None) -> int:
    """Print the one line, or the document."""
    print(failure(code, message, problem, as_json), file=sys.stderr)
    return code


if __name__ == "__main__":
    main()
