"""What is wrong with an event or a call, in German and English: each says the field and what to do."""

from typing import Any

FAULTS: dict[str, dict[str, str]] = {
    "not_a_cloudevent": {
        "en": "the body is no CloudEvents 1.0 event ({why}); send it in structured or binary mode",
        "de": "der Inhalt ist kein CloudEvents-1.0-Ereignis ({why}); bitte strukturiert oder binär senden",
    },
    "too_large": {
        "en": "the body is longer than {limit} bytes; send less",
        "de": "der Inhalt ist länger als {limit} Bytes; bitte weniger senden",
    },
    "attribute": {
        "en": "{field}: has control characters or more than {limit} characters; send a short plain text",
        "de": "{field}: enthält Steuerzeichen oder mehr als {limit} Zeichen; bitte einen kurzen einfachen Text senden",
    },
    "type": {
        "en": "type: {given} is not known; send jtl.cancellation.<event>.v1 with one of {known}",
        "de": "type: {given} ist nicht bekannt; bitte jtl.cancellation.<event>.v1 senden mit einem von {known}",
    },
    "subject_missing": {
        "en": "subject: is missing; send the workflow ID, <kind>/<customer>/<subject>",
        "de": "subject: fehlt; bitte die Workflow-ID senden, <kind>/<customer>/<subject>",
    },
    "subject_wrong": {
        "en": "subject: {given} is no workflow ID; send <kind>/<customer>/<subject>",
        "de": "subject: {given} ist keine Workflow-ID; bitte <kind>/<customer>/<subject> senden",
    },
    "data": {
        "en": "data: is no JSON object; send the payload as an object",
        "de": "data: ist kein JSON-Objekt; bitte die Nutzlast als Objekt senden",
    },
    "data_value": {
        "en": "data: holds a value that JSON does not know ({why}); send plain JSON",
        "de": "data: enthält einen Wert, den JSON nicht kennt ({why}); bitte einfaches JSON senden",
    },
    "kind": {
        "en": "kind: {given} is not known; send one of {known}",
        "de": "kind: {given} ist nicht bekannt; bitte eines senden von {known}",
    },
    "choice": {
        "en": "{field}: {given} is not known; there are {known}",
        "de": "{field}: {given} ist nicht bekannt; es gibt {known}",
    },
    "customer": {
        "en": "customer: {given} is no customer's number; it is like K-1001, "
        "1 to 40 letters, digits, dots, hyphens or underscores",
        "de": "customer: {given} ist keine Kundennummer; sie ist wie K-1001, "
        "1 bis 40 Buchstaben, Ziffern, Punkte, Bindestriche oder Unterstriche",
    },
    "workflow_id": {
        "en": "{given} is no cancellation's ID; it has the form kind/customer/subject, like edition/K-1001/jtl",
        "de": "{given} ist keine Kennung eines Vorgangs; sie hat die Form Art/Kunde/Gegenstand, wie edition/K-1001/jtl",
    },
    "run_id": {
        "en": "run_id: {given} is no run's ID; `run_id` in the status and in the list is one",
        "de": "run_id: {given} ist keine Kennung eines Laufs; eine steht als `run_id` im Status und in der Liste",
    },
    "task_id": {
        "en": "{given} is no task's id; GET /tasks lists those that are open, and so does `cancellations tasks`",
        "de": "{given} ist keine Kennung einer Aufgabe; die offenen stehen in GET /tasks und in `cancellations tasks`",
    },
    "subject_long": {
        "en": "subject: is longer than 40 characters; only that of a misclick may have up to 64",
        "de": "subject: ist länger als 40 Zeichen; nur beim misclick dürfen es bis zu 64 sein",
    },
    "time": {
        "en": "time: {given} is no moment with offset, such as 2027-02-01T12:00:00+01:00",
        "de": "time: {given} ist kein Zeitpunkt mit Versatz, wie etwa 2027-02-01T12:00:00+01:00",
    },
    "too_old": {
        "en": "time: {given} is too long ago; events of the last {limit} are taken: a person must handle older ones",
        "de": "time: {given} liegt zu weit zurück; angenommen wird, was höchstens {limit} alt ist: "
        "Älteres muss ein Mensch bearbeiten",
    },
    "too_early": {
        "en": "time: {given} lies ahead; at most five minutes are taken: check the sender's clock, send a new event",
        "de": "time: {given} liegt in der Zukunft; höchstens fünf Minuten werden angenommen: "
        "bitte die Uhr des Absenders prüfen und ein neues Ereignis senden",
    },
    "cursor": {
        "en": "cursor: is not one that this list gave; begin again without it",
        "de": "cursor: stammt nicht aus dieser Liste; bitte ohne ihn neu beginnen",
    },
    "moment": {
        "en": "{field}: {given} is neither a day (2027-02-01) nor a moment with offset (2027-02-01T00:00:00+01:00)",
        "de": "{field}: {given} ist weder ein Tag (2027-02-01) noch ein Zeitpunkt mit Versatz "
        "(2027-02-01T00:00:00+01:00)",
    },
    "task": {
        "en": "No task {task} is open. GET /tasks lists those that are, and so does `cancellations tasks`.",
        "de": "Eine Aufgabe {task} ist nicht offen. Welche es sind, sagt GET /tasks und `cancellations tasks`.",
    },
    "run": {
        "en": "There is no run {run_id} of {workflow_id}. Without a run ID the newest one answers.",
        "de": "Einen Lauf {run_id} von {workflow_id} gibt es nicht. Ohne Lauf-ID antwortet der neueste.",
    },
    "by": {
        "en": "by: is missing; send who decides",
        "de": "by: fehlt; bitte senden, wer entscheidet",
    },
    "address": {
        "en": "there is no such call here; /openapi.json lists all",
        "de": "diesen Aufruf gibt es nicht; alle stehen in /openapi.json",
    },
    "method": {
        "en": "this address does not take the method {given}; it takes {known}",
        "de": "diese Adresse nimmt die Methode {given} nicht an, sondern {known}",
    },
    "http": {"en": "the call failed: {why}", "de": "der Aufruf ist gescheitert: {why}"},
    "internal": {
        "en": "something is wrong on our side; send the same again later, and tell an administrator if it stays",
        "de": "auf unserer Seite stimmt etwas nicht; bitte später noch einmal senden, und wenn es bleibt, "
        "die Verwaltung verständigen",
    },
}


def fault(language: str, name: str, values: dict[str, Any]) -> str:
    """The fault's text; values that are lists are joined."""
    shown = {key: ", ".join(value) if isinstance(value, list | tuple) else value for key, value in values.items()}
    return FAULTS[name][language].format(**shown)
