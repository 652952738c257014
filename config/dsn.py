"""The PostgreSQL that a DSN names: what is wrong with one, and where it leads.

What belongs here: reading `postgresql://…` as far as a person has to be told about it. What never may: connecting, or
a line that repeats a piece of a DSN which may be its password.
"""

from urllib.parse import SplitResult, parse_qs, urlsplit

SCHEMES = ("postgresql://", "postgres://")
PORT_MAX = 65_535
BAD_PORT = "the port is no number from 1 to 65535 (in a name or password, write / as %2F, : as %3A and @ as %40)"


def fault_of(dsn: str) -> str | None:
    """What is wrong with a DSN, or None. Whether anybody answers there is not asked."""
    if not dsn.startswith(SCHEMES):
        return 'must begin with postgresql://, or be "" for the embedded server'
    try:
        parts = urlsplit(dsn)
        options = _options(parts)
    except ValueError:
        return "is no URL of the form postgresql://user:password@host:port/database?option=value"
    ports = [_host_and_port(place)[1] for place in _places(parts)] + options.get("port", "").split(",")
    return None if all(map(_is_port, ports)) else BAD_PORT


def place_of(dsn: str) -> str:
    """Where a sound DSN leads: `host:port`, several with commas between; `the local socket` where it names no host."""
    parts = urlsplit(dsn)
    options = _options(parts)
    if "host" in options:
        port = options.get("port")
        return f"{options['host']}:{port}" if port else options["host"]
    named = [place for place in _places(parts) if place]
    return ",".join(named) or "the local socket"


def _options(parts: SplitResult) -> dict[str, str]:
    """What follows the question mark. Raises: ValueError when it is not made of names and values."""
    read = parse_qs(parts.query, strict_parsing=True) if parts.query else {}
    return {name: values[-1] for name, values in read.items()}


def _places(parts: SplitResult) -> list[str]:
    return parts.netloc.rpartition("@")[2].split(",")


def _host_and_port(place: str) -> tuple[str, str]:
    """IPv6 addresses stand in brackets, because they have colons of their own."""
    if place.startswith("["):
        host, _, rest = place.partition("]")
        return host + "]", rest.removeprefix(":")
    host, _, port = place.partition(":")
    return host, port


def _is_port(text: str) -> bool:
    """An empty one is PostgreSQL's own."""
    return text == "" or (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= PORT_MAX)
