"""Builds the component of a plugin for any interface: `python3 build.py WIT WORLD SOURCE OUTPUT`. The command of a plugin's `[build]`.

WIT is a file or a folder with `deps`, and WORLD the qualified name of the plugin's world: `namespace:package/world`. Beside the
component come `stubs/`, the world's types for editors and native tests; `python3 build.py --stubs WIT WORLD FOLDER` makes them alone.
"""

from component import main_of_world

main_of_world()
