"""The editor's interface `witdock:editor/settings`. Importing this module requests a grant of that name."""

from . import wit as _wit  # noqa: F401  Sets the import path of the interface.
from wit_world.imports.settings import *  # noqa: F403
