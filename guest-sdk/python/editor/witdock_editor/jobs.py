"""The editor's interface `witdock:editor/jobs`. Importing this module requests a grant of that name."""

from . import wit as _wit  # noqa: F401  Sets the import path of the interface.
from wit_world.imports.jobs import *  # noqa: F403
