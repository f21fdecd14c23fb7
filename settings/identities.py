"""How what is known of a provider of identities (OpenID Connect) is written."""

import re
from urllib.parse import urlsplit

from settings.addresses import loopback, web_address


def issuer(url: str) -> str:
    """The issuer, just as the provider says it, with a slash at its end or without. Raises `ValueError`."""
    parts = urlsplit(web_address(url))
    if parts.query or parts.fragment or (parts.scheme != "https" and not loopback(parts.hostname or "")):
        raise ValueError("an issuer is like https://id.example/realms/shop, by https and without ? and #")
    return url


def claim(name: str) -> str:
    """The name of a claim, or the way to one within others. Raises `ValueError`."""
    if not re.fullmatch(r"[!-~]{1,200}", name):
        raise ValueError("a claim is like groups, or realm_access.roles within another one")
    return name


def scopes(text: str) -> str:
    """Scopes with a blank between, `openid` among them. Raises `ValueError`."""
    found = text.split()
    if "openid" not in found or not all(re.fullmatch(r"[!#-\[\]-~]+", scope) for scope in found):
        raise ValueError("scopes are like openid profile groups, with a blank between, openid among them")
    return " ".join(found)
