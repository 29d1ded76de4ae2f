//! Folders whose packages have one name, and one target folder for all of them, as with `CARGO_TARGET_DIR`.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

use super::write;
use crate::source::{BuildEvent, Source};

/// A folder for workspaces, with settings of cargo that give them one target folder.
struct Shared(TempDir);

impl Shared {
    fn new() -> Self {
        let shared = Self(tempfile::tempdir().unwrap());
        write(shared.0.path(), ".cargo/config.toml", b"[build]\ntarget-dir = 'target'\n");
        shared
    }

    /// A plugin's folder whose component contains `text`.
    fn plugin(&self, folder: &str, version: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(folder);
        write(&path, "plugin.toml", b"[plugin]\nname = 'plugin'\n[build]\nlanguage = 'rust'\nwit = 'wit'\n");
        write(&path, "wit/world.wit", b"package a:b; world tiny { export run: func() -> u32; }");
        write(
            &path,
            "Cargo.toml",
            format!(
                "[package]\nname = 'same-name'\nversion = '{version}'\nedition = '2024'\n\
                 [lib]\ncrate-type = ['cdylib']\n[workspace]\n"
            )
            .as_bytes(),
        );
        write_library(&path, "src/lib.rs", text);
        path
    }
}

/// Writes a library whose wasm module has this text. Its time is long past: a build that is later than all sources looks current.
fn write_library(folder: &Path, file: &str, text: &str) {
    let code = format!(
        "#[unsafe(no_mangle)]\npub extern \"C\" fn run() -> u32 {{ TEXT.as_ptr() as u32 }}\n\
         pub static TEXT: &str = {text};\n"
    );
    write(folder, file, code.as_bytes());
    let past = SystemTime::now() - Duration::from_secs(3600);
    fs::File::options().write(true).open(folder.join(file)).unwrap().set_modified(past).unwrap();
}

/// The text of the component that is loaded from a folder, and whether the compiler ran for it.
async fn loaded(folder: &Path) -> (String, bool) {
    let compiled = Mutex::new(false);
    let progress = |event| {
        if let BuildEvent::Line(line) = event {
            *compiled.lock().unwrap() |= line.trim_start().starts_with("Compiling same-name");
        }
    };
    let artifact = Source::open(folder).unwrap().artifact(progress).await.unwrap();
    let bytes = String::from_utf8_lossy(artifact.bytes());
    let said = ["I am one", "I am two", "I am three"].into_iter().filter(|text| bytes.contains(text));
    (said.collect::<Vec<_>>().join(" and "), compiled.into_inner().unwrap())
}

async fn text_of(folder: &Path) -> String {
    loaded(folder).await.0
}

#[tokio::test]
async fn each_folder_has_its_own_component() {
    let shared = Shared::new();
    let one = shared.plugin("one", "0.1.0", "\"I am one\"");
    let two = shared.plugin("two", "0.1.0", "\"I am two\"");
    for _ in 0..2 {
        assert_eq!(text_of(&one).await, "I am one");
        assert_eq!(text_of(&two).await, "I am two");
    }
    // What was not overwritten is not built again.
    assert_eq!(loaded(&two).await, ("I am two".into(), false));

    // A change that another folder's build is later than.
    write_library(&one, "src/lib.rs", "\"I am three\"");
    assert_eq!(text_of(&two).await, "I am two");
    assert_eq!(text_of(&one).await, "I am three");
}

#[tokio::test]
async fn packages_that_cargo_distinguishes_do_not_overwrite_each_others_library() {
    let shared = Shared::new();
    let one = shared.plugin("one", "0.1.0", "\"I am one\"");
    let two = shared.plugin("two", "0.2.0", "\"I am two\"");
    for _ in 0..2 {
        assert_eq!(text_of(&one).await, "I am one");
        assert_eq!(text_of(&two).await, "I am two");
    }
}

#[tokio::test]
async fn detects_a_library_that_a_manual_build_of_another_folder_wrote() {
    let shared = Shared::new();
    let one = shared.plugin("one", "0.1.0", "\"I am one\"");
    let two = shared.plugin("two", "0.2.0", "\"I am two\"");
    assert_eq!(text_of(&one).await, "I am one");
    let status = std::process::Command::new("cargo")
        .args(["build", "--quiet", "--release", "--target", "wasm32-unknown-unknown"])
        .current_dir(&two)
        .status()
        .unwrap();
    assert!(status.success());
    assert_eq!(text_of(&one).await, "I am one");
}

#[tokio::test]
async fn build_scripts_and_inner_dependencies_are_not_shared() {
    let shared = Shared::new();
    for (folder, text) in [("one", "\"I am one\""), ("two", "\"I am two\"")] {
        let script = shared.plugin(&format!("script/{folder}"), "0.1.0", "env!(\"TEXT_OF_BUILD\")");
        write_library(&script, "build.rs", text);
        let build = format!(
            "fn main() {{ println!(\"cargo::rustc-env=TEXT_OF_BUILD={}\") }}",
            text.trim_matches('"')
        );
        write(&script, "build.rs", build.as_bytes());

        let whole = shared.plugin(&format!("inner/{folder}"), "0.1.0", "inner::TEXT");
        let manifest = fs::read_to_string(whole.join("Cargo.toml")).unwrap();
        write(&whole, "Cargo.toml", (manifest + "[dependencies]\ninner = { path = 'inner' }\n").as_bytes());
        let inner = whole.join("inner");
        write(&inner, "Cargo.toml", b"[package]\nname = 'inner'\nversion = '0.1.0'\nedition = '2024'\n");
        write(&inner, "src/lib.rs", format!("pub static TEXT: &str = {text};\n").as_bytes());
    }
    let folder = |path: &str| shared.0.path().join(path);
    for kind in ["script", "inner"] {
        assert_eq!(text_of(&folder(&format!("{kind}/one"))).await, "I am one", "{kind}");
        assert_eq!(text_of(&folder(&format!("{kind}/two"))).await, "I am two", "{kind}");
    }
}
