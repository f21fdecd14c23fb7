"""The values of texts about decisions."""

from typing import Any

SAMPLES: dict[str, dict[str, Any]] = {
    "call.one_decision": {},
    "fault.one_decision": {},
}
