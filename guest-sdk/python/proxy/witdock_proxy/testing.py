"""Runs a filter natively, for its tests, in a proxy in memory with this one filter:

    proxy = open_proxy(Hide, {"below": ["/internal"]})
    exchanged = proxy.run("GET", "/internal")
    assert exchanged.status == 404

What has gone cannot be changed, a pause holds what comes, and an answer passes the filter's own response callbacks, as in the
real one.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from . import component, native
from .wit import Err, Ok, http, types

Pairs = dict[str, str] | Iterable[tuple[str, str]]


@dataclass
class Message:
    """A request or a response: headers with those that begin with `:` first, a body in pieces, and trailers."""

    headers: list[tuple[str, str]]
    pieces: list[bytes] = field(default_factory=list)
    trailers: list[tuple[str, str]] | None = None

    def get(self, name: str) -> str | None:
        return next((value for own, value in self.headers if own == name), None)

    def get_all(self, name: str) -> list[str]:
        return [value for own, value in self.headers if own == name]

    @property
    def body(self) -> bytes:
        return b"".join(self.pieces)

    @property
    def path(self) -> str:
        return self.get(":path") or ""

    @property
    def status(self) -> int:
        return int(self.get(":status") or 0)


def response(status: int, body: bytes | str = b"", headers: Pairs = (), *, pieces: list[bytes] | None = None) -> Message:
    """A response of an upstream or a cluster."""
    return _message([(":status", str(status))], headers, body, pieces, None)


def _message(first: Pairs, headers: Pairs, body: bytes | str, pieces: list[bytes] | None, trailers: Pairs | None) -> Message:
    def pairs(given: Pairs) -> list[tuple[str, str]]:
        return [(name.lower(), value) for name, value in (given.items() if isinstance(given, dict) else given)]

    body = body.encode() if isinstance(body, str) else body
    listed = pairs(first) + pairs(headers)
    if pieces is None:
        pieces = [body] if body else []
        if body:
            listed.append(("content-length", str(len(body))))
    return Message(listed, pieces, None if trailers is None else pairs(trailers))


@dataclass
class Exchanged:
    """What the upstream and the client saw; None for what did not come. `end` is "complete", "aborted" or "paused"."""

    request: Message | None = None
    response: Message | None = None
    end: str = "complete"
    details: str | None = None
    properties: dict[tuple[str, ...], bytes] = field(default_factory=dict)

    @property
    def status(self) -> int:
        return 0 if self.response is None else self.response.status


def open_proxy(cls: type, settings: dict[str, Any] | None = None) -> "Proxy":
    """Configures a filter. Settings that do not fit raise an `Err` with the text that the operator would see."""
    native.world = native.World()
    # The tests may define other filters; this class is the one to use.
    component._registered[:] = [cls]
    return Proxy(native.world, json.dumps(settings or {}))


class Proxy:
    def __init__(self, world: native.World, settings: str) -> None:
        self.world = world
        self.upstream: Callable[[Message], Message] = lambda request: response(200, "ok")
        self._events = component.Events()

        class Configuration:
            pass

        configuration = Configuration()
        configuration.settings = settings.encode()
        component.Filter().configure(configuration)

    def cluster(self, name: str, answer: Callable[[Message], Message]) -> None:
        """Gives the filter a cluster that it may call. `answer` may raise `Err(CallFailure.TIMEOUT)`."""
        self.world.clusters[name] = answer

    def run(
        self,
        method: str = "GET",
        path: str = "/",
        *,
        authority: str = "example.test",
        headers: Pairs = (),
        body: bytes | str = b"",
        pieces: list[bytes] | None = None,
        trailers: Pairs | None = None,
    ) -> Exchanged:
        """Takes a request through the filter to the upstream, and its response back to the client."""
        native.world = self.world
        first = {":authority": authority, ":path": path, ":method": method, ":scheme": "http"}
        exchange = native.Exchange(self.world)
        way = _Way(self, exchange, component.HttpStream(exchange))
        out = Exchanged(properties=exchange.properties)
        out.request, stop = way.take(http.Side.REQUEST, _message(first, headers, body, pieces, trailers))
        answer = self.upstream(out.request) if stop is None else way.own(stop, out)
        if answer is not None:
            out.response, stop = way.take(http.Side.RESPONSE, answer)
            if stop is not None:
                # A filter whose turn has passed does not see another response of this exchange.
                out.response = way.own(stop, out) or out.response
        if http.Callbacks.LOG not in exchange.ignored:
            way.stream.log()
        self.world.calls.clear()
        return out

    def tick(self) -> None:
        """Lets the filter's `tick` run, answers its calls, and tells it of messages in its queues."""
        native.world = self.world
        self.world.now += self.world.tick_ms * 10**6
        self._events.on_tick()
        while self.world.calls:
            number, request = self.world.calls.pop(0)
            self._events.on_call_ended(number, self.answer(request))
        for number, (_, messages) in enumerate(self.world.queues):
            for _ in range(len(messages)):
                self._events.on_queue(number)

    def answer(self, request: Any) -> Any:
        seen = _seen(request.headers, [request.body], None)
        try:
            answer = self.world.clusters[request.cluster](seen)
        except Err as failure:
            return failure
        return Ok(types.Answer(_headers(answer.headers), answer.body, []))


def _headers(pairs: list[tuple[str, str]]) -> list[Any]:
    return [types.Header(name, value.encode()) for name, value in pairs]


def _seen(headers: list[Any], pieces: list[bytes], trailers: list[Any] | None) -> Message:
    def pairs(given: list[Any]) -> list[tuple[str, str]]:
        return [(one.name, one.value.decode()) for one in given]

    return Message(pairs(headers), pieces, None if trailers is None else pairs(trailers))


class _Way:
    """An exchange on its way."""

    def __init__(self, proxy: Proxy, exchange: native.Exchange, stream: component.HttpStream) -> None:
        self.proxy, self.exchange, self.stream = proxy, exchange, stream

    def own(self, stop: Any, out: Exchanged) -> Message | None:
        """The response of the filter's own, if there is one."""
        if isinstance(stop, str):
            out.end = stop
            return None
        out.details = stop.details
        first = {":status": str(stop.status)}
        return _message(first, [(one.name, one.value.decode()) for one in stop.headers], stop.body, None, None)

    def take(self, side: http.Side, message: Message) -> tuple[Message | None, Any]:
        """Takes a message through the filter. Returns what came out, and why no more did."""
        exchange, name = self.exchange, side.name.lower()
        head, tail = http.Part[f"{side.name}_HEADERS"], http.Part[f"{side.name}_TRAILERS"]
        exchange.parts[head] = _headers(message.headers)
        exchange.parts.pop(tail, None)
        body = exchange.bodies[side] = native.Body()
        out: Message | None = None

        def call(what: str, *values: Any) -> types.Action:
            if http.Callbacks[f"{side.name}_{what.upper()}"] in exchange.ignored:
                return types.Action.PROCEED
            return getattr(self.stream, f"on_{name}_{what}")(*values)

        def step(action: types.Action, end: bool, waits: bool) -> Any:
            nonlocal out
            stop = self._asked()
            while stop is None and self.proxy.world.calls:
                number, request = self.proxy.world.calls.pop(0)
                self.stream.on_call_ended(number, self.proxy.answer(request))
                stop = self._asked()
            if stop is not None:
                return stop
            goes = action is types.Action.PROCEED or side in exchange.asked_resume
            exchange.asked_resume.discard(side)
            if not goes:
                return "paused" if waits else None
            if out is None:
                exchange.gone.add(head)
                self._adjust_length(head, body, end)
                out = _seen(exchange.parts[head], [], None)
            if body.held:
                out.pieces.append(body.held)
                body.held = b""
            if end:
                body.place = "gone"
                if tail in exchange.parts:
                    out.trailers = _seen(exchange.parts[tail], [], None).headers
            return None

        empty = not message.pieces and message.trailers is None
        action = call("headers", empty)
        stop = step(action, empty, empty or action is types.Action.PAUSE)
        for index, piece in enumerate(message.pieces):
            if stop is not None:
                return out, stop
            end = index == len(message.pieces) - 1 and message.trailers is None
            body.place, body.held = "here", body.held + piece
            stop = step(call("body", len(body.held), end), end, end)
        if stop is None and message.trailers is not None:
            body.place = "here"
            exchange.parts[tail] = _headers(message.trailers)
            stop = step(call("trailers"), True, True)
        return out, stop

    def _asked(self) -> Any:
        if self.exchange.asked_abort:
            return "aborted"
        asked, self.exchange.asked_response = self.exchange.asked_response, None
        return asked

    def _adjust_length(self, head: http.Part, body: native.Body, end: bool) -> None:
        """`content-length` is what the body has, if all of it is here, and none otherwise."""
        own = self.exchange.parts[head]
        if not body.edited or not any(one.name == "content-length" for one in own):
            return
        own[:] = [one for one in own if one.name != "content-length"]
        if end:
            own.append(types.Header("content-length", str(len(body.held)).encode()))
