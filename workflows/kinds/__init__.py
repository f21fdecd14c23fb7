"""One thin workflow class for each kind, in a module that is named after the kind.

The registry decides which there are: a kind named there needs its module here, and a class of the name that the
registry gives it. `@workflow.run` must stand in the class itself, so that nobody can make these classes for us.
"""

from importlib import import_module

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from states.kinds.kind import Kind
    from states.kinds.registry import KINDS
from workflows.driver import Driver


class NoWorkflow(ImportError):
    """A kind of the registry has no workflow class, or one that does not fit: a developer must write it."""


def workflow_of(kind: Kind) -> type[Driver]:
    """The workflow class of a kind. Raises `NoWorkflow`, which says what is missing and where."""
    module = f"{__name__}.{kind.kind}"
    place = f"{module.replace('.', '/')}.py"
    try:
        found = getattr(import_module(module), kind.workflow, None)
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        raise NoWorkflow(f"the kind {kind.kind} has no workflow: write the class {kind.workflow} in {place}") from None
    if not (isinstance(found, type) and issubclass(found, Driver)):
        raise NoWorkflow(f"{place}: there is no workflow class {kind.workflow}, as states/kinds/registry.py names it")
    if getattr(found, "kind", None) != kind.kind:
        raise NoWorkflow(f"{place}: {kind.workflow} must say kind = {kind.kind!r}")
    return found


WORKFLOWS: tuple[type[Driver], ...] = tuple(workflow_of(kind) for kind in KINDS.values())
"""Every workflow type, in the order of the registry."""
