"""The activities as workflows see them: name, input and answer of each, without their implementation."""

READ = "read"
"""`states.model.facts.Inquiry` → `states.model.facts.Check`: judge a request by record and catalogue."""

PLACE_ORDER = "place_order"
"""`states.model.effects.Step` → `states.model.facts.Receipt`; may be refused."""

APPLY_CHANGE = "apply_change"
"""`Step` → `Receipt`."""

WITHDRAW = "withdraw"
"""`Step` → `Receipt`."""

REASSIGN = "reassign"
"""`Step` → `Receipt`; may be refused."""

DECOUPLE = "decouple"
"""`Step` → `Receipt`; may be refused."""

NOTIFY = "notify"
"""`Step` → None, or `states.model.facts.Undelivered`: a mail."""

ISSUE_RECEIPT = "issue_receipt"
"""`Step` → None: a receipt for the customer, signed and kept."""

WRITE_TASKS = "write_tasks"
"""`states.model.status.TaskList` → `states.model.status.TicketNumbers`."""

RECORD_END = "record_end"
"""`states.model.status.End` → `Receipt`, whose `tell` names the runs that want to hear of it."""

AMEND_END = "amend_end"
"""`states.model.status.Status` → `Receipt`: what has happened to a run since it ended."""

GO_ON = "go_on"
"""`states.model.status.GoingOn` → `WentOn`: a run that was reset had ended, or goes on, whatever was written of it."""

COMPARE = "compare"
"""Nothing → `states.model.reconciliation.Comparison`: our database against the runs that Temporal knows."""

COMPARE_LIST = "compare_list"
"""Nothing → None: the list of open runs is mended where Temporal knows a run otherwise."""

TELL_FINDINGS = "tell_findings"
"""`states.model.reconciliation.Night` → None: one mail to operators."""

SETTLE_FINDINGS = "settle_findings"
"""`states.model.reconciliation.Night` → None: lost runs are closed in our database, all findings are remembered."""

COMPARING = (COMPARE, COMPARE_LIST, TELL_FINDINGS, SETTLE_FINDINGS)
"""What the nightly comparison asks for, and no cancellation."""

CARRY_OUT_BULK = "carry_out_bulk"
"""The bulk decision's ID → `states.model.bulk.BulkProgress`: some of its decisions are sent to their runs."""

CHANGE_BULK = "change_bulk"
"""`states.model.bulk.BulkChange` → `BulkProgress`; may be refused."""

OF_BULK_DECISIONS = (CARRY_OUT_BULK, CHANGE_BULK)
"""What bulk decisions ask for, and no cancellation."""

REFUSED = "Refused"
"""The error type of an activity where the system said no; never retried."""

FROZEN = "Frozen"
"""The error type of an activity while all effects are frozen: `details[0]["freeze"]` is the number of the freeze. Never
retried; the workflow is told by the signal `effects_released`, and asks again."""

MISCONFIGURED = "Misconfigured"
"""The error type of an activity where we are set up wrongly; never retried."""
