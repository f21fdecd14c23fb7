"""The bare workflow on DBOSify: the same modules, each `temporalio` that they import replaced, as its makers say.

`python -m bench.beside.dbosify_side SYSTEM_DATABASE_URL FOLDER DATABASE_URL`
"""

import asyncio
import importlib
import logging
import sys
from functools import cache
from pathlib import Path
from typing import Any

for name in ("activity", "client", "common", "converter", "exceptions", "worker", "workflow"):
    sys.modules[f"temporalio.{name}"] = importlib.import_module(f"dbosify.{name}")
sys.modules["temporalio"] = importlib.import_module("dbosify")

import structlog
from dbosify import converter
from dbosify.client import Client
from dbosify.worker import Worker
from pydantic import TypeAdapter
from pydantic_core import SchemaSerializer
from pydantic_core.core_schema import any_schema
from sqlalchemy import Engine, event

from activities.cancellations import create_activities
from bench.bare import BareDowngrade
from bench.beside.application import serve
from bench.sides import Caller, settings_of

WRITER = SchemaSerializer(any_schema())


@cache
def adapter(type_hint: Any) -> TypeAdapter[Any]:
    """What reads values of a type."""
    return TypeAdapter(type_hint)


class PydanticJson(converter.EncodingPayloadConverter):
    """Values of Pydantic as plain JSON, as Temporal's SDK has it in its own package."""

    @property
    def encoding(self) -> str:
        """Its name."""
        return "json/plain"

    def to_payload(self, value: Any) -> Any:
        """Written without what was not set, as ours is."""
        return converter.Payload(metadata={"encoding": b"json/plain"}, data=WRITER.to_json(value, exclude_unset=True))

    def from_payload(self, payload: Any, type_hint: Any = None) -> Any:
        """Read by its type, where one is given."""
        return adapter(type_hint or Any).validate_json(payload.data)


class PayloadConverter(converter.CompositePayloadConverter):
    """Nothing, bytes, and everything else by Pydantic."""

    def __init__(self) -> None:
        super().__init__(
            converter.BinaryNullPayloadConverter(), converter.BinaryPlainPayloadConverter(), PydanticJson()
        )


def without_extension(*call: Any) -> tuple[str, Any]:
    """DBOS 2 creates an extension that it does not use, and that the server of the packages does not have."""
    _, _, statement, parameters, *_ = call
    return statement.replace('CREATE EXTENSION IF NOT EXISTS "uuid-ossp";', ""), parameters


async def main(system: str, folder: Path, database_url: str) -> None:
    """Serve until the input ends."""
    settings = settings_of("dbosify", folder, database_url)
    data_converter = converter.DataConverter(payload_converter_class=PayloadConverter)
    worker = Worker(
        system,
        task_queue=settings.task_queue,
        workflows=[BareDowngrade],
        activities=create_activities(settings).registered(),
        data_converter=data_converter,
    )
    event.listen(Engine, "before_cursor_execute", without_extension, retval=True)
    async with worker, await Client.connect(system, data_converter=data_converter) as client:
        event.remove(Engine, "before_cursor_execute", without_extension)
        await serve(Caller("bare", client, settings.task_queue).least_path)


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    logging.disable(logging.INFO)
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3]))
