//! The errors of converting a core module to a component.

use crate::text;

/// Why a core module cannot become a component.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The module has no `component-type` section, and the manifest sets no `wit`.
    #[error(
        "the build produced a core module without a component type. In Rust, call wit-bindgen's `generate!`, or use an SDK crate that \
         does, and `export!` the implementation; in C, C++ and Zig, link the object file that the bindings generator writes. For \
         compilers that support neither, such as Go's, set `wit` and `world` in [build] of plugin.toml"
    )]
    NoComponentType,
    /// The manifest's `wit` cannot be parsed, or has no such `world`.
    #[error("[build] in plugin.toml has no valid `wit` and `world`: {}", text::block(reason))]
    World {
        /// The file, the line and column, and the parser's message.
        reason: String,
    },
    /// The module and its component type do not match.
    #[error("the build produced a core module that cannot become a component: {}", text::block(reason))]
    Refused {
        /// The encoder's message.
        reason: String,
    },
}
