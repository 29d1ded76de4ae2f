"""Adds the plugin's modules and the stubs of the interface's types to the path, as a component's build does."""

import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
STUBS = PROJECT / "stubs"
sys.path[:0] = [str(PROJECT / "src"), str(STUBS)]

if not STUBS.exists():
    build = [sys.executable, "sdk/common/build.py", "--stubs", "wit", "{{world}}", "stubs"]
    subprocess.run(build, cwd=PROJECT, check=True)
