"""One request with its response, as a filter sees it."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from .wit import http, types

# Larger than any body.
_ALL = 2**63 - 1


def _bytes(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else bytes(value)


def _text(value: bytes) -> str:
    return value.decode(errors="replace")


class Headers:
    """Headers or trailers: names in lower case, values as text, with duplicates, in order."""

    def __init__(self, exchange: http.Exchange, part: http.Part) -> None:
        self._exchange, self._part = exchange, part

    def get(self, name: str) -> str | None:
        """The first header of this name."""
        value = self._exchange.header(self._part, name)
        return None if value is None else _text(value)

    def get_all(self, name: str) -> list[str]:
        """The values of all headers of this name."""
        return [_text(value) for value in self._exchange.header_values(self._part, name)]

    def __contains__(self, name: str) -> bool:
        return self._exchange.header(self._part, name) is not None

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """All of them as pairs."""
        return ((header.name, _text(header.value)) for header in self._exchange.headers(self._part) or [])

    def set(self, name: str, value: str | bytes) -> None:
        """Puts one header in place of all of this name."""
        self._exchange.set_header(self._part, name, _bytes(value))

    def append(self, name: str, value: str | bytes) -> None:
        """Adds a header, in addition to others of this name."""
        self._exchange.add_header(self._part, name, _bytes(value))

    def remove(self, name: str) -> None:
        self._exchange.remove_header(self._part, name)

    def replace_all(self, pairs: Iterable[tuple[str, str | bytes]]) -> None:
        """Puts these in place of all. A message without trailers is given some at the end of its body."""
        self._exchange.set_headers(self._part, [types.Header(name, _bytes(value)) for name, value in pairs])


class Request(Headers):
    @property
    def method(self) -> str:
        return self.get(":method") or ""

    @property
    def path(self) -> str:
        """The path with its query."""
        return self.get(":path") or ""

    @path.setter
    def path(self, path: str) -> None:
        self.set(":path", path)

    @property
    def authority(self) -> str:
        return self.get(":authority") or ""

    @property
    def scheme(self) -> str:
        return self.get(":scheme") or ""


class Response(Headers):
    @property
    def status(self) -> int:
        """The status, or 0 if there is no response yet."""
        return int(self.get(":status") or 0)

    @status.setter
    def status(self, status: int) -> None:
        self.set(":status", str(status))


class Body:
    """What is held of a body."""

    def __init__(self, exchange: http.Exchange, side: http.Side) -> None:
        self._exchange, self._side = exchange, side

    @property
    def size(self) -> int:
        return self._exchange.body_size(self._side)

    def read(self, start: int = 0, length: int = _ALL) -> bytes:
        """Some of its bytes; all of them unless a range is given."""
        return self._exchange.body(self._side, start, length)

    def replace(self, data: str | bytes) -> None:
        """Puts data in place of all of it."""
        self.splice(0, _ALL, data)

    def append(self, data: str | bytes) -> None:
        self.splice(_ALL, 0, data)

    def prepend(self, data: str | bytes) -> None:
        self.splice(0, 0, data)

    def splice(self, start: int, length: int, data: str | bytes) -> None:
        """Puts data in place of these bytes. The range is cut at the body's end."""
        self._exchange.edit_body(self._side, start, length, _bytes(data))


class Stream:
    """A filter's part of one exchange. Attributes that a filter sets are its own, until the exchange ends."""

    def __init__(self, exchange: http.Exchange) -> None:
        self.exchange = exchange
        self.request = Request(exchange, http.Part.REQUEST_HEADERS)
        self.response = Response(exchange, http.Part.RESPONSE_HEADERS)
        self.request_trailers = Headers(exchange, http.Part.REQUEST_TRAILERS)
        self.response_trailers = Headers(exchange, http.Part.RESPONSE_TRAILERS)
        self.request_body = Body(exchange, http.Side.REQUEST)
        self.response_body = Body(exchange, http.Side.RESPONSE)
        # What waits for answers to calls, by their numbers.
        self.waiting: dict[int, Callable[[Any], None]] = {}

    def respond(
        self,
        status: int,
        body: str | bytes = b"",
        headers: dict[str, str] | Iterable[tuple[str, str]] = (),
        *,
        details: str = "",
        grpc_status: int | None = None,
    ) -> types.Action:
        """Answers the client, instead of the upstream: `return stream.respond(403, "no\\n")`."""
        pairs = headers.items() if isinstance(headers, dict) else headers
        listed = [types.Header(name, _bytes(value)) for name, value in pairs]
        self.exchange.respond(types.Response(status, listed, _bytes(body), grpc_status, details))
        return types.Action.PAUSE

    def resume(self, side: http.Side) -> None:
        """Lets a side that was paused go on."""
        self.exchange.resume(side)

    def abort(self) -> types.Action:
        """Ends the exchange without an answer."""
        self.exchange.abort()
        return types.Action.PAUSE
