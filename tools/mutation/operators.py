"""Mutation operators for charts, beside cosmic-ray's own (`cosmic-ray.toml` says which of those are left out).

Each yields, for a node of the syntax tree, the code that stands there instead. Guards and actions may be named as
functions (`cond=surplus_found`) or as strings. Annotations are never changed: no test could tell.
"""

import re
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import Any, ClassVar

import parso
from cosmic_ray.operators.operator import Example, Operator

Node = Any
"""A node of parso's tree, which has no types of its own for what is used here."""

Rewrite = tuple[Node, str]
"""The part that is changed, and the code that stands in place of the whole node."""

TRANSITION = re.compile(r"\w+\.(to|from_)\b")
STATE = re.compile(r"^    (\w+) = State\(", re.M)


def code_of(*nodes: Node) -> str:
    """The code of neighbouring nodes, without the blanks around it."""
    return "".join(node.get_code() for node in nodes).strip()


def scope_of(node: Node) -> str | None:
    """`classdef`, `funcdef`, or None for a node at the top of the module."""
    return getattr(node.search_ancestor("classdef", "funcdef"), "type", None)


def is_annotation(node: Node) -> bool:
    """Whether a node stands in the annotation of a parameter, a result or a variable."""
    while (parent := node.parent) is not None:
        if (
            (parent.type == "annassign" and node is parent.children[1])
            or (parent.type == "tfpdef" and node is not parent.children[0])
            or (parent.type == "funcdef" and node is parent.annotation)
        ):
            return True
        node = parent
    return False


def parts_of(brackets: Node) -> list[list[Node]]:
    """What stands between the commas of a call's arguments or of a display; nothing for a comprehension."""
    if len(brackets.children) != 3 or brackets.children[0].type != "operator":
        return []
    content = brackets.children[1]
    if content.type not in ("arglist", "dictorsetmaker", "testlist_comp"):
        return [[content]]
    if any(child.type in ("comp_for", "sync_comp_for") for child in content.children):
        return []
    parts = groupby(content.children, lambda child: bool(child.type == "operator" and child.value == ","))
    return [list(part) for is_comma, part in parts if not is_comma]


def is_call(node: Node) -> bool:
    """Whether a node is the brackets of a call with arguments between them."""
    return bool(node.type == "trailer" and node.children[0].value == "(" and len(node.children) == 3)


def keyword_of(node: Node) -> str | None:
    """The name of an argument given by name."""
    named = node.type == "argument" and node.children[1].type == "operator" and node.children[1].value == "="
    return str(node.children[0].value) if named else None


def without(brackets: Node, part: list[Node]) -> str:
    """The brackets with one of their parts left out."""
    opening, closing = brackets.children[0].value, brackets.children[-1].value
    kept = [code_of(*other) for other in parts_of(brackets) if other[0] is not part[0]]
    if opening == "{" and not kept and ":" not in code_of(*part):
        return "set()"
    comma = "," if brackets.type == "atom" and opening == "(" and len(kept) == 1 else ""
    return f"{opening}{', '.join(kept)}{comma}{closing}"


def following(states: Sequence[str], state: str, source: str | None = None) -> str:
    """The state declared after one, round and round, but not the one that the transition leads out of."""
    at = states.index(state)
    return next(other for other in (*states[at + 1 :], *states[:at]) if other != source)


class ChartOperator(Operator):  # type: ignore[misc]  # cosmic-ray has no types
    """Rewrites a node as code."""

    shown: ClassVar[tuple[tuple[str, str], ...]]
    """Code, and one of its mutants."""

    @abstractmethod
    def rewrites(self, node: Node) -> Iterator[Rewrite]:
        """Each way to change this node."""

    def mutation_positions(self, node: Node) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
        for part, _ in self.rewrites(node):
            yield part.start_pos, part.end_pos

    def mutate(self, node: Node, index: int) -> Node:
        _, code = list(self.rewrites(node))[index]
        return parso.parse(node.get_first_leaf().prefix + code)

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return tuple(Example(*example) for example in cls.shown)


class DropOperand(ChartOperator):
    """One alternative of a transition, one condition of a guard, or one part of a union is left out."""

    shown = (("begin = a.to(b) | a.to(c)", "begin = a.to(c)"), ("x = a and b", "x = b"))

    def rewrites(self, node: Node) -> Iterator[Rewrite]:
        if node.type in ("expr", "and_test", "or_test") and not is_annotation(node):
            sign = node.children[1].value
            operands = node.children[::2]
            for operand in operands if sign in ("|", "and", "or") else ():
                yield operand, f" {sign} ".join(code_of(other) for other in operands if other is not operand)


class SwapAlternatives(ChartOperator):
    """Two alternatives out of the same state change places: the first whose guard holds is taken."""

    shown = (("begin = a.to(b, cond=c) | a.to(d)", "begin = a.to(d) | a.to(b, cond=c)"),)

    def rewrites(self, node: Node) -> Iterator[Rewrite]:
        if node.type == "expr" and node.children[1].value == "|":
            operands = node.children[::2]
            codes = [code_of(operand) for operand in operands]
            sources = [code.partition(".to")[0] for code in codes]
            for number, (source, next_source) in enumerate(pairwise(sources)):
                if source == next_source and source.isidentifier():
                    swapped = [*codes[:number], codes[number + 1], codes[number], *codes[number + 2 :]]
                    yield operands[number], " | ".join(swapped)


class DropEvent(ChartOperator):
    """An event has no transition at all."""

    shown = (
        ("class A:\n    begin = a.to(b)\n", "class A:\n    pass\n"),
        ("class A:\n    end = c.from_.any(before=d)\n", "class A:\n    pass\n"),
    )

    def rewrites(self, node: Node) -> Iterator[Rewrite]:
        declares = node.type == "expr_stmt" and scope_of(node) == "classdef"
        if declares and TRANSITION.match(code_of(node.children[-1]).lstrip("(\n ")):
            yield node, "pass"


class DropSource(ChartOperator):
    """An event cannot be taken in one of the states from which several lead to one."""

    shown = (("leave = c.from_(a, b, on=d)", "leave = c.from_(b, on=d)"),)

    def rewrites(self, node: Node) -> Iterator[Rewrite]:
        if is_call(node) and code_of(node.get_previous_sibling()) == ".from_":
            sources = [part for part in parts_of(node) if keyword_of(part[0]) is None]
            for source in sources if len(sources) > 1 else ():
                yield source[0], without(node, source)


class Retarget(ChartOperator):
    """A transition leads to the state declared next instead."""

    shown = (
        (
            "class A:\n    a = State()\n    b = State()\n    c = State()\n    go = a.to(b, cond=d)\n",
            "class A:\n    a = State()\n    b = State()\n    c = State()\n    go = a.to(c, cond=d)\n",
        ),
        (
            "class A:\n    a = State()\n    b = State()\n    go = a.from_.any(on=d)\n",
            "class A:\n    a = State()\n    b = State()\n    go = b.from_.any(on=d)\n",
        ),
    )

    def rewrites(self, node: Node) -> Iterator[Rewrite]:
        if node.type not in ("atom_expr", "power") or not TRANSITION.match(code_of(node)):
            return
        state, direction, *rest = node.children
        chart = node.search_ancestor("classdef")
        states = STATE.findall(chart.get_code()) if chart is not None else []
        if code_of(direction) == ".from_" and state.value in states:
            yield state, following(states, state.value) + code_of(direction, *rest)
        elif code_of(direction) == ".to" and rest and is_call(rest[0]):
            (target, *_), *others = parts_of(rest[0])
            if code_of(target) in states:
                arguments = [following(states, code_of(target), state.value), *(code_of(*part) for part in others)]
                yield target, f"{state.value}.to({', '.join(arguments)}){code_of(*rest[1:])}"


class NegateGuard(ChartOperator):
    """A guard must fail where it must hold."""

    shown = (
        ("go = a.to(b, cond=orders.c)", "go = a.to(b, unless=orders.c)"),
        ("go = a.to(b, cond='c')", "go = a.to(b, unless='c')"),
    )

    def rewrites(self, node: Node) -> Iterator[Rewrite]:
        if keyword_of(node) == "cond":
            yield node, f"unless={code_of(*node.children[2:])}"


class DropKeyword(ChartOperator):
    """A guard or an action of a transition, or a value given by name, is left out; but not at the top of a module."""

    shown = (
        ("class A:\n    go = a.to(b, on=orders.c)\n", "class A:\n    go = a.to(b)\n"),
        ("class A:\n    a = State(enter='c')\n", "class A:\n    a = State()\n"),
    )

    def rewrites(self, node: Node) -> Iterator[Rewrite]:
        if is_call(node) and scope_of(node) and not is_annotation(node):
            for part in parts_of(node):
                if keyword_of(part[0]) is not None:
                    yield part[0], without(node, part)


class DropElement(ChartOperator):
    """One element of a set, a list, a tuple or a dictionary is left out: one of several actions, one of many states."""

    shown = (
        ("x = {1, 2}", "x = {2}"),
        ("go = a.to(b, on=[c, d])", "go = a.to(b, on=[d])"),
        ("x = (a, *b)", "x = (a,)"),
    )

    def rewrites(self, node: Node) -> Iterator[Rewrite]:
        if node.type == "atom" and not is_annotation(node):
            is_tuple = any(getattr(child, "value", "") == "," for child in getattr(node.children[1], "children", ()))
            for part in parts_of(node) if is_tuple or node.children[0].value in "[{" else ():
                yield part[0], without(node, part)


class DropStatement(ChartOperator):
    """An effect is not asked for, a field of the memory is not set: a call or such an assignment is left out."""

    shown = (
        ("def f(turn):\n    turn.ask(x)\n", "def f(turn):\n    pass\n"),
        ("def f(memory):\n    memory.order = x\n", "def f(memory):\n    pass\n"),
    )

    def rewrites(self, node: Node) -> Iterator[Rewrite]:
        if node.type == "simple_stmt" and scope_of(node) == "funcdef":
            statement, *rest = node.children
            target, sign = statement.children[:2] if statement.type == "expr_stmt" else (statement, None)
            if sign is None:
                counts = statement.type in ("atom_expr", "power") and statement.children[-1].type == "trailer"
            else:
                counts = (target.type != "name" and "." in code_of(target)) or getattr(sign, "value", "=") != "="
            if counts:
                yield statement, "pass" + "".join(child.get_code() for child in rest)


class FixGuard(ChartOperator):
    """What answers yes or no answers always the same."""

    shown = (("def f() -> bool:\n    return x\n", "def f() -> bool:\n    return True\n"),)

    def rewrites(self, node: Node) -> Iterator[Rewrite]:
        function = node.search_ancestor("funcdef") if node.type == "return_stmt" else None
        if function is not None and function.annotation is not None and code_of(function.annotation) == "bool":
            for value in ("True", "False"):
                if value != code_of(node.children[1]):
                    yield node, f"return {value}"


class NegateMembership(ChartOperator):
    """`in` where `not in` stands, and the other way round."""

    shown = (("x = a in b", "x = a not in b"),)

    def rewrites(self, node: Node) -> Iterator[Rewrite]:
        if node.type == "comparison":
            left, sign, *right = node.children
            opposite = {"in": "not in", "not in": "in"}.get(" ".join(code_of(sign).split()))
            if opposite is not None:
                yield sign, f"{code_of(left)} {opposite} {code_of(*right)}"


OPERATORS: dict[str, type[ChartOperator]] = {operator.__name__: operator for operator in ChartOperator.__subclasses__()}


class ChartOperators:
    """The plugin that `pyproject.toml` names: the operators above, as `charts/Retarget` and so on."""

    def __iter__(self) -> Iterator[str]:
        return iter(OPERATORS)

    def __getitem__(self, name: str) -> type[ChartOperator]:
        return OPERATORS[name]
