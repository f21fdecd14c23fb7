"""Payloads that are wrong, each in a way that somebody will send one day, and what must not come of them."""

import json
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue


def raw(encoding: bytes | None, data: bytes) -> RawValue:
    """A payload as it travels, with any encoding or none."""
    return RawValue(Payload(metadata={"encoding": encoding} if encoding is not None else {}, data=data))


def nested(depth: int = 200) -> Any:
    """A value within a value within a value; as deep as can be sent, and twice as deep as can be sent on."""
    value: Any = "deep"
    for _ in range(depth):
        value = {"in": value}
    return value


SHAPES: dict[str, list[Any]] = {
    "nothing": [],
    "several": [{"by": "a"}, {"by": "b"}],
    "three": [1, 2, 3],
    "a list": [[{"by": "a"}]],
    "a number": [7],
    "null": [None],
    "a string": ["by"],
    "true": [True],
    "an empty document": [{}],
    "nobody": [{"by": ""}],
    "by a number": [{"by": 7}],
    "by null": [{"by": None}],
    "an extra field": [{"by": "a", "colour": "red"}],
    "an extra field without a name": [{"by": "a", "": 1}],
    "a field named like a text": [{"by": "a", "fault.no_payload": 1}],
    "a field named like no text": [{"by": "a", "fault.never": 1}],
    "a field with braces": [{"by": "a", "{boom} {?x} {:} {/}": 1}],
    "a wrong time": [{"by": "a", "time": "yesterday"}],
    "a time without an offset": [{"by": "a", "time": "2027-01-10T12:00:00"}],
    "a wrong run": [{"by": "a", "run_id": 7}],
    "a name that is too long": [{"by": "a" * 1_000_000}],
    "deep nesting": [{"by": "a", "details": nested()}],
    "broken JSON": [raw(b"json/plain", b'{"by": "a"')],
    "no JSON at all": [raw(b"json/plain", b"\xff\xfe\x00")],
    "no data": [raw(b"json/plain", b"")],
    "JSON too deep to read": [raw(b"json/plain", b"[" * 100_000 + b"]" * 100_000)],
    "a number too long to read": [raw(b"json/plain", b'{"by": ' + b"9" * 10_000 + b"}")],
    "half a character": [raw(b"json/plain", b'{"by": "\\ud800"}')],
    "half a character as a field": [raw(b"json/plain", b'{"by": "a", "\\ud800": 1}')],
    "half a character inside": [raw(b"json/plain", b'{"by": "a", "details": {"x": "\\ud800"}}')],
    "binary": [raw(b"binary/plain", b"\x00\x01\x02")],
    "binary null": [raw(b"binary/null", b"")],
    "protobuf": [raw(b"binary/protobuf", b"\x00")],
    "an unknown encoding": [raw(b"binary/encrypted", b"\x00\x01")],
    "no encoding": [raw(None, b"{}")],
}
"""What is sent in place of one document with `by`."""

WORDS = [
    "note.reminded",
    "note.never",
    "fault.never",
    "{boom}",
    "{?x}a{:}b{/}",
    "{note:list}",
    "%s %d",
    "<b>*x*</b>\n# y",
]
"""What a person may write, and a template or a key might be mistaken for."""

FORM: dict[str, Any] = {
    "ends_on": "soon",
    "left_at": "never",
    "zone": "Mars/Olympus",
    "target": "nowhere",
    "state": ["a", {"b": None}],
    "count": 1e300,
    "{boom}": "{boom}",
    "": "",
}
"""Details with the names of values that texts format."""

MOMENTS = [
    "9999-12-31T23:59:59-12:00",
    "9999-12-31T23:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "0001-01-01T00:00:00Z",
    "2200-01-01T00:00:00Z",
]
"""Moments beyond any calendar."""


def document(**more: Any) -> dict[str, Any]:
    """A `requested` document for the edition of K-1001."""
    return {"kind": "edition", "customer": "K-1001", "subject": "jtl", "target": "jtl_advanced"} | more


STARTS: dict[str, list[Any]] = (
    SHAPES
    | {
        "a document and something more": [document(), {}],
        "the wrong kind": [document(kind="voucher")],
        "no kind": [{"customer": "K-1001", "subject": "jtl"}],
        "another customer": [document(customer="K-1002")],
        "another subject": [document(subject="wms")],
        "a customer that is no identifier": [document(customer="K 1001")],
        "no target": [{"kind": "edition", "customer": "K-1001", "subject": "jtl"}],
        "a target that is a list": [document(target=["jtl_start"])],
        "a target that nobody sells": [document(target="jtl_gold")],
        "a target that is too long": [document(target="x" * 1_000_000)],
        "deep details": [document(details=nested())],
        "endless details": [document(details={"text": "x" * 1_000_000})],
        "half a character in the details": [
            raw(b"json/plain", json.dumps(document(details={"x": "?"})).replace("?", "\\ud800").encode())
        ],
        "an explanation that is too long": [document(explanation="x" * 1_000_000)],
        "a reason that nobody lists": [document(reason={"code": 7})],
    }
    | {f"at {moment}": [document(time=moment)] for moment in MOMENTS}
)
"""What is given to a workflow as its argument."""
