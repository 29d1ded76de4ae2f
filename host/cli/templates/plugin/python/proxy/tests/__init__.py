"""Adds the plugin's module and its SDK to the path, as a component's build does."""

import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT / "src"), str(PROJECT / "sdk/proxy")]
