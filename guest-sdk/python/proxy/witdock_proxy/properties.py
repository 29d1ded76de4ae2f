"""Properties: what the proxy knows of an exchange. Needs the grant `witdock:proxy/properties`."""

from typing import Any

from .stream import Stream

from wit_world.imports import properties as _host


def get(stream: Stream, *path: str) -> Any:
    """A property by its path, `get(stream, "source", "address")`: text, a number or a bool; times and durations in nanoseconds."""
    value = _host.of_exchange(stream.exchange, list(path))
    plain = getattr(value, "value", None)
    return plain.decode(errors="replace") if isinstance(plain, bytes) else plain


def set(stream: Stream, path: list[str], value: str) -> bool:
    """Sets a property, for later filters and the access log. Returns whether it was set."""
    return _host.set(stream.exchange, path, value.encode())


def source_address(stream: Stream) -> str | None:
    """The client's address, without its port."""
    address = get(stream, "source", "address")
    return None if address is None else address.rpartition(":")[0].strip("[]")


def time(stream: Stream) -> float:
    """When the request came, in seconds since 1970. Filters have no other clock."""
    return get(stream, "request", "time") / 1e9
