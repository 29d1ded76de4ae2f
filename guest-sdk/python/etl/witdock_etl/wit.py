"""The interface's own types: made from the WIT in a component, and the same by hand in a native test."""

try:
    from componentize_py_types import Err
    from wit_world.imports import types
except ImportError:
    from . import native as types
    from .native import Err

__all__ = ["Err", "types"]
