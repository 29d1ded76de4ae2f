//! `witdock build` where `CARGO_TARGET_DIR` is set for all projects, as many people have it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const CODE: &str = "#[unsafe(no_mangle)]\npub extern \"C\" fn run() -> *const u8 { TEXT.as_ptr() }\n\
                    pub static TEXT: &str = \"I am NAME\";\n";

/// A plugin whose package has the same name in every folder.
fn plugin(folder: PathBuf, build: &str) -> PathBuf {
    let name = folder.file_name().unwrap().to_str().unwrap();
    let write = |file: &str, text: &str| {
        let path = folder.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("plugin.toml", &format!("[plugin]\nname = '{name}'\n[build]\n{build}wit = 'world.wit'\n"));
    write("world.wit", "package a:b; world tiny { export run: func() -> u32; }");
    write(
        "Cargo.toml",
        "[package]\nname = 'same'\nversion = '0.1.0'\nedition = '2024'\n[lib]\ncrate-type = ['cdylib']\n[workspace]\n",
    );
    write("src/lib.rs", &CODE.replace("NAME", name));
    folder
}

/// What is in the component that `witdock build` makes of a folder.
fn built(folder: &Path, target: &Path) -> Result<String, String> {
    let component = folder.join("component.wasm");
    let output = Command::new(env!("CARGO_BIN_EXE_witdock"))
        .args(["build", "-o"])
        .arg(&component)
        .arg(folder)
        .env("CARGO_TARGET_DIR", target)
        .output()
        .unwrap();
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let bytes = fs::read(component).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    let names = ["one", "two"].into_iter().filter(|name| text.contains(&format!("I am {name}")));
    Ok(names.collect())
}

#[test]
fn each_folder_gets_its_own_component() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("target");
    let one = plugin(folder.path().join("one"), "language = 'rust'\n");
    let two = plugin(folder.path().join("two"), "language = 'rust'\n");
    for _ in 0..2 {
        assert_eq!(built(&one, &target), Ok("one".into()));
        assert_eq!(built(&two, &target), Ok("two".into()));
    }
}

/// A command's output is a path of the folder, and cargo has to put it there.
#[test]
fn a_command_that_runs_cargo_writes_into_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("target");
    let build = "command = ['cargo', 'build', '--release', '--target', 'wasm32-unknown-unknown']\n\
                 output = 'target/wasm32-unknown-unknown/release/same.wasm'\n";
    let one = plugin(folder.path().join("one"), build);
    let two = plugin(folder.path().join("two"), build);
    for folder in [&one, &two, &one] {
        let name = folder.file_name().unwrap().to_str().unwrap();
        assert_eq!(built(folder, &target), Ok(name.into()));
    }
    // What an earlier build has left in the folder is not taken for this one's.
    fs::write(two.join("src/lib.rs"), CODE.replace("NAME", "one")).unwrap();
    assert_eq!(built(&two, &target), Ok("one".into()));
}
