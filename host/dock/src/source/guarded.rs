//! The paths of a source that no plugin may write to.

use std::path::Path;

use super::origin::Source;
use super::watch;
use crate::grants::{Guarded, real_path};

/// The component and its manifest; or the folder with all that it is built from, except what its manifest ignores.
pub(crate) fn paths(source: &Source) -> Vec<Guarded> {
    match source {
        Source::Component { path, .. } => {
            // The file itself may be a link: both the link and its file count.
            let files = [path.clone(), path.with_extension("toml")];
            let named = files.iter().map(|file| Guarded::at(file.clone(), Vec::new()));
            named.chain(files.iter().cloned().map(Guarded::all_of)).collect()
        }
        Source::Folder { path, build, .. } => {
            let except = build.ignore.iter().map(|ignored| watch::absolute(path, ignored));
            // Not the whole folder: its manifest is in it.
            let except = except.filter(|ignored| is_below(ignored, path)).map(|ignored| real_path(&ignored));
            let own = Guarded::at(path.clone(), except.collect());
            let further = build.watch.iter().map(|further| Guarded::all_of(watch::absolute(path, further)));
            std::iter::once(own).chain(further.filter(|further| !is_below(&further.path, path))).collect()
        }
    }
}

fn is_below(path: &Path, folder: &Path) -> bool {
    path.strip_prefix(folder).is_ok_and(|below| below.components().next().is_some())
}
