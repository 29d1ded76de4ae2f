"""HTTP calls to the clusters that the filter was given. Needs the grant `witdock:proxy/http-calls`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import component
from .stream import Stream
from .wit import Ok, types

from wit_world.imports import http_calls as _host


@dataclass
class Answer:
    """The answer to a call, or why there is none: `failure` is then a `CallFailure`."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    failure: types.CallFailure | None = None

    def get(self, name: str) -> str | None:
        return next((value for own, value in self.headers if own == name), None)


def _answer(outcome: Any) -> Answer:
    if not isinstance(outcome, Ok):
        return Answer(0, [], b"", outcome.value)
    headers = [(header.name, header.value.decode(errors="replace")) for header in outcome.value.headers]
    answer = Answer(0, headers, outcome.value.body)
    answer.status = int(answer.get(":status") or 0)
    return answer


def request(
    cluster: str,
    path: str,
    *,
    method: str = "GET",
    authority: str | None = None,
    headers: dict[str, str] | None = None,
    body: str | bytes = b"",
    timeout_ms: int = 5000,
) -> Any:
    """A request for `call`."""
    first = {":method": method, ":authority": authority or cluster, ":path": path}
    listed = [types.Header(name, value.encode()) for name, value in {**first, **(headers or {})}.items()]
    body = body.encode() if isinstance(body, str) else body
    return _host.Request(cluster, listed, body, [], timeout_ms)


def call(stream: Stream, wanted: Any, then: Callable[[Answer], Any]) -> int:
    """Begins a call for an exchange. `then` gets the answer, while the exchange lasts; it resumes what was paused for it."""
    number = _host.start_for(stream.exchange, wanted)
    stream.waiting[number] = lambda outcome: then(_answer(outcome))
    return number


def call_from_instance(wanted: Any, then: Callable[[Answer], Any]) -> int:
    """Begins a call that belongs to no exchange, for example in `tick`."""
    number = _host.start(wanted)
    component.Events.waiting[number] = lambda outcome: then(_answer(outcome))
    return number
