"""The plugin's modules and its SDK are where a component's build looks for them."""

import sys
from pathlib import Path

PLUGIN = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PLUGIN / "src"), str(PLUGIN.parents[2] / "guest-sdk/python/editor")]
