"""The plugin's module and its SDK must be on the path, as in a component's build."""

import sys
from pathlib import Path

PLUGIN = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PLUGIN / "src"), str(PLUGIN.parents[2] / "guest-sdk/python/etl")]
