//! Why a core module cannot become a component.

/// Why a core module cannot become a component.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// Nothing in the module says which WIT world it is made for.
    #[error(
        "the build made a core module without a component type. In Rust, call wit-bindgen's `generate!`, or use an SDK crate that \
         does, and `export!` the implementation; in C, C++ and Zig, link the object file that the bindings generator writes; for \
         compilers that can do neither, such as Go's, set `wit` and `world` in [build] of plugin.toml"
    )]
    NoComponentType,
    /// The WIT that the manifest names has no such world.
    #[error("[build] in plugin.toml names no valid world: {reason}")]
    World {
        /// The file, the place, and what is wrong there.
        reason: String,
    },
    /// The module and its component type do not go together.
    #[error("the build made a core module that cannot become a component: {reason}")]
    Refused {
        /// The encoder's message.
        reason: String,
    },
}
