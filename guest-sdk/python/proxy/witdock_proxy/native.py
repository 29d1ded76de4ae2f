"""A proxy in memory with one filter, which filters use in native tests. Tests use it through `testing`."""

import importlib
import re
from typing import Any

_CONNECTION = {"connection", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade"}
_OWN_PROPERTIES = {"request", "response", "source", "destination", "connection", "upstream", "route", "cluster"}


def _module(name: str) -> Any:
    return importlib.import_module(f"wit_world.imports.{name}")


def _error(value: Any) -> Exception:
    from componentize_py_types import Err

    return Err(value)


def _invalid(text: str) -> Exception:
    return _error(_module("types").EditError_Invalid(text))


def header(part: Any, name: str, value: bytes) -> Any:
    """A header as the proxy takes it."""
    lower = name.lower()
    if part is _module("http").Part.REQUEST_HEADERS and lower == "host":
        lower = ":authority"
    if not re.fullmatch(r":?[a-z0-9!#$%&'*+.^_`|~-]+", lower) or lower in _CONNECTION:
        raise _invalid(f"`{name}` is not a header that a filter may change")
    if any((byte < 0x20 and byte != 9) or byte == 0x7F for byte in value):
        raise _invalid(f"the value of `{name}` has control characters")
    return _module("types").Header(lower, value)


class Body:
    def __init__(self) -> None:
        self.held, self.place, self.edited = b"", "absent", False


class Exchange:
    """Implements `http.Exchange` of the interface, with the same refusals."""

    def __init__(self, world: "World") -> None:
        self.world, self.began = world, world.now
        # Headers by their parts, and the parts that have gone.
        self.parts: dict[Any, list[Any]] = {}
        self.gone: set[Any] = set()
        self.bodies: dict[Any, Body] = {}
        self.ignored = _module("http").Callbacks(0)
        self.properties: dict[tuple[str, ...], bytes] = {}
        self.asked_response: Any = None
        self.asked_resume: set[Any] = set()
        self.asked_abort = False

    def headers(self, part: Any) -> list[Any] | None:
        own = self.parts.get(part)
        return None if own is None else list(own)

    def header(self, part: Any, name: str) -> bytes | None:
        return next(iter(self.header_values(part, name)), None)

    def header_values(self, part: Any, name: str) -> list[bytes]:
        return [own.value for own in self.parts.get(part, []) if own.name == name.lower()]

    def _here(self, part: Any) -> list[Any]:
        types = _module("types")
        if part not in self.parts:
            raise _error(types.EditError_Absent())
        if part in self.gone:
            raise _error(types.EditError_Gone())
        return self.parts[part]

    def set_header(self, part: Any, name: str, value: bytes) -> None:
        own, new = self._here(part), header(part, name, value)
        at = next((at for at, one in enumerate(own) if one.name == new.name), None)
        if at is None:
            own.append(new)
            return
        own[at] = new
        own[at + 1 :] = [one for one in own[at + 1 :] if one.name != new.name]

    def add_header(self, part: Any, name: str, value: bytes) -> None:
        own, new = self._here(part), header(part, name, value)
        if new.name.startswith(":") or new.name == "content-length":
            raise _invalid(f"there is one `{name}` at most: set it")
        own.append(new)

    def remove_header(self, part: Any, name: str) -> None:
        own, lower = self._here(part), header(part, name, b"").name
        if lower.startswith(":"):
            raise _invalid(f"`{name}` cannot be removed")
        own[:] = [one for one in own if one.name != lower]

    def set_headers(self, part: Any, headers: list[Any]) -> None:
        http = _module("http")
        side = {http.Part.REQUEST_TRAILERS: http.Side.REQUEST, http.Part.RESPONSE_TRAILERS: http.Side.RESPONSE}.get(part)
        if side is not None and part not in self.parts and self.bodies[side].place == "here":
            self.parts[part] = []
        own = self._here(part)
        new = [header(part, one.name, one.value) for one in headers]
        names = {one.name for one in new}
        own[:] = [one for one in own if one.name.startswith(":") and one.name not in names] + new

    def body_size(self, side: Any) -> int:
        return len(self.bodies[side].held) if side in self.bodies else 0

    def body(self, side: Any, start: int, length: int) -> bytes:
        return self.bodies[side].held[start : start + length] if side in self.bodies else b""

    def edit_body(self, side: Any, start: int, length: int, data: bytes) -> None:
        http, types = _module("http"), _module("types")
        body = self.bodies.get(side)
        if body is None or body.place == "absent":
            raise _error(types.EditError_Absent())
        if body.place == "gone":
            raise _error(types.EditError_Gone())
        start = min(start, len(body.held))
        end = min(start + length, len(body.held))
        if end - start != len(data):
            head = http.Part.REQUEST_HEADERS if side is http.Side.REQUEST else http.Part.RESPONSE_HEADERS
            if head in self.gone and any(one.name == "content-length" for one in self.parts[head]):
                raise _invalid("the headers have gone with a `content-length`: remove it when the headers come, or keep the size")
            body.edited = True
        body.held = body.held[:start] + data + body.held[end:]

    def respond(self, response: Any) -> None:
        http = _module("http")
        if not 200 <= response.status <= 599:
            text = f"the status is {response.status}: expected a number from 200 to 599"
            raise _error(http.RespondError_Invalid(text))
        for one in response.headers:
            header(None, one.name, one.value)
        if http.Part.RESPONSE_HEADERS in self.gone:
            raise _error(http.RespondError_Begun())
        self.asked_response = response

    def resume(self, side: Any) -> None:
        self.asked_resume.add(side)

    def abort(self) -> None:
        self.asked_abort = True

    def ignore(self, callbacks: Any) -> None:
        self.ignored |= callbacks


class World:
    """What a proxy has apart from exchanges."""

    def __init__(self) -> None:
        # The time, in nanoseconds since 1970: it begins with 2026.
        self.now = 1_767_225_600 * 10**9
        self.source = "203.0.113.7:50000"
        self.shared: dict[str, Any] = {}
        self.metrics: dict[str, int] = {}
        self.queues: list[tuple[str, list[bytes]]] = []
        self.clusters: dict[str, Any] = {}
        self.calls: list[tuple[int, Any]] = []
        self.last_call = 0
        self.tick_ms = 0
        self.is_done = False


world: World | None = None


def _now() -> World:
    global world
    if world is None:
        world = World()
    return world


def _begin(request: Any) -> int:
    own = _now()
    if request.cluster not in own.clusters:
        known = ", ".join(own.clusters) or "none"
        raise _error(_module("http_calls").CallError_UnknownCluster(f"the filter may call: {known}"))
    own.last_call += 1
    own.calls.append((own.last_call, request))
    return own.last_call


def _store(key: str, value: bytes) -> None:
    before = _now().shared.get(key)
    _now().shared[key] = _module("shared_data").Entry(value, 1 if before is None else before.version + 1)


def _compare_and_set(key: str, value: bytes, version: int | None) -> None:
    before = _now().shared.get(key)
    if (None if before is None else before.version) != version:
        raise _error(_module("shared_data").StoreError_Changed())
    _store(key, value)


def _define(kind: Any, name: str) -> int:
    _now().metrics.setdefault(name, 0)
    return list(_now().metrics).index(name)


def _add(metric: int, by: int) -> None:
    _now().metrics[list(_now().metrics)[metric]] += by


def _record(metric: int, value: int) -> None:
    _now().metrics[list(_now().metrics)[metric]] = value


def _property(exchange: Exchange, path: list[str]) -> Any:
    types = _module("types")
    match path:
        case ["request", "time"]:
            return types.Property_Timestamp(exchange.began)
        case ["request", "duration"]:
            return types.Property_Duration(_now().now - exchange.began)
        case ["source", "address"]:
            return types.Property_Text(_now().source.encode())
        case _:
            value = exchange.properties.get(tuple(path))
            return None if value is None else types.Property_Text(value)


def _set_property(exchange: Exchange, path: list[str], value: bytes) -> bool:
    if not path or path[0] in _OWN_PROPERTIES:
        return False
    exchange.properties[tuple(path)] = value
    return True


def _register(name: str) -> int:
    names = [own for own, _ in _now().queues]
    if name not in names:
        _now().queues.append((name, []))
    return [own for own, _ in _now().queues].index(name)


def _find(scope: str, name: str) -> int | None:
    return _register(name) if scope == "tested" and name in [own for own, _ in _now().queues] else None


def _send(queue: int, message: bytes) -> None:
    if queue >= len(_now().queues):
        raise _error(_module("queues").SendError_NoSuchQueue())
    _now().queues[queue][1].append(message)


def _receive(queue: int) -> bytes | None:
    messages = _now().queues[queue][1] if queue < len(_now().queues) else []
    return messages.pop(0) if messages else None


def install() -> None:
    """Puts the proxy in memory behind the stubs' functions."""
    functions = {
        "http_calls": {"start": _begin, "start_for": lambda _, request: _begin(request), "cancel": lambda _: None},
        "shared_data": {
            "get": lambda key: _now().shared.get(key),
            "set": _store,
            "compare_and_set": _compare_and_set,
            "remove": lambda key: _now().shared.pop(key, None) is not None,
        },
        "metrics": {
            "define": _define,
            "add": _add,
            "record": _record,
            "read": lambda metric: list(_now().metrics.values())[metric],
        },
        "properties": {"of_exchange": _property, "of_proxy": lambda _: None, "set": _set_property},
        "queues": {"register": _register, "find": _find, "send": _send, "receive": _receive},
        "timers": {"set_tick": lambda period: setattr(_now(), "tick_ms", period)},
        "retirement": {"done": lambda: setattr(_now(), "is_done", True)},
        "log": {
            "write": lambda *_: None,
            "max_level": lambda: _module("log").Level.ERROR,
            "panicked": lambda *_: None,
        },
    }
    for name, own in functions.items():
        for function, implementation in own.items():
            setattr(_module(name), function, implementation)
