"""The values that are documented for the texts of pages, in a module for each group of pages.

A text of a page that shows no value stands in none: there is nothing to document.
"""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

PAGES: dict[str, dict[str, Any]] = {
    key: values
    for module in iter_modules(__path__)
    for key, values in import_module(f"{__name__}.{module.name}").SAMPLES.items()
}
"""By key."""
