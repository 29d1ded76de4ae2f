//! Bindings for C: a header, a source, and an object file with the component type.

use wit_bindgen_core::wit_parser::{Resolve, WorldId};

use super::{File, run};

pub(super) fn generate(resolve: &mut Resolve, world: WorldId) -> anyhow::Result<Vec<File>> {
    run(|| wit_bindgen_c::Opts::default().build(), resolve, world)
}
