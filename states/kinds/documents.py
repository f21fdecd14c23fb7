"""What may be wrong with a `requested` document, whatever the record says: a key of the texts, or None."""

from states.model.request import Request


def plain_licence(request: Request) -> str | None:
    """The document names a licence and nothing else."""
    return subject_too_long(request) or no_target(request)


def subject_too_long(request: Request) -> str | None:
    """Only a mis-click's subject may have up to 64 characters."""
    return "fault.subject_long" if len(request.subject) > 40 else None


def no_target(request: Request) -> str | None:
    """Kinds that have no target take none."""
    return None if request.target is None else "fault.target_needless"


def fixed_subject(request: Request, *subjects: str) -> str | None:
    """Kinds whose subject is a fixed word."""
    return None if request.subject in subjects else "fault.subject_fixed"


def explained(request: Request) -> str | None:
    """Kinds that a person decides need the case in words (MIS1, SVC1)."""
    return None if request.explanation else "fault.explanation_needed"
