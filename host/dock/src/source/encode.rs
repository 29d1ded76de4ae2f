//! Converts a core module with a component type to a component.

use std::path::Path;

use wasmparser::{Parser, Payload};
use wit_component::ComponentEncoder;

use super::build::TargetWorld;
use super::embed::embed;
use super::encode_error::EncodeError;

/// The module that the runtimes of C, Go and other languages import for system functions.
const PREVIEW1: &str = "wasi_snapshot_preview1";
const PREVIEW1_ADAPTER: &str = include_str!("preview1.wat");

/// Converts a core module to a component. Returns other bytes unchanged: the check reports bytes that are not a component.
/// `target_world` is the plugin's folder and the world from its manifest, for a module without a component type.
pub(super) fn encode(
    mut bytes: Vec<u8>,
    target_world: Option<(&Path, &TargetWorld)>,
) -> Result<Vec<u8>, EncodeError> {
    if !Parser::is_core_wasm(&bytes) {
        return Ok(bytes);
    }
    let refused = |error: &dyn std::fmt::Display| EncodeError::Refused { reason: format!("{error:#}") };
    let (mut has_type, mut needs_preview1) = (false, false);
    for payload in Parser::new(0).parse_all(&bytes) {
        match payload.map_err(|error| refused(&error))? {
            Payload::CustomSection(section) if section.name().starts_with("component-type") => {
                has_type = true
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    needs_preview1 |= import.map_err(|error| refused(&error))?.module == PREVIEW1;
                }
            }
            _ => {}
        }
    }
    if !has_type {
        let (folder, target_world) = target_world.ok_or(EncodeError::NoComponentType)?;
        embed(&mut bytes, folder, target_world)?;
    }
    let mut encoder =
        ComponentEncoder::default().validate(true).module(&bytes).map_err(|error| refused(&error))?;
    if needs_preview1 {
        let adapter = wat::parse_str(PREVIEW1_ADAPTER).map_err(|error| refused(&error))?;
        encoder = encoder.adapter(PREVIEW1, &adapter).map_err(|error| refused(&error))?;
    }
    encoder.encode().map_err(|error| refused(&error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use wit_component::{StringEncoding, embed_component_metadata};
    use wit_parser::Resolve;

    /// A core module from this text, for a world that exports `run: func() -> u32` of an interface.
    fn module(text: &str) -> Vec<u8> {
        let mut resolve = Resolve::default();
        let wit = "package a:b; interface i { run: func() -> u32; } world w { export i; }";
        let package = resolve.push_str("w.wit", wit).unwrap();
        let world = resolve.select_world(&[package], Some("w")).unwrap();
        let mut bytes = wat::parse_str(text).unwrap();
        embed_component_metadata(&mut bytes, &resolve, world, StringEncoding::UTF8).unwrap();
        bytes
    }

    #[test]
    fn adapts_preview1_without_leaving_an_import() {
        let component = encode(
            module(
                r#"(module
                (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
                (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
                (memory (export "memory") 1)
                (func (export "a:b/i#run") (result i32)
                    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 8)))
                    (call $random (i32.const 0) (i32.const 4))))"#,
            ),
            None,
        )
        .unwrap();
        let engine = wasmtime::Engine::default();
        let component = wasmtime::component::Component::new(&engine, component).unwrap();
        assert_eq!(component.component_type().imports(&engine).count(), 0);
    }

    #[test]
    fn names_an_unknown_function_of_preview1() {
        let refused = encode(
            module(
                r#"(module
                (import "wasi_snapshot_preview1" "fd_dance" (func))
                (memory (export "memory") 1)
                (func (export "a:b/i#run") (result i32) (i32.const 1)))"#,
            ),
            None,
        )
        .unwrap_err();
        assert!(refused.to_string().contains("fd_dance"), "{refused}");
    }
}
