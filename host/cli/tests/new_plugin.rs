//! What a newcomer does, with the built programs and in an empty folder: new plugin, build, check, test, run.
//!
//! In Rust always. The tools of the other languages have to be installed, so their tests are ignored by default.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// A program in a folder, which has to succeed.
fn succeeds(folder: &Path, program: impl AsRef<Path>, arguments: &[&str]) -> String {
    let output = run(folder, program, arguments);
    let text = shown(&output);
    assert!(output.status.success(), "{arguments:?} in {}: {}\n{text}", folder.display(), output.status);
    text
}

fn run(folder: &Path, program: impl AsRef<Path>, arguments: &[&str]) -> Output {
    let program = program.as_ref();
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder);
    // What the repository's own plugins are built with is built already.
    command.env("CARGO_TARGET_DIR", repository().join("plugins/target"));
    command.output().unwrap_or_else(|error| panic!("{}: {error}", program.display()))
}

fn shown(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

const WITDOCK: &str = env!("CARGO_BIN_EXE_witdock");

/// The program that runs pipelines, built as `witdock` is: a test of one package does not build the programs of another.
fn etl() -> PathBuf {
    let path = Path::new(WITDOCK).with_file_name(format!("witdock-etl{}", env::consts::EXE_SUFFIX));
    let folder = path.parent().unwrap().file_name().unwrap();
    let profile = if folder == "debug" { "dev" } else { folder.to_str().unwrap() };
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--package", "witdock-etl", "--profile", profile]);
    let output = cargo.current_dir(repository()).output().unwrap();
    assert!(output.status.success(), "{}", shown(&output));
    assert!(path.is_file(), "cargo has not built {}", path.display());
    path
}

/// Makes a plugin, builds it, checks it, and runs its cases.
fn authored(folder: &Path, name: &str, language: &str, interface: &str) -> PathBuf {
    succeeds(folder, WITDOCK, &["new", "plugin", name, "--interface", interface, "--lang", language]);
    let project = folder.join(name);
    if language == "rust" {
        // The versions that are built already.
        fs::copy(repository().join("plugins/Cargo.lock"), project.join("Cargo.lock")).unwrap();
    }
    let own = if project.join("wit").is_dir() { "wit" } else { interface };
    succeeds(&project, WITDOCK, &["build", "--release", "--interface", own]);
    assert!(project.join("build").join(format!("{name}.wasm")).is_file());
    succeeds(&project, WITDOCK, &["check", ".", "--interface", own]);
    let tests = project.join("tests");
    let has_cases = tests.is_dir()
        && fs::read_dir(&tests)
            .unwrap()
            .any(|file| file.unwrap().path().extension().is_some_and(|e| e == "case"));
    if has_cases {
        succeeds(&project, WITDOCK, &["test"]);
    }
    project
}

/// The pipeline that a project for pipelines brings: two people with tidy names come out, and one without a name is rejected.
fn runs_in_its_pipeline(project: &Path) {
    let said = succeeds(project, etl(), &["run", "example/pipeline.toml"]);
    let people = fs::read_to_string(project.join("example/out/people.jsonl")).unwrap();
    let people: Vec<&str> = people.lines().collect();
    assert_eq!(people.len(), 2, "{people:?}\n{said}");
    assert!(people[0].contains("\"Ada Lovelace\"") && people[1].contains("\"Grace Hopper\""), "{people:?}");
}

fn newcomer(language: &str) {
    // Names the tools that are missing.
    succeeds(Path::new("."), WITDOCK, &["doctor", language]);
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    authored(folder, "shout", language, "editor");
    runs_in_its_pipeline(&authored(folder, "tidy", language, "etl"));
    // The SDKs for C++ and Zig have no part for the proxy yet.
    if !matches!(language, "cpp" | "zig") {
        authored(folder, "hide", language, "proxy");
    }
    fs::write(folder.join("photo.wit"), PHOTO).unwrap();
    authored(folder, "sepia", language, "photo.wit");
}

/// An interface of one's own, with something of each kind.
const PHOTO: &str = "
package photo:studio@0.1.0;

/// What every part knows.
interface types {
    record size { width: u32, height: u32 }
    enum mode { grey, colour }
    flags channels { red, green, blue }
    variant failure { too-large(size), broken(string) }
}

/// What the studio provides.
interface lab {
    use types.{size};
    resource picture {
        size: func() -> size;
        row: func(row: u32) -> list<u8>;
    }
    open: func(name: string) -> option<picture>;
}

/// What a plugin does.
interface filter {
    use types.{channels, failure, mode, size};

    /// What it is called, and what it works on.
    describe: func() -> tuple<string, mode, channels>;

    /// One picture after the other.
    resource session {
        constructor(settings: string);
        /// One row of a picture.
        apply: func(row: list<u8>, size: size, at: option<u32>) -> result<list<u8>, failure>;
    }
}

world studio {
    import lab;
    export filter;
}
";

/// A plugin that rows come from, and one that they go to.
#[test]
fn both_ends_of_a_pipeline() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for world in ["source", "sink"] {
        let interface = ["--interface", "etl", "--world", world];
        succeeds(folder, WITDOCK, &[&["new", "plugin", world, "--lang", "rust"], &interface[..]].concat());
        let project = folder.join(world);
        fs::copy(repository().join("plugins/Cargo.lock"), project.join("Cargo.lock")).unwrap();
        succeeds(&project, WITDOCK, &["build"]);
        let checked = succeeds(&project, WITDOCK, &["check", ".", "--interface", "etl"]);
        assert!(checked.contains(&format!("witdock:etl/{world}@")), "{checked}");
        succeeds(&project, WITDOCK, &["test"]);
        succeeds(&project, "cargo", &["test"]);
        succeeds(&project, etl(), &["run", "example/pipeline.toml"]);
        let written = fs::read_dir(project.join("example/out")).unwrap();
        let written =
            written.map(|file| fs::read_to_string(file.unwrap().path()).unwrap()).collect::<String>();
        assert!(written.contains("Ada Lovelace") && written.contains("Grace Hopper"), "{written}");
    }
}

#[test]
fn plugins_in_rust() {
    newcomer("rust");
}

#[test]
#[ignore = "needs Node.js and npm"]
fn plugins_in_javascript_with_node() {
    newcomer("javascript");
}

#[test]
#[ignore = "needs Node.js and npm"]
fn plugins_in_typescript_with_node() {
    newcomer("typescript");
}

#[test]
#[ignore = "needs Python, and takes minutes"]
fn plugins_in_python_with_python() {
    newcomer("python");
}

#[test]
#[ignore = "needs clang-22 for wasm32 and make"]
fn plugins_in_c_with_clang() {
    newcomer("c");
}

#[test]
#[ignore = "needs Zig and make"]
fn plugins_in_cpp_with_zig() {
    newcomer("cpp");
}

#[test]
#[ignore = "needs Zig and make"]
fn plugins_in_zig_with_zig() {
    newcomer("zig");
}

#[test]
#[ignore = "needs Go"]
fn plugins_in_go_with_go() {
    newcomer("go");
}
