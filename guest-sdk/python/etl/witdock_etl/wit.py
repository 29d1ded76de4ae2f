"""The interface's types: generated from the WIT in a component, and written by hand for native tests."""

import sys
from pathlib import Path

try:
    import witdock_plugin
except ImportError:
    # In a component the build finds it.
    sys.path.append(str(Path(__file__).resolve().parents[2] / "common/lib"))

from witdock_plugin.settings import SettingsError, read_settings

try:
    from componentize_py_types import Err
    from wit_world.imports import types
except ImportError:
    from . import native as types
    from .native import Err

__all__ = ["Err", "SettingsError", "read_settings", "types"]
