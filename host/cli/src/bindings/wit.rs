//! WIT as wit-bindgen's generators take it: they have a parser of a later version than the host.

use std::path::Path;

use anyhow::{anyhow, bail};
use wit_bindgen_core::wit_parser::{PackageId, Resolve};

/// Parses files and folders, each after those that it builds on, and gives the last one's package.
pub(super) fn parse(wit: &[&Path]) -> anyhow::Result<(Resolve, PackageId)> {
    let mut resolve = Resolve::default();
    let mut package = None;
    for path in wit {
        let pushed = resolve.push_path(path);
        let (id, _) = pushed
            .map_err(|error| anyhow!("the WIT in {}: {}", path.display(), resolve.render_error(&error)))?;
        package = Some(id);
    }
    match package {
        Some(package) => Ok((resolve, package)),
        None => bail!("no WIT was given"),
    }
}
