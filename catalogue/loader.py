"""Loading catalogue versions from data files: everything that is wrong is said at once, with file and place.

A version is a folder of TOML files (their top-level tables are put together) or one TOML file. With `based_on`, the
name of another folder or file beside it or among the shipped ones, it says only what differs: an entry replaces the one
of the same key whole. Texts for people beside labels and click paths are elsewhere (`catalogue.texts`).
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

KEYED = {
    "editions": "key",
    "products": "key",
    "kinds": "kind",
    "optional_services": "key",
    "reasons": "code",
    "remarks": "key",
}
"""The tables whose entries are named by their key, and the field that repeats it."""

TABLES = {*KEYED, "features"}
"""The tables that are made of entries."""

OWN = frozenset({"version", "valid_from", "source"})
"""What a version says itself and never takes over from the one that it is based on."""

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
    data, origin, problems = gather(place, ())
    if problems and not data:
        return None, problems
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


Gathered = tuple[dict[str, Any], dict[str, str], list[str]]
"""The data of a version, the file in which each part stands, and what is wrong."""


def gather(place: Path, above: tuple[Path, ...]) -> Gathered:
    """What the files of a version say, and of the version that it is based on what they leave out.

    `above`: the versions that are based on this one, to find a circle.
    """
    files = sorted(place.glob("*.toml")) if place.is_dir() else [place]
    if not any(file.is_file() for file in files):
        return {}, {}, [f"{place}: no .toml file here"]
    data: dict[str, Any] = {}
    origin: dict[str, str] = {}
    problems: list[str] = []
    for file in files:
        name = f"{place.name}/{file.name}" if place.is_dir() else file.name
        problems += merge(data, origin, name, file)
    if "based_on" in data:
        problems += take_over(data, origin, place, above)
    return data, origin, problems


def take_over(data: dict[str, Any], origin: dict[str, str], place: Path, above: tuple[Path, ...]) -> list[str]:
    """Take from the version named by `based_on` each entry and value that is not said anew."""
    name = data.pop("based_on")
    where = f"{origin['based_on']}: based_on"
    found = base_of(place, name) if isinstance(name, str) else None
    if found is None:
        return [f"{where}: there is no folder or file of a version {name!r}, neither beside it nor among the shipped"]
    if found in (place, *above):
        return [f"{where}: {name} is based on this version in turn"]
    older, stands_in, problems = gather(found, (place, *above))
    for top, value in older.items():
        if top in TABLES and isinstance(value, dict) and isinstance(data.setdefault(top, {}), dict):
            data[top] = value | data[top]
        elif top not in OWN:
            data.setdefault(top, value)
    for part, file in stands_in.items():
        origin.setdefault(part, file)
    return problems


def base_of(place: Path, name: str) -> Path | None:
    """The folder or file of that name, beside a version or shipped."""
    places = (root / one for root in (place.parent, SHIPPED) for one in (name, f"{name}.toml"))
    return next((one for one in places if one.exists()), None)


def merge(data: dict[str, Any], origin: dict[str, str], name: str, file: Path) -> list[str]:
    """Take up one file; a table or an entry that stands in two files is a problem."""
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return [f"{name}: not readable as TOML: {error}"]
    problems = []
    for top, value in content.items():
        entries = value if isinstance(value, dict) and top in TABLES else None
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
