"""Parses settings, which are JSON text, into a dataclass."""

import json
from dataclasses import MISSING, fields
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints


class SettingsError(Exception):
    """The settings are invalid. The text says what was found and what was expected."""


_JSON_NAMES = {str: "text", int: "a whole number", float: "a number", bool: "true or false", list: "a list", dict: "a table"}


def read_settings(cls: type | None, text: str) -> Any:
    """Returns the settings, or raises a SettingsError. A ValueError from `__post_init__` becomes one too."""
    given: dict[str, Any] = json.loads(text)
    known = {} if cls is None else {field.name: field for field in fields(cls)}
    for name in given:
        if name not in known:
            expected = f"expected `{'`, `'.join(known)}`" if known else "this plugin has no settings"
            raise SettingsError(f"unknown field `{name}`, {expected}")
    if cls is None:
        return None
    hints = get_type_hints(cls)
    for name, field in known.items():
        if name in given:
            _check(name, given[name], hints[name])
        elif field.default is MISSING and field.default_factory is MISSING:
            raise SettingsError(f"missing field `{name}`")
    try:
        return cls(**given)
    except ValueError as error:
        raise SettingsError(str(error)) from None


def _plain(hint: Any) -> list[Any]:
    """The plain types of an annotation: list and None for `list[str] | None`."""
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return [plain for one in get_args(hint) for plain in _plain(one)]
    return [origin or hint]


def _check(name: str, value: Any, hint: Any) -> None:
    plain = _plain(hint)
    checked = [one for one in plain if one in _JSON_NAMES or one is NoneType]
    if len(checked) < len(plain):
        return
    fits = type(value) in checked or (type(value) is int and float in checked)
    if not fits:
        expected = " or ".join(_JSON_NAMES[one] for one in checked if one is not NoneType)
        raise SettingsError(f"`{name}` is {json.dumps(value):.60}; expected {expected}")
