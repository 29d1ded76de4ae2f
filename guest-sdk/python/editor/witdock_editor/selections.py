"""The editor's interface `witdock:editor/selections`, which a plugin that imports this module is granted by that name."""

from . import wit as _wit  # noqa: F401  It says where the interface is.
from wit_world.imports.selections import *  # noqa: F403
