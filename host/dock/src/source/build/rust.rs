//! Rust plugins, built with cargo.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use cargo_metadata::Message;
use cargo_metadata::diagnostic::DiagnosticLevel;
use tokio::process::Command;

use super::process::{Line, run, shown};
use super::{BuildError, BuildEvent, Progress, Target};

/// A compiler's later errors mostly follow from its first ones.
const ERRORS_KEPT: usize = 5;
/// Where no compiler spoke, the reason stands in the last lines of cargo's own output.
const LINES_KEPT: usize = 20;

const NO_CARGO: &str = "install Rust with rustup (https://rustup.rs), or point the variable CARGO at a cargo that is not on PATH";
const NO_RUSTC: &str = "install Rust with rustup (https://rustup.rs), or point the variable RUSTC at a rustc that is not on PATH";

/// The programs that a build runs.
pub(super) struct Tools {
    cargo: OsString,
    rustc: OsString,
    rustup: OsString,
}

impl Tools {
    /// Those that the environment names, or else those on PATH.
    pub(super) fn from_environment(folder: &Path) -> Self {
        let tool = |variable: &str, name: &str| {
            std::env::var_os(variable).filter(|path| !path.is_empty()).unwrap_or_else(|| name.into())
        };
        // An outer cargo leaves its own path in CARGO. On PATH is rustup's, which looks for the folder's toolchain.
        let cargo = if pins_toolchain(folder) { "cargo".into() } else { tool("CARGO", "cargo") };
        Self { cargo, rustc: tool("RUSTC", "rustc"), rustup: "rustup".into() }
    }
}

/// Builds the package in `folder` and returns its wasm file.
pub(super) async fn build(
    folder: &Path,
    target: Target,
    tools: &Tools,
    progress: Progress<'_>,
) -> Result<PathBuf, BuildError> {
    let manifest = folder.join("Cargo.toml");
    if !manifest.is_file() {
        return Err(BuildError::Output {
            folder: folder.to_owned(),
            reason: "`language = \"rust\"` needs a Cargo.toml beside plugin.toml, and there is none: \
                     run `cargo init --lib`, or say in [build] which `command` builds this plugin"
                .into(),
        });
    }
    ensure_target(folder, target, tools, progress).await?;

    let mut command = command_for(folder, &tools.cargo);
    command.args(["build", "--lib", "--release", "--target", target.triple()]);
    // Without what is only for this program to read: a person may want to run it too.
    let what = format!("cargo build --lib --release --target {}", target.triple());
    command.args(["--message-format=json", "--color=never"]);
    progress(BuildEvent::Started { what: what.clone() });

    let mut report = Report::new(&manifest);
    let status = run(folder, command, NO_CARGO, |line| match line {
        Line::Stdout(line) => report.message(&line, progress),
        Line::Stderr(line) => report.line(line, progress),
    })
    .await?;
    report.conclude(folder, what, status)
}

/// What cargo has said so far.
struct Report {
    manifest: PathBuf,
    errors: Vec<String>,
    tail: Vec<String>,
    wasm: Option<PathBuf>,
    other_library: Option<String>,
}

impl Report {
    fn new(manifest: &Path) -> Self {
        // cargo reports manifests by their real paths.
        let manifest = manifest.canonicalize().unwrap_or_else(|_| manifest.to_owned());
        Self { manifest, errors: Vec::new(), tail: Vec::new(), wasm: None, other_library: None }
    }

    /// A line of cargo's standard output: a message in JSON, or what a build script let through.
    fn message(&mut self, line: &str, progress: Progress<'_>) {
        let mut messages = Message::parse_stream(line.as_bytes());
        match messages.next() {
            Some(Ok(Message::CompilerMessage(message))) => {
                let diagnostic = message.message;
                let Some(rendered) = diagnostic.rendered else { return };
                rendered.lines().for_each(|line| progress(BuildEvent::Line(line.to_owned())));
                let is_error = matches!(diagnostic.level, DiagnosticLevel::Error | DiagnosticLevel::Ice);
                if is_error && self.errors.len() < ERRORS_KEPT {
                    self.errors.push(rendered);
                }
            }
            Some(Ok(Message::CompilerArtifact(artifact))) => {
                let own = artifact.manifest_path.as_std_path();
                let own = own.canonicalize().unwrap_or_else(|_| own.to_owned());
                if own != self.manifest {
                    return;
                }
                let wasm = artifact.filenames.iter().find(|file| file.extension() == Some("wasm"));
                match wasm {
                    Some(file) if artifact.target.is_cdylib() => {
                        self.wasm = Some(file.as_std_path().to_owned())
                    }
                    _ if artifact.target.is_custom_build() => {}
                    _ => self.other_library = Some(artifact.target.name),
                }
            }
            Some(Ok(Message::TextLine(line))) if !line.is_empty() => progress(BuildEvent::Line(line)),
            _ => {}
        }
    }

    fn line(&mut self, line: String, progress: Progress<'_>) {
        if self.tail.len() == LINES_KEPT {
            self.tail.remove(0);
        }
        self.tail.push(line.clone());
        progress(BuildEvent::Line(line));
    }

    fn conclude(self, folder: &Path, command: String, status: ExitStatus) -> Result<PathBuf, BuildError> {
        if !status.success() {
            let messages = if self.errors.is_empty() { self.tail } else { self.errors };
            return Err(BuildError::Failed { folder: folder.to_owned(), command, status, messages });
        }
        self.wasm.ok_or_else(|| BuildError::Output {
            folder: folder.to_owned(),
            reason: match self.other_library {
                Some(name) => format!(
                    "the library `{name}` is not built as a wasm module: add to its Cargo.toml\n  \
                     [lib]\n  crate-type = [\"cdylib\"]"
                ),
                None => "cargo built no library of this folder's own package: name the folder of the package itself, \
                         not that of its workspace"
                    .into(),
            },
        })
    }
}

/// Installs the target's standard library if it is missing.
async fn ensure_target(
    folder: &Path,
    target: Target,
    tools: &Tools,
    progress: Progress<'_>,
) -> Result<(), BuildError> {
    let mut command = command_for(folder, &tools.rustc);
    command.args(["--print", "target-libdir", "--target", target.triple()]);
    let mut library = None;
    let mut said = String::new();
    let what = shown(&command);
    let status = run(folder, command, NO_RUSTC, |line| match line {
        Line::Stdout(line) => library = Some(PathBuf::from(line)),
        Line::Stderr(line) => said = format!("{said}{line}\n"),
    })
    .await?;
    if !status.success() {
        return Err(BuildError::Failed {
            folder: folder.to_owned(),
            command: what,
            status,
            messages: vec![said],
        });
    }
    if library.is_some_and(|library| library.is_dir()) {
        return Ok(());
    }

    let missing =
        |reason: String| BuildError::Target { folder: folder.to_owned(), target: target.to_string(), reason };
    let mut command = command_for(folder, &tools.rustup);
    command.args(["target", "add", target.triple()]);
    progress(BuildEvent::Line(shown(&command)));
    let mut said = Vec::new();
    let status = run(folder, command, "", |line| {
        let (Line::Stdout(line) | Line::Stderr(line)) = line;
        said.push(line.clone());
        progress(BuildEvent::Line(line));
    })
    .await;
    match status {
        Ok(status) if status.success() => {
            progress(BuildEvent::TargetAdded { target: target.to_string() });
            Ok(())
        }
        Ok(_) => Err(missing(format!("rustup said: {}", said.join(" / ")))),
        Err(BuildError::Start { source, .. }) => Err(missing(format!("rustup cannot be run: {source}"))),
        Err(other) => Err(other),
    }
}

/// One of Rust's tools, free of what an outer cargo left in the environment about its own package.
fn command_for(folder: &Path, program: &OsStr) -> Command {
    let mut command = Command::new(program);
    for (variable, _) in std::env::vars_os() {
        if variable.to_str().is_some_and(belongs_to_outer_build) {
            command.env_remove(variable);
        }
    }
    // The outer cargo's toolchain must not override the one that the plugin's folder pins.
    if pins_toolchain(folder) {
        command.env_remove("RUSTUP_TOOLCHAIN");
    }
    command
}

fn pins_toolchain(folder: &Path) -> bool {
    ["rust-toolchain.toml", "rust-toolchain"].iter().any(|file| folder.join(file).is_file())
}

/// Whether a variable speaks of the package or the compilation that the host itself is part of. What a person sets to
/// steer every cargo (`CARGO_HOME`, `CARGO_TARGET_DIR`, `CARGO_NET_OFFLINE`, `RUSTC_WRAPPER`) stays.
fn belongs_to_outer_build(variable: &str) -> bool {
    const NAMES: [&str; 13] = [
        "CARGO_BIN_NAME",
        "CARGO_BUILD_RUSTFLAGS",
        "CARGO_CRATE_NAME",
        "CARGO_ENCODED_RUSTFLAGS",
        "CARGO_MAKEFLAGS",
        "CARGO_MANIFEST_DIR",
        "CARGO_MANIFEST_LINKS",
        "CARGO_MANIFEST_PATH",
        "CARGO_PRIMARY_PACKAGE",
        "CARGO_TARGET_TMPDIR",
        "OUT_DIR",
        // Flags for the host's linker and processor; those of wasm stand in the plugin's .cargo/config.toml.
        "RUSTFLAGS",
        // Coverage and clippy wrap the host's workspace with these.
        "RUSTC_WORKSPACE_WRAPPER",
    ];
    const PREFIXES: [&str; 4] = ["CARGO_PKG_", "CARGO_BIN_EXE_", "CARGO_CFG_", "CARGO_FEATURE_"];
    NAMES.contains(&variable) || PREFIXES.iter().any(|prefix| variable.starts_with(prefix))
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::source::tests::script;

    /// A folder with a package, and shell scripts that stand for Rust's tools.
    struct Bench {
        folder: tempfile::TempDir,
        tools: Tools,
        events: Mutex<Vec<BuildEvent>>,
    }

    impl Bench {
        /// `library` is where rustc says the target's standard library is.
        fn new(library: &str, rustup: &str) -> Self {
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join("Cargo.toml"), "").unwrap();
            let script = |name: &str, body: &str| script(folder.path(), name, body).into_os_string();
            let tools = Tools {
                cargo: script("cargo", "env >&2; exit 101"),
                rustc: script("rustc", &format!("echo {library}")),
                rustup: script("rustup", rustup),
            };
            Self { folder, tools, events: Mutex::default() }
        }

        async fn build(&self) -> BuildError {
            let keep = |event| self.events.lock().unwrap().push(event);
            build(self.folder.path(), Target::Unknown, &self.tools, &keep).await.unwrap_err()
        }
    }

    #[tokio::test]
    async fn a_missing_target_is_added_and_told() {
        let bench = Bench::new("no-such-folder", "echo installing \"$@\"");
        // The target is there afterwards, so that cargo's own failure is what remains.
        assert!(bench.build().await.is_failed_build());
        let events = bench.events.lock().unwrap();
        assert!(events.contains(&BuildEvent::Line("installing target add wasm32-unknown-unknown".into())));
        assert!(events.contains(&BuildEvent::TargetAdded { target: "wasm32-unknown-unknown".into() }));
    }

    #[tokio::test]
    async fn a_target_that_cannot_be_added_is_named_with_the_remedy() {
        let bench = Bench::new("no-such-folder", "echo no network >&2; exit 1");
        let message = bench.build().await.to_string();
        assert!(
            message.contains("target wasm32-unknown-unknown is not installed (rustup said: no network)"),
            "{message}"
        );
        assert!(message.contains("`rustup target add wasm32-unknown-unknown`"), "{message}");

        let mut bench = Bench::new("no-such-folder", "");
        bench.tools.rustup = "/no/rustup".into();
        let message = bench.build().await.to_string();
        assert!(message.contains("(rustup cannot be run: "), "{message}");
        assert!(message.contains("`rustup target add wasm32-unknown-unknown`"), "{message}");
    }

    #[tokio::test]
    async fn a_missing_cargo_is_named_with_the_remedy() {
        let mut bench = Bench::new(".", "");
        bench.tools.cargo = "/no/cargo".into();
        let message = bench.build().await.to_string();
        assert!(message.contains("cannot run `/no/cargo`"), "{message}");
        assert!(message.contains("https://rustup.rs"), "{message}");
    }

    #[tokio::test]
    async fn cargo_does_not_see_the_package_that_the_host_is_part_of() {
        // This test runs under cargo, so the variables to forget are there.
        assert!(std::env::var_os("CARGO_PKG_NAME").is_some());
        let bench = Bench::new(".", "");
        bench.build().await;
        let events = bench.events.lock().unwrap();
        let saw = |start: &str| {
            events.iter().any(|event| matches!(event, BuildEvent::Line(line) if line.starts_with(start)))
        };
        assert!(saw("PATH="));
        assert!(!saw("CARGO_PKG_NAME=") && !saw("CARGO_MANIFEST_DIR="));
    }

    #[test]
    fn only_the_outer_build_is_forgotten() {
        for forgotten in ["CARGO_PKG_NAME", "CARGO_MANIFEST_DIR", "RUSTFLAGS", "CARGO_BIN_EXE_witdock"] {
            assert!(belongs_to_outer_build(forgotten), "{forgotten}");
        }
        for kept in ["CARGO_HOME", "CARGO_TARGET_DIR", "CARGO_NET_OFFLINE", "RUSTC_WRAPPER", "PATH", "CARGO"]
        {
            assert!(!belongs_to_outer_build(kept), "{kept}");
        }
    }
}
