//! From a core module that carries its component type to a component.

use wasmparser::{Parser, Payload};
use wit_component::ComponentEncoder;

/// Why a core module cannot become a component.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// Nothing in the module says which WIT world it is made for.
    #[error(
        "the build left a core module that carries no component type: did you use wit-bindgen's `generate!`? \
         (a Rust plugin gets its component type from that macro, or from an SDK crate that calls it, and must \
         `export!` its implementation; in other languages the bindings generator makes an object file that has to be linked in)"
    )]
    NoComponentType,
    /// The module imports WASI preview 1, which no component may.
    #[error(
        "the build left a core module that imports `{function}` from `wasi_snapshot_preview1`, which a component \
         cannot: let the build turn it into a component with an adapter \
         (`wasm-tools component new --adapt`), or compile for a target that has no preview 1"
    )]
    Preview1 {
        /// The first such function.
        function: String,
    },
    /// The module and its component type do not go together.
    #[error("the build left a core module that does not become a component: {reason}")]
    Refused {
        /// What the encoder says.
        reason: String,
    },
}

/// The component in `bytes`: made from it where it is a core module, and as it is otherwise. What is neither is left
/// for the check to name.
pub(super) fn encode(bytes: Vec<u8>) -> Result<Vec<u8>, EncodeError> {
    if !Parser::is_core_wasm(&bytes) {
        return Ok(bytes);
    }
    let refused = |error: &dyn std::fmt::Display| EncodeError::Refused { reason: format!("{error:#}") };
    let mut has_type = false;
    for payload in Parser::new(0).parse_all(&bytes) {
        match payload.map_err(|error| refused(&error))? {
            Payload::CustomSection(section) if section.name().starts_with("component-type") => {
                has_type = true
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    let import = import.map_err(|error| refused(&error))?;
                    if import.module == "wasi_snapshot_preview1" {
                        return Err(EncodeError::Preview1 { function: import.name.to_owned() });
                    }
                }
            }
            _ => {}
        }
    }
    if !has_type {
        return Err(EncodeError::NoComponentType);
    }
    ComponentEncoder::default()
        .validate(true)
        .module(&bytes)
        .and_then(|mut encoder| encoder.encode())
        .map_err(|error| refused(&error))
}
