"""The classes that the proxy calls. `build.py` generates the component's modules from them."""

from collections.abc import Callable
from typing import Any

from .errors import in_words
from .stream import Stream
from .wit import Err, http, log, read_settings, types

_registered: list[type] = []

_CALLBACKS = {
    "request_headers": http.Callbacks.REQUEST_HEADERS,
    "request_body": http.Callbacks.REQUEST_BODY,
    "request_trailers": http.Callbacks.REQUEST_TRAILERS,
    "response_headers": http.Callbacks.RESPONSE_HEADERS,
    "response_body": http.Callbacks.RESPONSE_BODY,
    "response_trailers": http.Callbacks.RESPONSE_TRAILERS,
    "log": http.Callbacks.LOG,
}
_EVENTS = ["tick", "queue", "retire"]


def proxy_filter(cls: type) -> type:
    """Registers a class as the filter. The README lists its methods; the proxy leaves out callbacks that it does not have."""
    if not any(hasattr(cls, name) for name in _CALLBACKS):
        raise TypeError(f"{cls.__name__} has none of the methods {', '.join(f'`{name}`' for name in _CALLBACKS)}")
    _registered.append(cls)
    return cls


def registered() -> type:
    """The plugin's class."""
    if len(_registered) != 1:
        raise TypeError(f"a plugin has exactly one class marked @proxy_filter, but this has {len(_registered)}")
    return _registered[0]


class Filter:
    # The filter's instance, and the callbacks that it does not have.
    active: Any = None
    lacking = http.Callbacks(0)

    def configure(self, configuration: Any) -> None:
        try:
            cls = registered()
            settings = read_settings(getattr(cls, "Settings", None), configuration.settings.decode() or "{}")
            Filter.active = cls(settings) if hasattr(cls, "Settings") else cls()
            Filter.lacking = http.Callbacks(0)
            for name, callback in _CALLBACKS.items():
                if not hasattr(cls, name):
                    Filter.lacking |= callback
            return
        except Exception as error:
            wrong = Err(in_words(error))
        # Outside of `except`, so that the error has no context.
        raise wrong


class HttpFilter:
    pass


class HttpStream:
    def __init__(self, exchange: http.Exchange) -> None:
        exchange.ignore(Filter.lacking)
        self._stream = Stream(exchange)

    def _on(self, name: str, *values: Any) -> types.Action:
        method = getattr(Filter.active, name, None)
        if method is None:
            return types.Action.PROCEED
        return self._guarded(lambda: method(self._stream, *values)) or types.Action.PROCEED

    def _guarded(self, call: Callable[[], types.Action | None]) -> types.Action | None:
        """An error ends the exchange: with 500 if the response has not begun, otherwise the connection is closed."""
        try:
            return call()
        except Exception as error:
            text = in_words(error)
        log.error(text)
        try:
            headers = {"content-type": "text/plain; charset=utf-8"}
            return self._stream.respond(500, "a filter of this server failed\n", headers, details=text)
        except Err:
            return self._stream.abort()

    def on_request_headers(self, end_of_stream: bool) -> types.Action:
        return self._on("request_headers", end_of_stream)

    def on_request_body(self, size: int, end_of_stream: bool) -> types.Action:
        return self._on("request_body", end_of_stream)

    def on_request_trailers(self) -> types.Action:
        return self._on("request_trailers")

    def on_response_headers(self, end_of_stream: bool) -> types.Action:
        return self._on("response_headers", end_of_stream)

    def on_response_body(self, size: int, end_of_stream: bool) -> types.Action:
        return self._on("response_body", end_of_stream)

    def on_response_trailers(self) -> types.Action:
        return self._on("response_trailers")

    def on_call_ended(self, call: int, outcome: Any) -> None:
        then = self._stream.waiting.pop(call, None)
        if then is not None and self._guarded(lambda: then(outcome)) is types.Action.PAUSE:
            # What waited for the answer must not wait any longer.
            self._stream.resume(http.Side.REQUEST)
            self._stream.resume(http.Side.RESPONSE)

    def log(self) -> None:
        self._on("log")


class Events:
    # What waits for answers to the instance's calls, by their numbers.
    waiting: dict[int, Callable[[Any], None]] = {}

    def on_tick(self) -> None:
        if hasattr(Filter.active, "tick"):
            Filter.active.tick()

    def on_call_ended(self, call: int, outcome: Any) -> None:
        then = Events.waiting.pop(call, None)
        if then is not None:
            then(outcome)

    def on_queue(self, queue: int) -> None:
        if hasattr(Filter.active, "queue"):
            Filter.active.queue(queue)

    def on_retire(self) -> bool:
        return Filter.active.retire() if hasattr(Filter.active, "retire") else True

