//! Keeps the paths of a `[build]` near the plugin's folder.
//!
//! What a build writes stays in the folder. What it reads may be beside it, as a repository has its WIT and SDKs beside its plugins; a manifest
//! must not make the host watch or read the whole disk, though. So such a path goes up three levels at most, and neither to
//! the home folder nor to the root. Links count as what they lead to.

use std::path::{Component, Path};

use super::build::{Build, Recipe};
use super::watch::absolute;
use crate::grants::real_path;

/// How many levels above the plugin's folder a path may go: from `plugins/shop/tidy` to the root of a repository.
const MOST_LEVELS: usize = 3;

/// Checks the paths of a build.
///
/// # Errors
///
/// With the reason, when a path leads too far away.
pub(super) fn check(folder: &Path, build: &Build) -> Result<(), String> {
    if let Recipe::Command { output, .. } = &build.recipe {
        is_below(folder, output).map_err(|()| {
            format!("`output` is `{}`: it must be a path below the plugin's folder", output.display())
        })?;
    }
    let wit = build.target_world.iter().flat_map(|world| &world.wit);
    let named = wit.map(|path| ("wit", path));
    let named = named.chain(build.watch.iter().map(|path| ("watch", path)));
    for (key, path) in named.chain(build.ignore.iter().map(|path| ("ignore", path))) {
        is_near(folder, path, dirs::home_dir().as_deref())
            .map_err(|reason| format!("`{key}` has `{}`, which {reason}", path.display()))?;
    }
    Ok(())
}

/// Whether a path stays below a folder, as it is written and by its links.
pub(super) fn is_below(folder: &Path, path: &Path) -> Result<(), ()> {
    let plain = path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    let stays = real_path(&folder.join(path)).starts_with(real_path(folder));
    if plain && stays { Ok(()) } else { Err(()) }
}

fn is_near(folder: &Path, path: &Path, home: Option<&Path>) -> Result<(), String> {
    if !path.is_relative() {
        return Err("must be relative to the plugin's folder".to_owned());
    }
    let target = absolute(folder, path);
    let Some((levels, base)) =
        folder.ancestors().enumerate().find(|(_, ancestor)| target.starts_with(ancestor))
    else {
        return Err("is on another drive".to_owned());
    };
    if levels > MOST_LEVELS {
        return Err(format!("goes up {levels} levels, and may go up {MOST_LEVELS}"));
    }
    let is_too_wide =
        |path: &Path| path.parent().is_none() || home.is_some_and(|home| home.starts_with(path));
    let real = real_path(&target);
    if levels > 0 && is_too_wide(base) || is_too_wide(&target) || is_too_wide(&real) {
        return Err(
            "leads to the home folder or the root: put the plugin's project into a folder of its own"
                .to_owned(),
        );
    }
    if real.starts_with(real_path(base)) {
        Ok(())
    } else {
        Err(format!("is a link that leads to {}", real.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_near() {
        let home = Path::new("/home/me");
        let near = |folder: &str, path: &str| is_near(Path::new(folder), Path::new(path), Some(home));
        for path in ["wit", "./wit", "../../wit", "../../../wit/shop", "src/../wit"] {
            near("/home/me/repo/plugins/shop/tidy", path).unwrap();
        }
        for (folder, path, reason) in [
            ("/home/me/repo/plugins/shop/tidy", "/etc", "must be relative"),
            ("/home/me/repo/plugins/shop/tidy", "../../../../other", "goes up 4 levels, and may go up 3"),
            ("/home/me/plugins/tidy", "../..", "leads to the home folder or the root"),
            ("/home/me/plugins/tidy", "../../.ssh", "leads to the home folder or the root"),
            ("/home/me/tidy", "../..", "leads to the home folder or the root"),
            ("/tidy", "..", "leads to the home folder or the root"),
            ("/srv/tidy", "../../etc", "leads to the home folder or the root"),
        ] {
            let error = near(folder, path).unwrap_err();
            assert!(error.starts_with(reason), "{folder} {path}: {error}");
        }
    }

    #[test]
    fn what_is_written_stays_below() {
        let folder = tempfile::tempdir().unwrap();
        for path in ["out.wasm", "./build/out.wasm", "build/deep/out.wasm"] {
            is_below(folder.path(), Path::new(path)).unwrap();
        }
        for path in ["../out.wasm", "/tmp/out.wasm", "build/../../out.wasm"] {
            is_below(folder.path(), Path::new(path)).unwrap_err();
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_lead_nowhere_else() {
        let parent = tempfile::tempdir().unwrap();
        let (folder, other) = (parent.path().join("repo/plugin"), parent.path().join("other"));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::create_dir_all(&other).unwrap();
        std::os::unix::fs::symlink(&other, folder.join("link")).unwrap();
        is_below(&folder, Path::new("link")).unwrap_err();
        is_below(&folder, Path::new("link/out.wasm")).unwrap_err();
        let error = is_near(&folder, Path::new("link"), None).unwrap_err();
        assert!(error.starts_with("is a link that leads to "), "{error}");
    }
}
