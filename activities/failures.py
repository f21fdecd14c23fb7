"""The errors of ports as Temporal must see them.

    Refused         never retried: the system said no, and `details[0]` says why
    Misconfigured   never retried: a person is asked at once
    Frozen          not retried: the run asks again when the freeze is over
    Unavailable     retried

No error carries a statement, a value of the record or a password: failures stay in histories.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import ValidationError
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities import activity_names
from activities.ports import AdapterError, Frozen, Misconfigured, Refused


@contextmanager
def adapter_errors_translated(*, patient: bool = False) -> Iterator[None]:
    """Turn the errors of ports into those that the driver knows; `patient`: all but a no is retried."""
    try:
        yield
    except Refused as error:
        details = {"reason": str(error), "reference": error.reference}
        raise ApplicationError(str(error), details, type=activity_names.REFUSED, non_retryable=True) from None
    except Frozen as error:
        number, expected = {"freeze": error.freeze}, ApplicationErrorCategory.BENIGN  # no line in the log for each
        raise ApplicationError(
            str(error), number, type=activity_names.FROZEN, non_retryable=True, category=expected
        ) from None
    except Misconfigured as error:
        if not patient:
            raise misconfigured(str(error)) from None
        raise ApplicationError(str(error), type="Unavailable") from None
    except AdapterError as error:
        raise ApplicationError(str(error), type="Unavailable") from None
    except ValidationError as error:
        fields = ", ".join(".".join(map(str, fault["loc"])) for fault in error.errors(include_input=False))
        raise misconfigured(f"what is recorded has another form than expected: {fields}") from None


def misconfigured(text: str) -> ApplicationError:
    """An administrator must act; trying again cannot help."""
    return ApplicationError(text, type=activity_names.MISCONFIGURED, non_retryable=True)
