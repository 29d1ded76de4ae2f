"""The interface's types and functions: made from the WIT in a component, and the committed stubs in a native test."""

import sys
from pathlib import Path

try:
    import wit_world
except ImportError:
    _SDK = Path(__file__).resolve().parents[1]
    sys.path += [str(_SDK / "stubs"), str(_SDK.parent / "common/lib")]
    from . import native

    native.lend()

from componentize_py_types import Err, Ok
from wit_world.exports import plugin
from wit_world.imports import types
from witdock_plugin.settings import SettingsError, read_settings

__all__ = ["Err", "Ok", "SettingsError", "plugin", "read_settings", "types"]
