"""Builds the component of a plugin: `python3 build.py SOURCE OUTPUT`. The command of a plugin's `[build]`."""

import sys
from pathlib import Path

SDK = Path(__file__).resolve().parent
sys.path.insert(0, str(SDK.parent / "common"))

from component import Interface, main  # noqa: E402

PROVIDED = ["documents", "selections", "viewport", "workspace", "messages", "status_line", "panels", "decorations"]
PROVIDED += ["prompts", "clipboard", "settings", "timers", "jobs"]

main(
    Interface(
        name="editor",
        package="witdock_editor",
        folder=SDK,
        provided={**{name: name.replace("_", "-") for name in PROVIDED}, "log": "witdock:plugin/log@0.1.0"},
        export="plugin",
        classes=["Plugin", "State"],
        resources=[],
    )
)
