"""Whose pages these are: name, colours and picture of the vendor."""

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256


@dataclass(frozen=True)
class Picture:
    """The vendor's picture, as it is sent."""

    content: bytes
    media_type: str


@dataclass(frozen=True)
class Brand:
    """Who speaks. `ink`: the colour of text on the brand's; `link`, `link_in_the_dark`: the brand's, as text."""

    name: str
    colour: str
    ink: str
    link: str
    link_in_the_dark: str
    picture: Picture | None = None

    @cached_property
    def style(self) -> str:
        """The colours, for `pages.css`."""
        return (
            f":root {{ --brand: {self.colour}; --on-brand: {self.ink}; --accent: {self.link}; }}\n"
            f"@media (prefers-color-scheme: dark) {{ :root {{ --accent: {self.link_in_the_dark}; }} }}\n"
        )

    @cached_property
    def version(self) -> str:
        """Another one whenever something has changed, so that it may be kept."""
        return sha256(self.style.encode() + (self.picture.content if self.picture else b"")).hexdigest()[:12]

    @property
    def style_address(self) -> str:
        """Where the colours are found."""
        return f"/my/brand/{self.version}/colours.css"

    @property
    def logo(self) -> str | None:
        """Where the picture is found, if there is one."""
        return f"/my/brand/{self.version}/logo" if self.picture else None
