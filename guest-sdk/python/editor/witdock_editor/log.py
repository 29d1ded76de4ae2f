"""Lines for the editor's log. Python's `logging` asks for the time, which a component cannot."""

from . import wit as _wit  # noqa: F401  It says where the interface is.
from witdock_plugin.log import debug, error, info, trace, warn

__all__ = ["debug", "error", "info", "trace", "warn"]
