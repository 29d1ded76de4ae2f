"""The interface's types and functions: generated from the WIT in a component, and the committed stubs in native tests."""

import sys
from pathlib import Path

try:
    import wit_world
except ImportError:
    _SDK = Path(__file__).resolve().parents[1]
    sys.path += [str(_SDK / "stubs"), str(_SDK.parent / "common/lib")]
    from . import native

    native.install()

from componentize_py_types import Err, Ok
from wit_world.imports import http, types
from witdock_plugin import log
from witdock_plugin.settings import SettingsError, read_settings

__all__ = ["Err", "Ok", "SettingsError", "http", "log", "read_settings", "types"]
