//! Bindings in Zig: those in C, which Zig translates.

use wit_bindgen_core::wit_parser::{Resolve, WorldId};

use super::{File, c};

pub(super) fn generate(resolve: &mut Resolve, world: WorldId) -> anyhow::Result<Vec<File>> {
    c::generate(resolve, world)
}
