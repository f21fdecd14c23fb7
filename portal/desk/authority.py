"""Who calls, where it is an operator at the desk."""

from pages.desk_calls import Operator
from portal.authority import Authority


def authority_in(operator: Operator) -> Authority:
    """The authority of an operator who is logged in."""
    return Authority("operator", operator.name, grade=operator.grade)
