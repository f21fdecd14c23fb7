"""The vendor's look of the pages, from the settings: colours so that text in them can be read."""

from pages.brand import Brand, Picture
from settings import Settings, luminance

READABLE, BRIGHT = 4.5, 7.0
"""The contrast of text (WCAG 2.2, 1.4.3); on dark a colour that has no more looks dim (1.4.6)."""
PAPER, CARD_IN_THE_DARK = "#f4f6f8", "#18212b"
"""What links stand on at worst, in light and in dark: as `pages/static/pages.css` has them."""
STEPS = 20


def brand_of(settings: Settings) -> Brand:
    """Whose pages these are. Reads the picture."""
    logo, media_type, colour = settings.brand_logo, settings.brand_logo_type, settings.brand_colour
    return Brand(
        name=settings.brand_name,
        colour=colour,
        ink=settings.brand_ink,
        link=readable(colour, PAPER, READABLE),
        link_in_the_dark=readable(colour, CARD_IN_THE_DARK, BRIGHT),
        picture=Picture(logo.read_bytes(), media_type) if logo and media_type else None,
    )


def readable(colour: str, background: str, wanted: float) -> str:
    """The colour, darker or lighter by no more than it takes to have that contrast on a light or a dark background."""
    goal = "#000000" if luminance(background) > 0.5 else "#ffffff"
    shades = (mixture(colour, goal, step / STEPS) for step in range(STEPS + 1))
    return next(shade for shade in shades if contrast(shade, background) >= wanted)


def mixture(colour: str, other: str, share: float) -> str:
    """A colour with a share of another in it."""
    channels = (bytes.fromhex(part.removeprefix("#")) for part in (colour, other))
    return "#" + "".join(f"{round(one + (two - one) * share):02x}" for one, two in zip(*channels, strict=True))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours (WCAG 2.2)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)
