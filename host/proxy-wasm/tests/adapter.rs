//! The adapter that the crate includes is the one of its source.

#![allow(clippy::unwrap_used, reason = "a test ends at what it does not expect")]

use std::path::Path;
use std::process::Command;

use wasmparser::{Parser, Payload};

/// Its imports and exports.
fn surface(bytes: &[u8]) -> Vec<String> {
    let mut surface = Vec::new();
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.unwrap() {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import.unwrap();
                    surface.push(format!("import {}.{}", import.module, import.name));
                }
            }
            Payload::ExportSection(section) => {
                surface.extend(section.into_iter().map(|export| format!("export {}", export.unwrap().name)));
            }
            _ => {}
        }
    }
    surface.sort();
    surface
}

#[test]
fn the_included_adapter_is_built_from_its_source() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("adapter");
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--release", "--locked", "--target", "wasm32-unknown-unknown"])
        .current_dir(&folder)
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("CARGO_TARGET_DIR")
        .status();
    assert!(status.unwrap().success());
    let built = folder.join("target/wasm32-unknown-unknown/release/witdock_proxy_wasm_adapter.wasm");
    let (built, included) =
        (std::fs::read(built).unwrap(), std::fs::read(folder.join("adapter.wasm")).unwrap());
    assert_eq!(surface(&built), surface(&included), "run adapter/build.sh");
    // Another compiler makes other bytes of the same source.
    let compiler = Command::new("rustc").arg("--version").current_dir(&folder).output().unwrap().stdout;
    if compiler == std::fs::read(folder.join("adapter.rustc")).unwrap() {
        assert!(built == included, "the adapter's source has changed: run adapter/build.sh");
    }
}
