"""Loading catalogue versions from data files: everything that is wrong is said at once, with file and place.

A version is a folder of TOML files (their top-level tables are put together) or one TOML file. Texts for people
beside labels and click paths are elsewhere (`catalogue.texts`).
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from catalogue.rules import contradictions
from states.model.offers import Catalogue

SHIPPED = Path(__file__).parent / "versions"

KEYED = {"editions": "key", "products": "key", "kinds": "kind", "optional_services": "key", "reasons": "code"}
"""The tables whose entries are named by their key, and the field that repeats it."""

SOURCE = re.compile(r"^\[(?P<label>S|I|\?|P(?P<page> ?\d+b?))\] (?P<at>\S.*)$")


class CatalogueError(Exception):
    """A catalogue does not load. `problems` are lines of the form `file: place: what is wrong`."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("the catalogue does not load:\n" + "\n".join(f"  {problem}" for problem in self.problems))


@dataclass(frozen=True)
class Catalogues:
    """The loaded versions, oldest first; at least one."""

    all: tuple[Catalogue, ...]

    def in_force(self, day: date) -> Catalogue:
        """The version in force on a calendar day in Berlin (X8); before the first one's, the first."""
        started = [version for version in self.all if version.valid_from <= day]
        return started[-1] if started else self.all[0]

    def version(self, name: str) -> Catalogue:
        """The version of that name. Raises `KeyError`, naming those that exist."""
        for version in self.all:
            if version.version == name:
                return version
        raise KeyError(f"no catalogue version {name}; there are {', '.join(one.version for one in self.all)}")


def load_catalogues(directory: Path | None = None) -> Catalogues:
    """Every version in a directory, or the shipped ones. Raises `CatalogueError` with all problems of all versions."""
    root = directory or SHIPPED
    places = version_places(root)
    if not places:
        raise CatalogueError([f"{root}: no version here: put one folder of .toml files, or one .toml file, for each"])
    problems: list[str] = []
    versions: list[Catalogue] = []
    for place in places:
        found, wrong = read_version(place)
        problems += wrong
        versions += [found] if found else []
    problems += overlaps(versions)
    if problems:
        raise CatalogueError(problems)
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
    files = sorted(place.glob("*.toml")) if place.is_dir() else [place]
    if not any(file.is_file() for file in files):
        return None, [f"{place}: no .toml file here"]
    data: dict[str, Any] = {}
    origin: dict[str, str] = {}
    problems: list[str] = []
    for file in files:
        name = f"{place.name}/{file.name}" if place.is_dir() else file.name
        problems += merge(data, origin, name, file)
    data = prepared(data, origin, place.name, problems)
    try:
        version = Catalogue.model_validate(data)
    except ValidationError as error:
        for fault in error.errors():
            where = ".".join(str(part) for part in fault["loc"]) or "(whole)"
            problems.append(f"{file_of(where, origin, place.name)}: {where}: {fault['msg']}")
        return None, problems
    problems += [f"{file_of(where, origin, place.name)}: {where}: {what}" for where, what in contradictions(version)]
    return version, problems


def merge(data: dict[str, Any], origin: dict[str, str], name: str, file: Path) -> list[str]:
    """Take up one file; a table or an entry that stands in two files is a problem."""
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return [f"{name}: not readable as TOML: {error}"]
    problems = []
    for top, value in content.items():
        entries = value if isinstance(value, dict) and top in {*KEYED, "features"} else None
        for key, entry in entries.items() if entries is not None else [("", value)]:
            where = f"{top}.{key}" if entries is not None else top
            if where in origin:
                problems.append(f"{name}: {where}: stands in {origin[where]} already")
                continue
            origin[where] = name
            if entries is not None:
                data.setdefault(top, {})[key] = entry
            else:
                data[top] = value
    return problems


def prepared(data: dict[str, Any], origin: Mapping[str, str], default: str, problems: list[str]) -> dict[str, Any]:
    """The data in the form of the values: keys repeated as fields, sources taken apart, features as a list."""
    ready = {top: value for top, value in data.items() if top != "features"}
    for top, field in KEYED.items():
        entries = data.get(top)
        if isinstance(entries, dict):
            ready[top] = {
                key: {field: key, **entry} if isinstance(entry, dict) else entry for key, entry in entries.items()
            }
    features = data.get("features", {})
    if isinstance(features, dict):
        ready["features"] = {key: {"key": key, **entry} for key, entry in features.items() if isinstance(entry, dict)}
    result: dict[str, Any] = with_sources(ready, "", origin, default, problems)
    if isinstance(features, dict):
        result["features"] = list(result["features"].values())
    return result


def with_sources(value: Any, where: str, origin: Mapping[str, str], default: str, problems: list[str]) -> Any:
    """Replace each `[S] L189` by its parts; one of another form is a problem."""
    if isinstance(value, list):
        return [with_sources(one, f"{where}.{index}", origin, default, problems) for index, one in enumerate(value)]
    if not isinstance(value, dict):
        return value
    result = {}
    for key, entry in value.items():
        place = f"{where}.{key}" if where else key
        if key in ("source", "tiers_source") and isinstance(entry, str):
            result[key] = parsed_source(entry)
            if result[key] is None:
                problems.append(
                    f"{file_of(place, origin, default)}: {place}: write a source like '[S] L189', '[P4] …', "
                    f"'[I] why' or '[?] example …', not {entry!r}"
                )
                result[key] = {"label": "?", "at": entry or "missing"}
        else:
            result[key] = with_sources(entry, place, origin, default, problems)
    return result


def parsed_source(text: str) -> dict[str, str] | None:
    """Label and place of a source, or None where it has another form."""
    match = SOURCE.match(text)
    if match is None:
        return None
    page = match["page"]
    return (
        {"label": "P", "at": f"P{page.strip()}: {match['at']}"}
        if page
        else {"label": match["label"], "at": match["at"]}
    )


def file_of(where: str, origin: Mapping[str, str], default: str) -> str:
    """The file in which a place stands; keys may hold dots and slashes, so the longest beginning counts."""
    fitting = [key for key in origin if where == key or where.startswith(f"{key}.")]
    return origin[max(fitting, key=len)] if fitting else default


def overlaps(versions: Iterable[Catalogue]) -> list[str]:
    """Two versions of one name, or in force from the same day, contradict each other."""
    problems = []
    names: dict[str, Catalogue] = {}
    days: dict[date, Catalogue] = {}
    for version in versions:
        if version.version in names:
            problems.append(f"{version.version}: version: two versions have this name")
        elif version.valid_from in days:
            other = days[version.valid_from].version
            problems.append(f"{version.version}: valid_from: {version.valid_from} is the first day of {other} too")
        names[version.version] = version
        days[version.valid_from] = version
    return problems
