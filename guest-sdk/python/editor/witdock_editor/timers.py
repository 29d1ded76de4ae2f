"""The editor's interface `witdock:editor/timers`. Importing this module requests a grant of that name."""

from . import wit as _wit  # noqa: F401  Sets the import path of the interface.
from wit_world.imports.timers import *  # noqa: F403
