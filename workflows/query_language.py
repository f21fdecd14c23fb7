"""In which language the query `status` tells operators what to do (docs/contract.md, Query `status`)."""

from typing import Any, get_args

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from catalogue.texts import say
    from states.model.memory import Memory
    from states.model.record import Language
    from states.model.status import Status
    from states.views.status import instructed_in


def in_language_asked(payloads: tuple[Any, ...], document: Status, memory: Memory) -> Status:
    """The document with the instructions in the language that a query names, `{"language": "en"}`; else as it is."""
    asked = payloads[0].get("language") if payloads and isinstance(payloads[0], dict) else None
    if asked is None or asked not in get_args(Language):
        return document
    return instructed_in(document, memory, say, asked)
