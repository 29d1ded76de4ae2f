//! Bindings in C++: headers, a source, and an object file with the world's type.

use wit_bindgen_core::wit_parser::{Resolve, WorldId};

use super::{File, run};

pub(super) fn generate(resolve: &mut Resolve, world: WorldId) -> anyhow::Result<Vec<File>> {
    run(|| wit_bindgen_cpp::Opts::default().build(None), resolve, world)
}
