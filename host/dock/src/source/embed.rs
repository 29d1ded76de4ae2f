//! Adds a component type to a module whose compiler writes none.

use std::path::Path;

use wit_component::{StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

use super::build::TargetWorld;
use super::encode_error::EncodeError;
use super::wit::repeated_package;

/// Adds the world that the manifest names to a core module. Paths are relative to `folder`.
pub(super) fn embed(
    module: &mut Vec<u8>,
    folder: &Path,
    target_world: &TargetWorld,
) -> Result<(), EncodeError> {
    let refused = |reason: String| EncodeError::World { reason };
    let mut resolve = Resolve::default();
    let mut packages = Vec::new();
    for wit in &target_world.wit {
        let path = folder.join(wit);
        if let Some(name) = repeated_package(&path, resolve.package_names.keys()) {
            let help = "name each package once; a folder brings those in its `deps`";
            return Err(refused(format!("`{}` has the package `{name}` again: {help}", wit.display())));
        }
        let pushed = resolve.push_path(path);
        let (package, _) = pushed.map_err(|error| {
            // The rendered error shows the file, the line and a caret.
            refused(format!("`{}`: {}", wit.display(), resolve.render_error(&error)))
        })?;
        packages = vec![package];
    }
    let world = resolve
        .select_world(&packages, target_world.world.as_deref())
        .map_err(|error| refused(format!("{error:#}")))?;
    embed_component_metadata(module, &resolve, world, StringEncoding::UTF8)
        .map_err(|error| EncodeError::Refused { reason: format!("{error:#}") })
}
