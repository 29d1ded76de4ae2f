"""The plugin's modules are where a component's build looks for them. The interface's types are stubs, which each build makes of the WIT."""

import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
STUBS = PROJECT / "stubs"
sys.path[:0] = [str(PROJECT / "src"), str(STUBS)]

if not STUBS.exists():
    build = [sys.executable, "sdk/common/build.py", "--stubs", "wit", "{{world}}", "stubs"]
    subprocess.run(build, cwd=PROJECT, check=True)
