"""Makes a component of a plugin: `python3 build.py SOURCE OUTPUT`. The command of a plugin's `[build]`."""

import ast
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

SDK = Path(__file__).resolve().parent
INTERFACES = SDK.parents[2] / "wit"
VENV = SDK / ".venv"
REQUIREMENTS = SDK / "requirements.txt"

# The SDK's modules over what the host lends, and what a world imports for them.
LENT = {
    "metrics": "metrics",
    "lookup": "lookup",
    "side_output": "side-output",
    "log": "witdock:plugin/log@0.1.0",
}

# The component's own modules: `app` imports the plugin, and the exported resource is looked for in `transform`.
APP = "witdock_app"
RESERVED = [APP, "transform", "wit_world", "witdock_etl"]

# Says what the plugin keeps, before minutes go by over one that cannot be imported.
INSPECT = """
import importlib, sys, traceback
module, folder, source = sys.argv[1:]
try:
    importlib.import_module(module)
    from witdock_etl.component import registered
    print("state" if hasattr(registered(), "save") else "")
except Exception as error:
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(folder)]
    place = f"{own[-1].filename}:{own[-1].lineno}" if own else source
    sys.exit(f"{place}: error: {type(error).__name__}: {error}")
"""


@contextlib.contextmanager
def locked():
    """One build at a time installs."""
    with open(SDK / ".lock", "w") as lock:
        try:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX)
        except ImportError:
            pass
        yield


def tools() -> Path:
    """The virtual environment's programs, installed on first use."""
    programs = VENV / ("Scripts" if os.name == "nt" else "bin")
    wanted = REQUIREMENTS.read_text()
    installed = VENV / "installed.txt"
    with locked():
        if not installed.exists() or installed.read_text() != wanted:
            print(f"installing the build's packages in {VENV}", flush=True)
            venv.create(VENV, with_pip=True, clear=True)
            pip = [programs / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            subprocess.run([*pip, "-r", REQUIREMENTS], check=True)
            installed.write_text(wanted)
    return programs


def used(folder: Path) -> list[str]:
    """What of the host's interfaces a plugin imports: what a component imports it has to be granted."""
    names = set()
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_bytes(), str(file))):
            match node:
                case ast.Import(names=imported):
                    names.update(one.name for one in imported)
                case ast.ImportFrom(module=str(module), names=imported, level=0):
                    names.update([module, *(f"{module}.{one.name}" for one in imported)])
    return [lent for module, lent in LENT.items() if f"witdock_etl.{module}" in names]


def build(source: Path, output: Path) -> None:
    folder, module = source.parent, source.stem
    if module in RESERVED:
        sys.exit(f"{source}: error: a plugin's module cannot be called {module}")
    programs = tools()
    imports = used(folder)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), str(SDK)]), "PYTHONDONTWRITEBYTECODE": "1"}
    inspected = subprocess.run(
        [programs / "python", "-c", INSPECT, module, folder, source],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    if inspected.returncode != 0:
        sys.exit(1)
    exports = ["transform"]
    if inspected.stdout.split()[-1:] == ["state"]:
        exports.append("witdock:plugin/state@0.1.0")

    with tempfile.TemporaryDirectory(prefix="witdock-") as temporary:
        # One folder with the interface and what it depends on, as the component's builder wants it.
        wit = Path(temporary, "wit")
        shutil.copytree(INTERFACES / "etl", wit)
        shutil.copytree(INTERFACES / "plugin", wit / "deps/plugin")
        lines = [*(f"  import {name};" for name in imports), *(f"  export {name};" for name in exports)]
        (wit / "built.wit").write_text("\n".join(["world built {", *lines, "}", ""]))

        app = Path(temporary, "app")
        app.mkdir()
        (app / f"{APP}.py").write_text(f"import {module}\nfrom witdock_etl.component import State, Transform\n")
        (app / "transform.py").write_text("from witdock_etl.component import Session\n")

        output.parent.mkdir(parents=True, exist_ok=True)
        made = Path(temporary, "plugin.wasm")
        command = [programs / "componentize-py", "-q", "-d", wit, "-w", "witdock:etl/built", "componentize"]
        # The host lends no WASI: what is not granted is not imported.
        command += ["--stub-wasi", "-p", app, "-p", folder, "-p", SDK, APP, "-o", made]
        if subprocess.run(command).returncode != 0:
            sys.exit(1)
        shutil.move(made, output)


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit("usage: python3 build.py SOURCE OUTPUT")
    try:
        build(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve())
    except SyntaxError as error:
        sys.exit(f"{error.filename}:{error.lineno}:{error.offset}: error: {error.msg}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
