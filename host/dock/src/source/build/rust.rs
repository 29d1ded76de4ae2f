//! Rust plugins, built with cargo.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use cargo_metadata::camino::Utf8Path;
use cargo_metadata::{Metadata, MetadataCommand, Package};
use tokio::process::Command;

use super::environment::Environment;
use super::place::{Place, Stamp};
use super::process::{Line, run, shown};
use super::report::{Report, Tail};
use super::{BuildError, BuildEvent, Output, Progress, Target};
use crate::foreign::Digest;

const NO_CARGO: &str = "install Rust with rustup (https://rustup.rs), or set CARGO to the path of cargo";
const NO_RUSTC: &str = "install Rust with rustup (https://rustup.rs), or set RUSTC to the path of rustc";

/// The programs that a build runs.
pub(super) struct Tools {
    cargo: OsString,
    rustc: OsString,
    rustup: OsString,
}

impl Tools {
    /// The programs from CARGO and RUSTC, or else those on PATH.
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
) -> Result<Output, BuildError> {
    let manifest = folder.join("Cargo.toml");
    if !manifest.is_file() {
        return Err(BuildError::Output {
            folder: folder.to_owned(),
            reason: "this folder has no Cargo.toml, which `language = \"rust\"` needs: \
                     run `cargo init --lib`, or set `command` in [build] of plugin.toml"
                .into(),
        });
    }
    ensure_target(folder, target, tools, progress).await?;
    let metadata = metadata(folder, tools, progress).await?;
    // cargo reports manifests by their real paths.
    let manifest = manifest.canonicalize().unwrap_or(manifest);
    let package = metadata.packages.iter().find(|package| is_same_file(&package.manifest_path, &manifest));
    let package = package.ok_or_else(|| BuildError::Output {
        folder: folder.to_owned(),
        reason:
            "this folder's Cargo.toml has a workspace and no package: open the folder of the plugin's package"
                .into(),
    })?;
    let place = Place::of(package, &metadata);

    // A command that gives the same output in a terminal.
    let what = format!("cargo build --lib --release --target {}", target.triple());
    progress(BuildEvent::Started { what: what.clone() });
    let mut stamp = place.stamp(target.triple());
    if stamp.is_none() {
        let place = place.clone();
        let _ = tokio::task::spawn_blocking(move || place.sweep()).await;
    }
    // A second time if another package has overwritten this one's library.
    for _ in 0..2 {
        let mark = stamp.as_ref().map_or_else(Stamp::new_mark, |stamp| stamp.mark.clone());
        let command = compilation(folder, target, tools, &place, package, &mark);
        let mut report = Report::new(&manifest);
        let status = run(folder, command, NO_CARGO, |line| match line {
            Line::Stdout(line) => report.message(&line, progress),
            Line::Stderr(line) => report.line(line, progress),
        })
        .await?;
        let library = report.conclude(folder, &what, status)?;
        let output = Output::read(folder, library.file).await?;
        let digest = Digest::of(&output.bytes).to_string();
        if !library.is_fresh {
            place.set_stamp(target.triple(), &Stamp { mark, digest, settings: library.settings });
            return Ok(output);
        }
        if stamp.is_some_and(|stamp| stamp.digest == digest && stamp.settings == library.settings) {
            return Ok(output);
        }
        progress(BuildEvent::Line(format!(
            "{} was overwritten in the shared target folder: building it again",
            output.file.display()
        )));
        stamp = None;
    }
    Err(BuildError::Output {
        folder: folder.to_owned(),
        reason:
            "the target folder contains another package's library under this one's name: run `cargo clean`"
                .into(),
    })
}

/// cargo's metadata of the package in `folder`: its workspace, its dependencies, and its target folder.
async fn metadata(folder: &Path, tools: &Tools, progress: Progress<'_>) -> Result<Metadata, BuildError> {
    let mut command = command_for(folder, &tools.cargo);
    command.args(["metadata", "--no-deps", "--format-version=1", "--color=never"]);
    let what = shown(&command);
    let mut answer = String::new();
    let mut tail = Tail::default();
    let status = run(folder, command, NO_CARGO, |line| match line {
        Line::Stdout(line) => answer += &line,
        Line::Stderr(line) => tail.push(line, progress),
    })
    .await?;
    if !status.success() {
        let folder = folder.to_owned();
        return Err(BuildError::Failed { folder, command: what, status, messages: tail.into_lines() });
    }
    MetadataCommand::parse(&answer).map_err(|error| BuildError::Output {
        folder: folder.to_owned(),
        reason: format!("the output of `{what}` cannot be parsed: {error}"),
    })
}

/// The compilation of one package. It is cargo's `rustc` instead of `build`, since that takes a flag for the package's own
/// library alone, so that dependencies stay shared.
fn compilation(
    folder: &Path,
    target: Target,
    tools: &Tools,
    place: &Place,
    package: &Package,
    mark: &str,
) -> Command {
    let mut command = command_for(folder, &tools.cargo);
    command.args(["rustc", "--lib", "--release", "--target", target.triple()]);
    command.args(["--message-format=json", "--color=never", "--package", &package.id.repr]);
    command.arg("--target-dir").arg(&place.target);
    if let Some(intermediates) = &place.intermediates {
        // A variable, since older versions of cargo ignore an unknown one.
        command.env("CARGO_BUILD_BUILD_DIR", intermediates);
    }
    // An unused `cfg` does not change the library.
    command.args(["--", "--cfg", &format!("witdock_build=\"{mark}\"")]);
    command
}

fn is_same_file(reported: &Utf8Path, file: &Path) -> bool {
    let reported = reported.as_std_path();
    reported == file || reported.canonicalize().is_ok_and(|reported| reported == file)
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
    let mut stderr = String::new();
    let what = shown(&command);
    let status = run(folder, command, NO_RUSTC, |line| match line {
        Line::Stdout(line) => library = Some(PathBuf::from(line)),
        Line::Stderr(line) => stderr = format!("{stderr}{line}\n"),
    })
    .await?;
    if !status.success() {
        return Err(BuildError::Failed {
            folder: folder.to_owned(),
            command: what,
            status,
            messages: vec![stderr],
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
    let mut output = Vec::new();
    let status = run(folder, command, "", |line| {
        let (Line::Stdout(line) | Line::Stderr(line)) = line;
        output.push(line.clone());
        progress(BuildEvent::Line(line));
    })
    .await;
    match status {
        Ok(status) if status.success() => {
            progress(BuildEvent::TargetAdded { target: target.to_string() });
            Ok(())
        }
        Ok(_) => Err(missing(format!("rustup: {}", output.join(" / ")))),
        Err(BuildError::Start { source, .. }) => Err(missing(format!("rustup cannot be run: {source}"))),
        Err(other) => Err(other),
    }
}

/// A command for one of Rust's tools, without the variables that an outer cargo set about its own package.
fn command_for(folder: &Path, program: &OsStr) -> Command {
    let mut command = Command::new(program);
    Environment::of_host().apply(&mut command);
    // The outer cargo's toolchain must not override the one that the plugin's folder pins.
    if pins_toolchain(folder) {
        command.env_remove("RUSTUP_TOOLCHAIN");
    }
    command
}

fn pins_toolchain(folder: &Path) -> bool {
    ["rust-toolchain.toml", "rust-toolchain"].iter().any(|file| folder.join(file).is_file())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::source::tests::script;

    /// A folder with a package, and shell scripts in place of Rust's tools.
    struct Bench {
        folder: tempfile::TempDir,
        tools: Tools,
        events: Mutex<Vec<BuildEvent>>,
    }

    impl Bench {
        /// `library` is the folder that `rustc` prints for the target's standard library.
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
    async fn installs_a_missing_target_and_reports_it() {
        let bench = Bench::new("no-such-folder", "echo installing \"$@\"");
        // The target is there afterwards, so that cargo's own failure is what remains.
        assert!(bench.build().await.is_failed_build());
        let events = bench.events.lock().unwrap();
        assert!(events.contains(&BuildEvent::Line("installing target add wasm32-unknown-unknown".into())));
        assert!(events.contains(&BuildEvent::TargetAdded { target: "wasm32-unknown-unknown".into() }));
    }

    #[tokio::test]
    async fn explains_how_to_install_a_target_that_cannot_be_added() {
        let bench = Bench::new("no-such-folder", "echo no network >&2; exit 1");
        let message = bench.build().await.to_string();
        assert!(
            message.contains("target wasm32-unknown-unknown is not installed (rustup: no network)"),
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
    async fn explains_how_to_install_a_missing_cargo() {
        let mut bench = Bench::new(".", "");
        bench.tools.cargo = "/no/cargo".into();
        let message = bench.build().await.to_string();
        assert!(message.contains("cannot run `/no/cargo`"), "{message}");
        assert!(message.contains("https://rustup.rs"), "{message}");
    }

    #[tokio::test]
    async fn hides_the_hosts_own_package_from_cargo() {
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
}
