"""The editor's interface `witdock:editor/prompts`. Importing this module requests a grant of that name."""

from . import wit as _wit  # noqa: F401  Sets the import path of the interface.
from wit_world.imports.prompts import *  # noqa: F403
