"""The classes that the editor calls. `build.py` generates the component's module from them."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from . import errors
from .wit import plugin, read_settings, types

Keys = Sequence[str] | Callable[[Any], Sequence[str]]

_registered: list[type] = []

# The methods for events, and the events' kinds.
_SUBSCRIBED = {
    "on_opened": plugin.EventKinds.OPENED,
    "on_changed": plugin.EventKinds.CHANGED,
    "on_saved": plugin.EventKinds.SAVED,
    "on_closed": plugin.EventKinds.CLOSED,
    "on_cursor_moved": plugin.EventKinds.CURSOR_MOVED,
    "on_selection_changed": plugin.EventKinds.SELECTION_CHANGED,
    "on_idle": plugin.EventKinds.IDLE,
}
# Events that arrive without a subscription.
_ANSWERS = ["on_timer", "on_answered", "on_job_ended"]
_ABILITIES = {
    "format": plugin.Abilities.FORMAT,
    "complete": plugin.Abilities.COMPLETE,
    "hover": plugin.Abilities.HOVER,
}


def command(title: str, description: str = "", keys: Keys = ()) -> Callable[[Callable], Callable]:
    """Registers a method as a command. Its name is the method's, with `-` for `_`.

    `keys` are keys that run it, such as `["alt-u"]`, or a function that takes the plugin and returns them.
    """

    def mark(method: Callable) -> Callable:
        method.command = (method.__name__.replace("_", "-"), title, description, keys)
        return method

    return mark


def extension(cls: type) -> type:
    """Registers a class as the plugin. The README lists its methods."""
    if not any((_commands(cls), *(hasattr(cls, name) for name in [*_SUBSCRIBED, *_ABILITIES]))):
        known = ", ".join(f"`{name}`" for name in [*_ABILITIES, *_SUBSCRIBED])
        raise TypeError(f"{cls.__name__} has no @command, and none of the methods {known}")
    for name in dir(cls):
        if name.startswith("on_") and name not in [*_SUBSCRIBED, *_ANSWERS]:
            raise TypeError(f"{cls.__name__}.{name}: unknown event; the events are {', '.join([*_SUBSCRIBED, *_ANSWERS])}")
    _registered.append(cls)
    return cls


def registered() -> type:
    """The plugin's class."""
    if len(_registered) != 1:
        raise TypeError(f"a plugin has exactly one class marked @extension, but this has {len(_registered)}")
    return _registered[0]


def _commands(cls: type) -> dict[str, Callable]:
    """The commands by name, in the order of the source."""
    names = dict.fromkeys(name for base in reversed(cls.__mro__) for name in vars(base))
    methods = [getattr(cls, name) for name in names]
    return {method.command[0]: method for method in methods if hasattr(method, "command")}


def _guarded(call: Callable[[], Any], tell: Callable[[Exception], Exception]) -> Any:
    try:
        return call()
    except Exception as error:
        wrong = tell(error)
    # Outside of `except`, so that the error has no context.
    raise wrong


class Plugin:
    # The plugin's instance, created by the first call.
    active: Any = None

    def activate(self, settings: str) -> plugin.Registration:
        return _guarded(lambda: self._activate(settings), errors.of_activate)

    def _activate(self, text: str) -> plugin.Registration:
        cls = registered()
        settings = read_settings(getattr(cls, "Settings", None), text)
        active = Plugin.active = cls(settings) if hasattr(cls, "Settings") else cls()
        commands = []
        for name, title, description, keys in (method.command for method in _commands(cls).values()):
            commands.append(plugin.Command(name, title, description, list(keys(active) if callable(keys) else keys)))
        events, abilities = plugin.EventKinds(0), plugin.Abilities(0)
        for name, kind in _SUBSCRIBED.items():
            events |= kind if hasattr(cls, name) else plugin.EventKinds(0)
        for name, ability in _ABILITIES.items():
            abilities |= ability if hasattr(cls, name) else plugin.Abilities(0)
        return plugin.Registration(
            commands,
            events,
            abilities,
            list(getattr(cls, "languages", ())),
            [plugin.FileType(language, list(patterns)) for language, patterns in getattr(cls, "file_types", {}).items()],
            list(getattr(cls, "completion_triggers", ())),
        )

    def run_command(self, name: str, argument: str | None) -> None:
        method = _commands(registered())[name]
        takes_argument = method.__code__.co_argcount > 1
        arguments = (argument,) if takes_argument else ()
        _guarded(lambda: method(Plugin.active, *arguments), errors.of_command)

    def on_event(self, event: plugin.Event) -> None:
        # `Event_CursorMoved` goes to `on_cursor_moved`.
        case = type(event).__name__.rpartition("_")[2]
        name = "on" + "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in case)
        method = getattr(Plugin.active, name, None)
        if method is not None:
            method(event.value)

    def format(self, document: types.DocumentVersion) -> list[types.Edit]:
        return _guarded(lambda: list(Plugin.active.format(document)), errors.of_format)

    def complete(self, at: types.Location) -> list[plugin.Completion]:
        return list(Plugin.active.complete(at))

    def hover(self, at: types.Location) -> plugin.HoverText | None:
        return Plugin.active.hover(at)


class State:
    def save(self) -> bytes:
        return _guarded(lambda: json.dumps(Plugin.active.save()).encode(), errors.of_state)

    def restore(self, saved: bytes) -> None:
        _guarded(lambda: Plugin.active.restore(json.loads(saved)), errors.of_state)
