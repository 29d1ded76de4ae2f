"""Builds the component of a filter: `python3 build.py SOURCE OUTPUT`. The command of a plugin's `[build]`."""

import sys
from pathlib import Path

SDK = Path(__file__).resolve().parent
sys.path.insert(0, str(SDK.parent / "common"))

from component import Interface, main  # noqa: E402

PROVIDED = ["metrics", "properties", "queues", "retirement", "shared_data", "timers"]

main(
    Interface(
        name="proxy",
        package="witdock_proxy",
        folder=SDK,
        provided={
            **{name: name.replace("_", "-") for name in PROVIDED},
            "calls": "http-calls",
            "log": "witdock:plugin/log@0.1.0",
        },
        export="http_filter",
        exports=("filter", "http-filter", "events"),
        classes=["Events", "Filter", "HttpFilter"],
        resources=["HttpStream"],
    )
)
