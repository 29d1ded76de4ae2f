"""Builds the component of a plugin: `python3 build.py SOURCE OUTPUT`. The command of a plugin's `[build]`."""

import sys
from pathlib import Path

SDK = Path(__file__).resolve().parent
sys.path.insert(0, str(SDK.parent / "common"))

from component import Interface, main  # noqa: E402

main(
    Interface(
        name="etl",
        package="witdock_etl",
        folder=SDK,
        provided={
            "metrics": "metrics",
            "lookup": "lookup",
            "side_output": "side-output",
            "log": "witdock:plugin/log@0.1.0",
        },
        export="transform",
        classes=["State", "Transform"],
        resources=["Session"],
    )
)
