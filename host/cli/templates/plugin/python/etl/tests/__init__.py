"""The plugin's module and its SDK are where a component's build looks for them."""

import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT / "src"), str(PROJECT / "sdk/etl")]
