"""The settings: one frozen class, read from the environment by the composition roots only.

Each is described in docs/contract.md, Settings. `model` holds the class, `reading`, `addresses` and `brand` how
values are written, `grades` what operators may do, `identities` who says who they are, `faults` what is said of wrong
ones, `left_off` what is told at the start, `shown` what may be shown of them.
"""

from settings.addresses import DATABASE, loopback, masked, origin_of
from settings.brand import luminance
from settings.faults import SECRETS, Names, checked, explain, misspelt, read_settings, run_program, tell_misspelt
from settings.grades import GRADES, Grade
from settings.left_off import switched_off
from settings.model import PREFIX, Settings
from settings.notices import ANY, Digest, Notice
from settings.shown import ShownSetting, shown_settings

__all__ = [
    "ANY",
    "DATABASE",
    "GRADES",
    "PREFIX",
    "SECRETS",
    "Digest",
    "Grade",
    "Names",
    "Notice",
    "Settings",
    "ShownSetting",
    "checked",
    "explain",
    "loopback",
    "luminance",
    "masked",
    "misspelt",
    "origin_of",
    "read_settings",
    "run_program",
    "shown_settings",
    "switched_off",
    "tell_misspelt",
]
