"""Builds the component of a plugin in Python, for the `build.py` of each interface's SDK."""

import ast
import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
REQUIREMENTS = HERE / "requirements.txt"

# Imports the plugin first, to find errors before the build, which takes minutes.
INSPECT = """
import importlib, sys, traceback
module, package, folder, source = sys.argv[1:]
try:
    importlib.import_module(module)
    registered = importlib.import_module(f"{package}.component").registered()
    print("state" if hasattr(registered, "save") else "")
except Exception as error:
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(folder)]
    place = f"{own[-1].filename}:{own[-1].lineno}" if own else source
    sys.exit(f"{place}: error: {type(error).__name__}: {error}")
"""


@dataclass
class Interface:
    """An interface with an SDK."""

    # As in `wit/etl` and `witdock:etl`.
    name: str
    # The SDK's package, and its folder.
    package: str
    folder: Path
    # The SDK's modules for host interfaces, and the world's imports for each.
    provided: dict[str, str]
    # The interface that the plugin exports, and the classes of `component` that implement it.
    export: str
    classes: list[str]
    # The classes of exported resources. They are looked up in a module named after the interface.
    resources: list[str]
    # The world's exports, if there are others than `export`.
    exports: tuple[str, ...] = ()


def main(interface: Interface) -> None:
    """The main function of a `build.py` whose arguments are SOURCE and OUTPUT."""
    with _told():
        source, output = _arguments("SOURCE OUTPUT")
        _build(interface, source, output)


def main_of_world() -> None:
    """The main function of a `build.py` for any interface: WIT WORLD SOURCE OUTPUT, or `--stubs` WIT WORLD FOLDER."""
    with _told():
        if sys.argv[1:2] == ["--stubs"]:
            del sys.argv[1]
            wit, world, folder = _arguments("--stubs WIT WORLD FOLDER")
            _stubs(tools(), wit, str(world), folder)
            return
        wit, world, source, output = _arguments("WIT WORLD SOURCE OUTPUT")
        if source.stem == "wit_world":
            sys.exit(f"{source}: error: a plugin's module cannot be named wit_world")
        programs = tools()
        _stubs(programs, wit, str(world), Path("stubs"))
        _build_world(programs, wit, str(world), source.resolve(strict=True), output)


def _arguments(usage: str) -> list[Path]:
    given = sys.argv[1:]
    if len(given) != len([word for word in usage.split() if not word.startswith("--")]):
        sys.exit(f"usage: python3 build.py {usage}")
    return [Path(one) for one in given]


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Prints errors as one line with the place, so that editors can parse them."""
    try:
        yield
    except SyntaxError as error:
        sys.exit(f"{error.filename}:{error.lineno}:{error.offset}: error: {error.msg}")
    except FileNotFoundError as error:
        sys.exit(f"error: file not found: {error.filename}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"error: {error}")


def tools() -> Path:
    """The folder of componentize-py and its Python: in the active environment, the project, or this SDK."""
    active = Path(sys.executable).parent
    if any(active.glob("componentize-py*")):
        return active
    home = Path.cwd() if Path("pyproject.toml").exists() else HERE
    environment = home / ".venv"
    programs = environment / ("Scripts" if os.name == "nt" else "bin")
    wanted = REQUIREMENTS.read_text()
    installed = environment / "installed.txt"
    environment.mkdir(exist_ok=True)
    with _locked(environment / "installing"):
        if not installed.exists() or installed.read_text() != wanted:
            print(f"installing the build's packages in {environment}", flush=True)
            if not (programs / "python").exists():
                try:
                    venv.create(environment, with_pip=True)
                except subprocess.CalledProcessError:
                    sys.exit("error: Python cannot make a virtual environment: on Debian, apt-get install python3-venv")
            pip = [programs / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            subprocess.run([*pip, "-r", REQUIREMENTS], check=True)
            installed.write_text(wanted)
    return programs


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """A lock, so that only one build at a time installs."""
    with open(path, "w") as lock:
        try:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX)
        except ImportError:
            pass
        yield


def _interfaces() -> Path:
    """The folder of the WIT: beside the SDK in a project, or at the root of witdock's repository."""
    candidates = [HERE.parent / "wit", HERE.parents[2] / "wit"]
    return next((path for path in candidates if path.is_dir()), candidates[0])


def _used(interface: Interface, folder: Path) -> list[str]:
    """The host interfaces that a plugin imports. Only these become imports of the component, because each needs a grant."""
    names = set()
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_bytes(), str(file))):
            match node:
                case ast.Import(names=imported):
                    names.update(one.name for one in imported)
                case ast.ImportFrom(module=str(module), names=imported, level=0):
                    names.update([module, *(f"{module}.{one.name}" for one in imported)])
    return [provided for module, provided in interface.provided.items() if f"{interface.package}.{module}" in names]


def _build(interface: Interface, source: Path, output: Path) -> None:
    source = source.resolve(strict=True)
    folder, module = source.parent, source.stem
    app_name = "witdock_app"
    if module in [app_name, interface.export, "wit_world", interface.package]:
        sys.exit(f"{source}: error: a plugin's module cannot be named {module}")
    programs = tools()
    imports = _used(interface, folder)
    folders = [folder, interface.folder, HERE / "lib"]
    paths = os.pathsep.join(map(str, folders))
    inspected = subprocess.run(
        [programs / "python", "-c", INSPECT, module, interface.package, folder, source],
        env={**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    if inspected.returncode != 0:
        sys.exit(1)
    exports, classes = list(interface.exports or [interface.export]), list(interface.classes)
    if inspected.stdout.split()[-1:] == ["state"]:
        exports.append("witdock:plugin/state@0.1.0")

    with tempfile.TemporaryDirectory(prefix="witdock-") as temporary:
        # The builder needs one folder with the interface and its dependencies.
        wit = Path(temporary, "wit")
        shutil.copytree(_interfaces() / interface.name, wit)
        shutil.copytree(_interfaces() / "plugin", wit / "deps/plugin")
        lines = [*(f"  import {name};" for name in imports), *(f"  export {name};" for name in exports)]
        (wit / "built.wit").write_text("\n".join(["world built {", *lines, "}", ""]))

        app = Path(temporary, "app")
        app.mkdir()
        component = f"{interface.package}.component"
        (app / f"{app_name}.py").write_text(f"import {module}\nfrom {component} import {', '.join(classes)}\n")
        if interface.resources:
            (app / f"{interface.export}.py").write_text(f"from {component} import {', '.join(interface.resources)}\n")
        _componentize(programs, wit, f"witdock:{interface.name}/built", [app, *folders], app_name, output)


# Wraps a plugin for an interface without an SDK: an exception that is not an error of the interface would trap without a message.
GUARDED = """
import functools, importlib, inspect
from componentize_py_types import Err
from wit_world.imports import log

# Not `traceback`, which would look for the source files.
def words(error):
    lines, place = [f"{{type(error).__name__}}: {{error}}"], error.__traceback__
    while place is not None:
        code = place.tb_frame.f_code
        if code.co_name != "call":
            lines.append(f"    in {{code.co_name}}, {{code.co_filename.rpartition('/')[2]}}:{{place.tb_lineno}}")
        place = place.tb_next
    return chr(10).join(lines)

def guarded(method):
    @functools.wraps(method)
    def call(*values):
        try:
            return method(*values)
        except Err:
            raise
        except Exception as error:
            log.panicked(words(error), None)
            raise
    return call

for module in map(importlib.import_module, {modules!r}):
    for name, cls in inspect.getmembers(module, inspect.isclass):
        if cls.__module__ == module.__name__:
            for method, function in inspect.getmembers(cls, inspect.isfunction):
                setattr(cls, method, guarded(function))
            globals().setdefault(name, cls)
"""


def _build_world(programs: Path, wit: Path, world: str, source: Path, output: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="witdock-") as temporary:
        copy, app = Path(temporary, "wit"), Path(temporary, "app")
        if wit.is_dir():
            shutil.copytree(wit, copy)
        else:
            copy.mkdir()
            shutil.copy(wit, copy)
        texts = [file.read_text() for file in copy.rglob("*.wit")]
        has_log = any(re.search(r"^package witdock:plugin@", text, re.MULTILINE) for text in texts)
        logs = [text for text in texts if re.search(r"^\s*interface log\b", text, re.MULTILINE)]
        if len(logs) > has_log:
            # A second log would change the name of the plugin's log.
            _componentize(programs, wit, world, [source.parent], source.stem, output)
            return
        if not has_log:
            shutil.copytree(_interfaces() / "plugin", copy / "deps/witdock-plugin")
        # Every witdock host provides the log, whatever the world.
        name = world.partition("/")[2].partition("@")[0]
        lines = ["world built-by-witdock {", f"  include {name};", "  import witdock:plugin/log@0.1.0;", "}", ""]
        (copy / "built-by-witdock.wit").write_text("\n".join(lines))
        # The classes of resources are in modules named after their interfaces.
        resources = [file.stem for file in Path("stubs/wit_world/exports").glob("*.py")]
        modules = [source.stem, *(stem for stem in sorted(resources) if (source.parent / f"{stem}.py").exists())]
        app.mkdir()
        (app / "witdock_app.py").write_text(GUARDED.format(modules=modules))
        package = world.partition("/")[0]
        _componentize(programs, copy, f"{package}/built-by-witdock", [app, source.parent], "witdock_app", output)


def _componentize(programs: Path, wit: Path, world: str, folders: list[Path], app: str, output: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="witdock-") as temporary:
        made = Path(temporary, "plugin.wasm")
        command = [programs / "componentize-py", "-q", "-d", wit, "-w", world, "componentize"]
        # The host provides no WASI.
        command += ["--stub-wasi", *(part for folder in folders for part in ("-p", folder)), app, "-o", made]
        if subprocess.run(command).returncode != 0:
            sys.exit(1)
        output.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(made, output)


def _stubs(programs: Path, wit: Path, world: str, folder: Path) -> None:
    """Writes the world's types as stubs, for editors and native tests. In a component the real modules replace them."""
    with tempfile.TemporaryDirectory(prefix="witdock-") as temporary:
        command = [programs / "componentize-py", "-q", "-d", wit, "-w", world, "bindings", temporary]
        if subprocess.run(command).returncode != 0:
            sys.exit(1)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name in ["wit_world", "componentize_py_types.py"]:
            shutil.move(Path(temporary, name), folder / name)
