"""Writes to the editor's log. Python's `logging` does not work, because it needs a clock."""

from . import wit as _wit  # noqa: F401  Sets the import path of the interface.
from witdock_plugin.log import debug, error, info, trace, warn

__all__ = ["debug", "error", "info", "trace", "warn"]
