"""Loading catalogue versions from data files: everything that is wrong is said at once, with file and place.

A version is a folder of TOML files (their top-level tables are put together) or one TOML file. With `based_on`, the
name of another folder or file beside it or among the shipped ones, it says only what differs: an entry replaces the one
of the same key whole. Texts for people beside labels and click paths are elsewhere (`catalogue.texts`).
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from catalogue.rules import contradictions
from catalogue.words import words_of
from states.model.offers import Catalogue

SHIPPED = Path(__file__).parent / "versions"

KEYED = {
    "editions": "key",
    "products": "key",
    "kinds": "kind",
    "optional_services": "key",
    "reasons": "code",
    "remarks": "key",
    "features": "key",
}
"""The tables whose entries are named by their key, and the field that repeats it."""

OWN = frozenset({"version", "valid_from", "source"})
"""What a version says itself and never takes over from the one that it is based on."""

SOURCE = re.compile(r"^\[(?P<label>S|I|\?|P(?P<page> ?\d+b?))\] (?P<at>\S.*)$")


class CatalogueError(Exception):
    """A catalogue does not load. `problems` are lines of the form `file: place: what is wrong`."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        lines = self.problems if len(self.problems) == 1 else ("", *self.problems)
        super().__init__("the catalogue does not load: " + "\n  ".join(lines))


@dataclass(frozen=True)
class Catalogues:
    """The loaded versions, oldest first; at least one."""

    all: tuple[Catalogue, ...]

    @cached_property
    def words(self) -> dict[str, dict[str, str]]:
        """By language what the versions say in it, by what they say in others; made once, when first asked for."""
        return words_of(self.all)

    def in_force(self, day: date) -> Catalogue:
        """The version in force on a calendar day in Berlin (X8); before the first one's, the first."""
        started = [version for version in self.all if version.valid_from <= day]
        return started[-1] if started else self.all[0]

    def version(self, name: str) -> Catalogue:
        """The version of that name. Raises `KeyError`, naming those that exist."""
        for version in self.all:
            if version.version == name:
                return version
        raise KeyError(f"no catalogue version {name}; there are {', '.join(version.version for version in self.all)}")


@dataclass
class Draft:
    """What the files of a version say: the data, the file in which each part stands, and what is wrong."""

    name: str
    data: dict[str, Any] = field(default_factory=dict)
    origin: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def report(self, where: str, what: str) -> None:
        """Note what is wrong, with its file: keys may hold dots and slashes, so the longest that fits counts."""
        fitting = [key for key in self.origin if where == key or where.startswith(f"{key}.")]
        file = self.origin[max(fitting, key=len)] if fitting else self.name
        self.problems.append(f"{file}: {where}: {what}")

    def put(self, table: dict[str, Any], key: str, value: Any, where: str, file: str) -> None:
        """Take up a value or an entry; one that stands in two files is a problem."""
        if where in self.origin:
            self.problems.append(f"{file}: {where}: stands in {self.origin[where]} already")
            return
        self.origin[where] = file
        table[key] = value


def load_catalogues(directory: Path | None = None) -> Catalogues:
    """Every version in a directory, or the shipped ones. Raises `CatalogueError` with all problems of all versions."""
    root = directory or SHIPPED
    places = version_places(root)
    if not places:
        raise CatalogueError(
            [
                f"{root}: no version here: put one folder of .toml files, or one .toml file, for each, "
                "or let CANCELLATIONS_CATALOGUE_DIR name another folder"
            ]
        )
    results = [read_version(place) for place in places]
    versions = [version for version, _ in results if version]
    problems = [problem for _, problems in results for problem in problems] + overlaps(versions)
    if problems:
        raise CatalogueError(dict.fromkeys(problems))
    return Catalogues(tuple(sorted(versions, key=lambda version: version.valid_from)))


def version_places(root: Path) -> list[Path]:
    """The folders and single files that are a version each."""
    if not root.is_dir():
        return []
    return sorted(
        place for place in root.iterdir() if place.suffix == ".toml" or (place.is_dir() and any(place.glob("*.toml")))
    )


def load_version(place: Path) -> Catalogue:
    """One version: a folder or a file of one's own. Raises `CatalogueError`."""
    version, problems = read_version(place)
    if version is None or problems:
        raise CatalogueError(problems)
    return version


def read_version(place: Path) -> tuple[Catalogue | None, list[str]]:
    """The version, where its shape is right, and what is wrong with it."""
    draft = gather(place, ())
    if draft.problems and not draft.data:
        return None, draft.problems
    try:
        version = Catalogue.model_validate(prepared(draft))
    except ValidationError as error:
        for fault in error.errors():
            draft.report(".".join(str(part) for part in fault["loc"]) or "(whole)", fault["msg"])
        return None, draft.problems
    for where, what in contradictions(version):
        draft.report(where, what)
    return version, draft.problems


def gather(place: Path, above: tuple[Path, ...]) -> Draft:
    """What the files of a version say, and of the version that it is based on what they leave out.

    `above`: the versions that are based on this one, to find a circle.
    """
    draft = Draft(place.name)
    files = sorted(place.glob("*.toml")) if place.is_dir() else [place]
    if not any(file.is_file() for file in files):
        draft.problems.append(f"{place}: no .toml file here")
    else:
        for file in files:
            take_up(draft, file, f"{place.name}/{file.name}" if place.is_dir() else file.name)
    if "based_on" in draft.data:
        take_over(draft, place, above)
    return draft


def take_up(draft: Draft, file: Path, name: str) -> None:
    """What one file says."""
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        draft.problems.append(f"{name}: not readable as TOML: {error}")
        return
    for top, value in content.items():
        if isinstance(value, dict) and top in KEYED:
            for key, entry in value.items():
                draft.put(draft.data.setdefault(top, {}), key, entry, f"{top}.{key}", name)
        else:
            draft.put(draft.data, top, value, top, name)


def take_over(draft: Draft, place: Path, above: tuple[Path, ...]) -> None:
    """Take from the version named by `based_on` each entry and value that is not said anew."""
    name = draft.data.pop("based_on")
    candidates = [root / file for root in (place.parent, SHIPPED) for file in (str(name), f"{name}.toml")]
    base = next((path for path in candidates if path.exists()), None) if isinstance(name, str) else None
    if base is None:
        what = f"there is no folder or file of a version {name!r}, neither beside it nor among the shipped"
        return draft.report("based_on", what)
    if base in (place, *above):
        return draft.report("based_on", f"{name} is based on this version in turn")
    older = gather(base, (place, *above))
    for top, value in older.data.items():
        if top in KEYED and isinstance(value, dict) and isinstance(draft.data.setdefault(top, {}), dict):
            draft.data[top] = value | draft.data[top]
        elif top not in OWN:
            draft.data.setdefault(top, value)
    draft.origin = older.origin | draft.origin
    draft.problems += older.problems
    return None


def prepared(draft: Draft) -> dict[str, Any]:
    """The data in the form of the values: keys repeated as fields, sources taken apart, features as a list."""
    ready = dict(draft.data)
    for top, name in KEYED.items():
        entries = ready.get(top)
        if isinstance(entries, dict):
            ready[top] = {
                key: {name: key, **entry} if isinstance(entry, dict) else entry for key, entry in entries.items()
            }
    result: dict[str, Any] = with_sources(ready, "", draft)
    if isinstance(result.get("features"), dict):
        result["features"] = list(result["features"].values())
    return result


def with_sources(value: Any, where: str, draft: Draft) -> Any:
    """Replace each `[S] L189` by its parts."""
    if isinstance(value, list):
        return [with_sources(entry, f"{where}.{index}", draft) for index, entry in enumerate(value)]
    if not isinstance(value, dict):
        return value
    result = {}
    for key, entry in value.items():
        place = f"{where}.{key}" if where else key
        is_source = key in ("source", "tiers_source") and isinstance(entry, str)
        result[key] = parsed_source(entry, place, draft) if is_source else with_sources(entry, place, draft)
    return result


def parsed_source(text: str, where: str, draft: Draft) -> dict[str, str]:
    """Label and place of a source; one of another form is a problem."""
    match = SOURCE.match(text)
    if match is None:
        form = "write a source like '[S] L189', '[P4] …', '[I] why' or '[?] example …'"
        draft.report(where, f"{form}, not {text!r}")
        return {"label": "?", "at": text or "missing"}
    if match["page"]:
        return {"label": "P", "at": f"P{match['page'].strip()}: {match['at']}"}
    return {"label": match["label"], "at": match["at"]}


def overlaps(versions: Iterable[Catalogue]) -> list[str]:
    """Two versions of one name, or in force from the same day, contradict each other."""
    problems = []
    names: set[str] = set()
    days: dict[date, str] = {}
    for version in versions:
        if version.version in names:
            problems.append(f"{version.version}: version: two versions have this name")
        elif version.valid_from in days:
            other = days[version.valid_from]
            problems.append(f"{version.version}: valid_from: {version.valid_from} is the first day of {other} too")
        names.add(version.version)
        days[version.valid_from] = version.version
    return problems
