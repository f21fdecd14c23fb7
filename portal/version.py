"""The version of this program."""

from importlib.metadata import PackageNotFoundError, version

DISTRIBUTION = "cancellations"


def installed_version() -> str:
    """The version of the installed distribution."""
    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return "0+unknown"
