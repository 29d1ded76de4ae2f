//! Bindings in Go: packages of one module.

use wit_bindgen_core::wit_parser::{PackageId, Resolve, WorldId};

use super::{File, run};

pub(super) fn generate(
    resolve: &mut Resolve,
    _package: PackageId,
    world: WorldId,
) -> anyhow::Result<Vec<File>> {
    let options = wit_bindgen_go::Opts { format: wit_bindgen_go::Format::False, ..Default::default() };
    run(options.build(), resolve, world)
}
