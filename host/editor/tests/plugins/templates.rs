//! The editor's plugins that `witdock new plugin` starts with: built from their templates and their SDKs, and run. Other
//! languages than Rust need tools that have to be installed, so their tests are ignored by default.

use std::fs;
use std::path::Path;

use crate::common::docked::{Docked, repository};

/// A project as it is scaffolded: the template's files, and the SDK in `sdk`.
fn scaffold(language: &str, folder: &Path) {
    let template = repository().join("host/cli/templates/plugin").join(language);
    copy(&template.join("common"), folder);
    copy(&template.join("editor"), folder);
    let sdk = |from: &str, to: &str| {
        copy(&repository().join("guest-sdk").join(from), &folder.join("sdk").join(to));
    };
    match language {
        "rust" => return depend_on_the_sdk(folder),
        "javascript" | "typescript" | "python" => {
            let part = if language == "python" { "python" } else { "javascript" };
            sdk(&format!("{part}/common"), "common");
            sdk(&format!("{part}/editor"), "editor");
            if language == "typescript" {
                sdk("typescript", "typescript");
            }
        }
        "cpp" => {
            sdk("cpp/editor", "");
            sdk("c/editor", "c");
        }
        // The bindings for C and Go's runtime are once in the repository, and in each project that needs them.
        "zig" => {
            sdk("zig/editor", "");
            sdk("c/editor/generated", "generated");
        }
        "go" => {
            sdk("go/editor", "");
            sdk("go/runtime", "runtime");
        }
        _ => sdk(&format!("{language}/editor"), ""),
    }
    for package in ["editor", "plugin"] {
        copy(&repository().join("wit").join(package), &folder.join("sdk/wit").join(package));
    }
}

/// With the versions that this repository's own plugins are built with, and what is built of them already.
fn depend_on_the_sdk(folder: &Path) {
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    let sdk = format!("{{ path = {:?} }}", repository().join("guest-sdk/rust/editor"));
    fs::write(folder.join("Cargo.toml"), manifest.replace("{{witdock}}", &sdk)).unwrap();
    fs::copy(repository().join("plugins/Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    let target = format!("[build]\ntarget-dir = {:?}\n", repository().join("plugins/target"));
    fs::create_dir_all(folder.join(".cargo")).unwrap();
    fs::write(folder.join(".cargo/config.toml"), target).unwrap();
}

fn copy(from: &Path, to: &Path) {
    if !from.is_dir() {
        return;
    }
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        // What a build in the repository has left.
        if ["node_modules", ".venv", "__pycache__"].contains(&name.as_str()) {
            continue;
        }
        let name = name.replace("{{module}}", "loud_text").replace("{{name}}", "loud-text");
        let to = to.join(name.strip_suffix(".template").unwrap_or(&name));
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
            continue;
        }
        let content = match String::from_utf8(fs::read(entry.path()).unwrap()) {
            Ok(text) => {
                let text = text.replace("{{name}}", "loud-text").replace("{{module}}", "loud_text");
                text.replace("{{type}}", "LoudText").into_bytes()
            }
            Err(binary) => binary.into_bytes(),
        };
        fs::write(to, content).unwrap();
    }
}

/// What is selected is written in capitals, or all of it.
async fn writes_capitals(language: &str) {
    let project = tempfile::tempdir().unwrap();
    scaffold(language, project.path());
    let mut docked = Docked::new("file.txt", "one two\nthree é");
    docked.load(project.path());
    docked.serves(1).await;
    docked.settle().await;
    docked.run("Capitals").await;
    assert_eq!(docked.text(), "ONE TWO\nTHREE É");
    docked.keys("ctrl-z").await;
    assert_eq!(docked.text(), "one two\nthree é");
    docked.keys("ctrl-home shift-end").await;
    docked.run("Capitals").await;
    assert_eq!(docked.text(), "ONE TWO\nthree é");
}

/// Words are counted, and what is selected is written in capitals.
async fn counts_and_shouts(language: &str) {
    let project = tempfile::tempdir().unwrap();
    scaffold(language, project.path());
    let mut docked = Docked::new("file.txt", "one two\nthree é");
    docked.load(project.path());
    docked.serves(1).await;
    docked.settle().await;
    docked.run("Count words").await;
    assert!(docked.screen().contains("4 words"), "{}", docked.screen());
    docked.run("Shout").await;
    assert!(docked.screen().contains("nothing is selected"), "{}", docked.screen());
    docked.keys("ctrl-end shift-home").await;
    docked.run("Shout").await;
    assert!(docked.text().starts_with("one two\nTHREE "), "{}", docked.text());
    docked.run("Count words").await;
    assert!(docked.screen().contains("2 words"), "{}", docked.screen());
    docked.keys("ctrl-z").await;
    assert_eq!(docked.text(), "one two\nthree é");
}

#[tokio::test(flavor = "multi_thread")]
async fn rust_writes_capitals() {
    writes_capitals("rust").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Node.js and npm"]
async fn javascript_writes_capitals_with_node() {
    writes_capitals("javascript").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Node.js and npm"]
async fn typescript_writes_capitals_with_node() {
    writes_capitals("typescript").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Python, and takes minutes"]
async fn python_writes_capitals_with_python() {
    writes_capitals("python").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs clang-22 for wasm32 and make"]
async fn c_counts_and_shouts_with_clang() {
    counts_and_shouts("c").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Zig and make"]
async fn cpp_counts_and_shouts_with_zig() {
    counts_and_shouts("cpp").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Zig and make"]
async fn zig_counts_and_shouts_with_zig() {
    counts_and_shouts("zig").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Go"]
async fn go_counts_and_shouts_with_go() {
    counts_and_shouts("go").await;
}
