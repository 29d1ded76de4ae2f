"""The classes that the host calls. `build.py` generates the component's modules from them."""

from collections.abc import Callable
from typing import Any

from . import session as run
from .errors import in_words, told
from .schema import Field
from .wit import Err, types

_registered: list[type] = []


def transform(cls: type) -> type:
    """Registers a class as the transform. The README lists its methods."""
    if not callable(getattr(cls, "describe", None)):
        raise TypeError(f"{cls.__name__} has no method `describe`")
    if hasattr(cls, "row") == hasattr(cls, "columns"):
        raise TypeError(f"{cls.__name__} must have either `row` or `columns`")
    _registered.append(cls)
    return cls


def registered() -> type:
    """The plugin's transform."""
    if len(_registered) != 1:
        raise TypeError(f"a plugin has exactly one class marked @transform, but this has {len(_registered)}")
    return _registered[0]


def _guarded(call: Callable[[], Any], tell: Callable[[Exception], Exception] = told) -> Any:
    try:
        return call()
    except Exception as error:
        wrong = tell(error)
    # Outside of `except`, so that the error has no context.
    raise wrong


class Transform:
    def describe(self, input: list[Field], settings: str) -> types.Contract:
        return _guarded(lambda: run.describe(registered(), input, settings).to_wit())


class Session:
    # The last session is the open one: the host opens one at a time for a plugin that keeps state.
    latest: "Session | None" = None

    def __init__(self, input: list[Field], settings: str) -> None:
        # A constructor cannot fail, so its error is stored until the first call.
        self._problem: Exception | None = None
        try:
            self._run = run.Session(registered(), input, settings)
        except Exception as error:
            self._problem = error
        Session.latest = self

    def open(self) -> run.Session:
        if self._problem is not None:
            raise self._problem
        return self._run

    def process(self, input: types.Batch) -> types.Output:
        return _guarded(lambda: self.open().process(input))

    def finish(self) -> types.Output:
        return _guarded(lambda: self.open().finish())


class State:
    def save(self) -> bytes:
        return _guarded(lambda: _latest().save(), _in_words)

    def restore(self, saved: bytes) -> None:
        _guarded(lambda: _latest().restore(saved), _in_words)


def _in_words(error: Exception) -> Err:
    return Err(in_words(error))


def _latest() -> run.Session:
    if Session.latest is None:
        raise RuntimeError("no session is open; the host has to open one before it saves or restores")
    return Session.latest.open()
