//! The interface and the guest of the benchmark, called asynchronously and synchronously, through a plugin and on the raw
//! runtime.

pub mod asynchronous;
pub mod synchronous;

use std::path::PathBuf;

/// A guest that does next to nothing, so that what is measured is the way to it and back.
pub const GUEST: &str = r#"(component
    (import "bench:call/host@0.1.0" (instance $host (export "tell" (func (param "text" string)))))
    (core module $libc
      (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024)))
    (core instance $libc (instantiate $libc))
    (core func $tell (canon lower (func $host "tell") (memory $libc "memory")))
    (core module $m
      (import "host" "tell" (func $tell (param i32 i32)))
      (func (export "length") (param i32 i32) (result i32)
        (call $tell (local.get 0) (local.get 1))
        (local.get 1)))
    (core instance $i (instantiate $m (with "host" (instance (export "tell" (func $tell))))))
    (func $length (param "text" string) (result u32)
      (canon lift (core func $i "length") (memory $libc "memory") (realloc (core func $libc "realloc"))))
    (instance $guest (export "length" (func $length)))
    (export "bench:call/guest@0.1.0" (instance $guest)))"#;

/// What each call passes.
pub const TEXT: &str = "a short text";

/// The host's side: counts the bytes that it was told.
#[derive(Debug, Default)]
pub struct Listener {
    /// Bytes so far.
    pub bytes: usize,
}

/// An engine set up as the dock's is.
fn engine() -> wasmtime::Engine {
    wasmtime::Engine::new(wasmtime::Config::new().epoch_interruption(true)).unwrap()
}

fn component(engine: &wasmtime::Engine) -> wasmtime::component::Component {
    wasmtime::component::Component::new(engine, wat::parse_str(GUEST).unwrap()).unwrap()
}

/// The guest as a plugin's file, in a folder that is removed when it is dropped.
fn source() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("guest.wasm");
    std::fs::write(&path, wat::parse_str(GUEST).unwrap()).unwrap();
    (folder, path)
}
