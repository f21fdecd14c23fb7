"""Where calls come from, as far as they are counted by it."""

import ipaddress


def subscriber(host: str) -> str:
    """Who calls from an address: of IPv6 the network of one subscriber, who has every address in it."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host[:80]
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return str(address.ipv4_mapped or ipaddress.ip_network((address, 64), strict=False))
