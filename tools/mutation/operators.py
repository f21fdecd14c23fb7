"""What is changed in a mutant: operators for charts, guards and effects, beside a choice of cosmic-ray's own.

Each operator yields, for a node of the syntax tree, the code that stands there instead. Annotations and docstrings are
never touched: nothing would come of it.
"""

import re
from abc import abstractmethod
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

import parso
from cosmic_ray.operators.operator import Example, Operator
from cosmic_ray.operators.provider import OperatorProvider

Node = Any
"""A node of parso's tree, which has no types of its own for what is used here."""

Rewrite = tuple[Node, str]
"""The part that is changed, and the code that stands in place of the whole node."""

TRANSITION = re.compile(r"\w+\.(to|from_)\b")
CORE = (
    "AddNot",
    "ExceptionReplacer",
    "NumberReplacer",
    "RemoveDecorator",
    "ReplaceAndWithOr",
    "ReplaceBinaryOperator_Add_Sub",
    "ReplaceBinaryOperator_Sub_Add",
    "ReplaceBreakWithContinue",
    "ReplaceComparisonOperator_Eq_NotEq",
    "ReplaceComparisonOperator_GtE_Gt",
    "ReplaceComparisonOperator_GtE_Lt",
    "ReplaceComparisonOperator_Gt_GtE",
    "ReplaceComparisonOperator_Gt_LtE",
    "ReplaceComparisonOperator_IsNot_Is",
    "ReplaceComparisonOperator_Is_IsNot",
    "ReplaceComparisonOperator_LtE_Gt",
    "ReplaceComparisonOperator_LtE_Lt",
    "ReplaceComparisonOperator_Lt_GtE",
    "ReplaceComparisonOperator_Lt_LtE",
    "ReplaceComparisonOperator_NotEq_Eq",
    "ReplaceContinueWithBreak",
    "ReplaceFalseWithTrue",
    "ReplaceOrWithAnd",
    "ReplaceTrueWithFalse",
    "ReplaceUnaryOperator_Delete_Not",
    "ZeroIterationForLoop",
)
"""The operators of cosmic-ray that are used: those whose mutants a test of behaviour can tell from the original."""


def code_of(node: Node) -> str:
    """The code of a node, without the blanks before it."""
    return str(node.get_code(include_prefix=False))


def joined(children: Iterable[Node]) -> str:
    """The code of several nodes, without the blanks before the first."""
    text = "".join(child.get_code() for child in children)
    return text.strip()


def inside(node: Node, *types: str) -> Node | None:
    """The nearest node above of one of these types."""
    above = node.parent
    while above is not None and above.type not in types:
        above = above.parent
    return above


def scope_of(node: Node) -> str | None:
    """Whether a node stands in a class or in a function."""
    scope = inside(node, "classdef", "funcdef")
    return None if scope is None else str(scope.type)


def is_annotation(node: Node) -> bool:
    """Whether a node stands in an annotation of a parameter, a result or a variable."""
    while node.parent is not None:
        parent = node.parent
        if parent.type in ("annassign", "tfpdef") and node is parent.children[1] and parent.children[0].type != "name":
            return True
        if parent.type == "annassign" and node is parent.children[1]:
            return True
        if parent.type == "tfpdef" and node is not parent.children[0]:
            return True
        if parent.type == "funcdef" and parent.annotation is node:
            return True
        node = parent
    return False


def groups(holder: Node) -> list[list[Node]]:
    """The parts between the commas of a call's arguments or of a display; none for anything else."""
    first, *_, last = holder.children
    if (first.type, last.type) != ("operator", "operator") or len(holder.children) != 3:
        return []
    inner = holder.children[1]
    if inner.type not in ("arglist", "dictorsetmaker", "testlist_comp"):
        return [[inner]]
    if any(child.type in ("comp_for", "sync_comp_for") for child in inner.children):
        return []
    found: list[list[Node]] = [[]]
    for child in inner.children:
        if child.type == "operator" and child.value == ",":
            found.append([])
        else:
            found[-1].append(child)
    return [group for group in found if group]


def is_call(node: Node) -> bool:
    """Whether a node is the brackets of a call with their arguments."""
    return bool(node.type == "trailer" and node.children[0].value == "(" and len(node.children) == 3)


def called(trailer: Node) -> str:
    """What stands before the brackets of a call."""
    before = trailer.parent.children
    return joined(before[: before.index(trailer)])


def keyword_of(group: list[Node]) -> str | None:
    """The name of an argument given by name."""
    one = group[0]
    if one.type == "argument" and one.children[1].type == "operator" and one.children[1].value == "=":
        return str(one.children[0].value)
    return None


def rebuilt(node: Node, parts: list[list[Node]]) -> str:
    """Brackets with these parts between them."""
    opening, closing = node.children[0].value, node.children[-1].value
    between = ", ".join(joined(part) for part in parts)
    if opening == "(" and node.type == "atom" and len(parts) == 1:
        between += ","
    if opening == "{" and not parts and not is_dict(node):
        return "set()"
    return f"{opening}{between}{closing}"


def is_dict(atom: Node) -> bool:
    """Whether a display in braces is a dictionary."""
    inner = atom.children[1]
    return any(child.type == "operator" and child.value in (":", "**") for child in getattr(inner, "children", ()))


def states_named(node: Node) -> list[str]:
    """The states that the class around a node declares, in order."""
    body = inside(node, "classdef")
    text = body.get_code() if body is not None else ""
    return re.findall(r"^    (\w+) = State\(", text, re.M)


class ChartOperator(Operator):  # type: ignore[misc]  # cosmic-ray has no types
    """Rewrites a node as code."""

    example = ("", "")

    @abstractmethod
    def rewrites(self, node: Node) -> Iterator[Rewrite]:
        """Each way to change this node."""

    def mutation_positions(self, node: Node) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
        for place, _ in self.rewrites(node):
            yield place.start_pos, place.end_pos

    def mutate(self, node: Node, index: int) -> Node:
        _, code = list(self.rewrites(node))[index]
        return parso.parse(node.get_first_leaf().prefix + code)

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (Example(*cls.example),)


class DropOperand(ChartOperator):
    """One alternative of a transition, one condition of a guard, or one part of a union is left out."""

    example = ("begin = a.to(b) | a.to(c)", "begin = a.to(c)")

    def rewrites(self, node: Node) -> Iterator[Rewrite]:
        if node.type in ("expr", "and_test", "or_test") and not is_annotation(node):
            sign = node.children[1].value
            operands = node.children[::2]
            if sign in ("|", "and", "or"):
                for operand in operands:
                    kept = [joined([one]) for one in operands if one is not operand]
                    yield operand, f" {sign} ".join(kept)


class SwapAlternatives(ChartOperator):
    """Two alternatives out of the same state change places: the first whose guard holds is taken."""

    example = ("begin = a.to(b, cond='c') | a.to(d)", "begin = a.to(d) | a.to(b, cond='c')")

    def rewrites(self, node: Node) -> Iterator[Rewrite]:
        if node.type == "expr" and node.children[1].value == "|":
            operands = node.children[::2]
            for number, (one, other) in enumerate(pairwise(operands)):
                tried = [code.partition(".to")[0] for code in (code_of(one), code_of(other))]
                if tried[0] == tried[1] and tried[0].isidentifier():
                    texts = [joined([operand]) for operand in operands]
                    texts[number : number + 2] = reversed(texts[number : number + 2])
                    yield one, " | ".join(texts)


class DropEvent(ChartOperator):
    """An event has no transition at all."""

    example = ("class A:\n    begin = a.to(b)\n", "class A:\n    pass\n")

    def rewrites(self, node: Node) -> Iterator[Rewrite]:
        declared = node.type == "expr_stmt" and scope_of(node) == "classdef"
        if declared and TRANSITION.match(code_of(node.children[-1]).lstrip("(\n ")):
            yield node, "pass"


class DropSource(ChartOperator):
    """An event cannot be taken in one of the states from which several lead to one."""

    example = ("leave = c.from_(a, b)", "leave = c.from_(b)")

    def rewrites(self, node: Node) -> Iterator[Rewrite]:
        if is_call(node) and called(node).endswith(".from_"):
            parts = groups(node)
            positional = [part for part in parts if keyword_of(part) is None]
            for part in positional if len(positional) > 1 else ():
                yield part[0], rebuilt(node, [one for one in parts if one is not part])


class Retarget(ChartOperator):
    """A transition leads to the state declared next instead."""

    example = (
        "class A:\n    a = State()\n    b = State()\n    c = State()\n    go = a.to(b)\n",
        "class A:\n    a = State()\n    b = State()\n    c = State()\n    go = a.to(c)\n",
    )

    def rewrites(self, node: Node) -> Iterator[Rewrite]:
        if node.type not in ("atom_expr", "power") or not TRANSITION.match(code_of(node)):
            return
        name, *trailers = node.children
        states = states_named(node) if len(trailers) > 1 else []
        if states and code_of(trailers[0]) == ".to" and is_call(trailers[1]):
            parts = groups(trailers[1])
            target = joined(parts[0])
            if target in states:
                new = following(states, target, {name.value})
                rest = [joined(part) for part in parts[1:]]
                yield parts[0][0], f"{name.value}.to({', '.join([new, *rest])}){joined(trailers[2:])}"
        elif code_of(trailers[0]) == ".from_" and name.value in states:
            yield name, following(states, name.value, set()) + joined(trailers)


def following(states: list[str], name: str, without: set[str]) -> str:
    """The state declared after one, round and round, but for these."""
    at = states.index(name)
    return next(one for one in (*states[at + 1 :], *states[:at]) if one not in without)


class NegateGuard(ChartOperator):
    """A guard must fail where it must hold."""

    example = ("go = a.to(b, cond='c')", "go = a.to(b, unless='c')")

    def rewrites(self, node: Node) -> Iterator[Rewrite]:
        if node.type == "argument" and keyword_of([node]) == "cond":
            yield node, f"unless={joined(node.children[2:])}"


class DropKeyword(ChartOperator):
    """A guard or an action of a transition, or a value given by name, is left out; the lists of kinds are no charts."""

    example = ("class A:\n    go = a.to(b, on='c')\n", "class A:\n    go = a.to(b)\n")

    def rewrites(self, node: Node) -> Iterator[Rewrite]:
        if is_call(node) and not is_annotation(node) and inside(node, "classdef", "funcdef") is not None:
            parts = groups(node)
            for part in parts:
                if keyword_of(part) is not None:
                    yield part[0], rebuilt(node, [one for one in parts if one is not part])


class DropElement(ChartOperator):
    """One element of a set, a list, a tuple or a dictionary is left out."""

    example = ("x = {1, 2}", "x = {2}")

    def rewrites(self, node: Node) -> Iterator[Rewrite]:
        if node.type == "atom" and len(node.children) == 3 and not is_annotation(node):
            opening = node.children[0].value
            display = opening in "[{" or node.children[1].type == "testlist_comp"
            for part in groups(node) if display else ():
                if opening == "(" and "," not in [getattr(one, "value", "") for one in node.children[1].children]:
                    continue
                yield part[0], rebuilt(node, [one for one in groups(node) if one[0] is not part[0]])


class DropStatement(ChartOperator):
    """An effect is not asked for, a field of the memory is not set: a call or such an assignment is left out."""

    example = ("def f(self):\n    self.ask(x)\n", "def f(self):\n    pass\n")

    def rewrites(self, node: Node) -> Iterator[Rewrite]:
        if node.type != "simple_stmt" or inside(node, "funcdef", "classdef") is None:
            return
        statement = node.children[0]
        calls = statement.type in ("atom_expr", "power") and statement.children[-1].type == "trailer"
        sets = statement.type == "expr_stmt" and (
            (
                statement.children[0].type in ("atom_expr", "power", "testlist_star_expr")
                and "." in code_of(statement.children[0])
            )
            or (statement.children[1].type == "operator" and statement.children[1].value != "=")
        )
        if (calls or sets) and scope_of(node) == "funcdef":
            yield statement, "pass" + joined_after(node)


def joined_after(node: Node) -> str:
    """What follows a statement on its line."""
    return "".join(child.get_code() for child in node.children[1:])


class FixGuard(ChartOperator):
    """What answers yes or no answers always the same."""

    example = ("def f() -> bool:\n    return x\n", "def f() -> bool:\n    return True\n")

    def rewrites(self, node: Node) -> Iterator[Rewrite]:
        if node.type == "return_stmt":
            function = inside(node, "funcdef")
            if function is not None and function.annotation is not None and code_of(function.annotation) == "bool":
                for value in ("True", "False"):
                    if code_of(node.children[1]) != value:
                        yield node, f"return {value}"


class NegateMembership(ChartOperator):
    """`in` where `not in` stands, and the other way round."""

    example = ("x = a in b", "x = a not in b")

    def rewrites(self, node: Node) -> Iterator[Rewrite]:
        if node.type == "comparison":
            left, sign, right = joined([node.children[0]]), node.children[1], joined(node.children[2:])
            said = " ".join(code_of(sign).split())
            if said in ("in", "not in"):
                yield sign, f"{left} {'not in' if said == 'in' else 'in'} {right}"


OURS: tuple[type[ChartOperator], ...] = (
    DropElement,
    DropEvent,
    DropKeyword,
    DropOperand,
    DropSource,
    DropStatement,
    FixGuard,
    NegateGuard,
    NegateMembership,
    Retarget,
    SwapAlternatives,
)


def operators() -> dict[str, Operator]:
    """Every operator that is used, by its name in the session."""
    core = OperatorProvider()
    return {f"core/{name}": core[name]() for name in CORE} | {f"charts/{one.__name__}": one() for one in OURS}
