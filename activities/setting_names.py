"""The names that settings may use of what stands in `states`: of kinds, of types of task, of decisions."""

from settings import Names
from states.chart.second_opinion import NAMES
from states.chart.task_types import TASK_TYPES
from states.kinds.registry import KINDS

SETTING_NAMES = Names(tuple(KINDS), tuple(TASK_TYPES), tuple(NAMES))
