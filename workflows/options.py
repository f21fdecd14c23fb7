"""Timeouts and retries, in one place (docs/adr/0006)."""

from datetime import timedelta

from temporalio.common import Priority, RetryPolicy

FIRST_STAGE = timedelta(seconds=10)
"""How long an effect is tried while the update that asked for it still waits."""

ONE_TRY = timedelta(seconds=5)
"""One attempt of an activity in the first stage."""

LEAST_LEFT = timedelta(seconds=1)
"""What is left of the first stage at least, after a local try."""

PATIENT_TRY = timedelta(seconds=30)
"""One attempt of an activity later on."""

A_MAIL = timedelta(minutes=3)
"""One attempt at a mail: as long as a server may take for all its answers, else what it took would be sent again."""

A_SIGN_OF_LIFE = timedelta(seconds=20)
"""Without one for so long the worker that sends a mail is gone, and another tries."""

MAIL_PATIENCE = timedelta(days=3)
"""How long a mail is tried before a person is asked: nobody waits for it, and a weekend must not become a task."""

CLOSING = timedelta(seconds=2)
"""How long the answer to an event that ends a run waits for its last mail, say, so that the run is closed by then."""

ONCE = RetryPolicy(maximum_attempts=1)
QUICK = RetryPolicy(
    initial_interval=timedelta(milliseconds=200), backoff_coefficient=2.0, maximum_interval=timedelta(seconds=2)
)
PATIENT = RetryPolicy(
    initial_interval=timedelta(seconds=5), backoff_coefficient=2.0, maximum_interval=timedelta(minutes=2)
)
"""The second stage: until `REPAIR_AFTER`, then a person is asked."""
MAIL = RetryPolicy(
    initial_interval=timedelta(seconds=5), backoff_coefficient=2.0, maximum_interval=timedelta(minutes=30)
)

ANEW = timedelta(minutes=2)
"""After how long what must be done is tried again that would not be retried by itself."""

FROZEN_LOOK = timedelta(days=1)
"""After how long what waits for the end of a freeze looks by itself, should the news of it ever be lost."""

COMPARING = timedelta(minutes=10)
"""One attempt at a step of the nightly comparison, which asks about every open run."""

A_NIGHT = timedelta(hours=4)
"""How long a step of the nightly comparison is tried; the next night begins anew."""

LINES_SHOWN = 8
"""The last lines of the timeline in the web UI's current details."""

NOBODY_WAITS = Priority(priority_key=4)
"""Of activities for which no person waits: behind those of the usual priority, 3, however many a date brings."""

A_BATCH = timedelta(minutes=10)
"""One attempt at a batch of a bulk decision, whose runs may each take their time to answer."""

A_BATCH_BEATS = timedelta(seconds=12)
"""Without a sign of life for so long the worker that sends them is gone, and another goes on: each takes less."""
