//! Parses WIT for wit-bindgen's generators, which use a later version of the parser than the host.

use std::path::Path;

use anyhow::{anyhow, bail};
use wit_bindgen_core::wit_parser::{PackageId, Resolve};
use witdock::source::repeated_package;

/// Parses files and folders, each after its dependencies, and returns the last one's package.
pub(super) fn parse(wit: &[&Path]) -> anyhow::Result<(Resolve, PackageId)> {
    let mut resolve = Resolve::default();
    let mut package = None;
    for path in wit {
        if let Some(name) = repeated_package(path, resolve.package_names.keys()) {
            bail!("invalid WIT in {}: the package `{name}` is there more than once", path.display());
        }
        let pushed = resolve.push_path(path);
        let (id, _) = pushed.map_err(|error| {
            anyhow!("invalid WIT in {}: {}", path.display(), resolve.render_error(&error))
        })?;
        package = Some(id);
    }
    match package {
        Some(package) => Ok((resolve, package)),
        None => bail!("no WIT file or folder was given"),
    }
}
