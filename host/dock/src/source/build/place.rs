//! The target folder of a package, chosen so that the artifact always comes from the plugin's own folder.
//!
//! Several workspaces may share one target folder: people set `CARGO_TARGET_DIR` for all their projects. cargo names
//! a wasm library after its crate alone, and distinguishes packages of two workspaces by their name, their version and
//! their place *in* their workspace. So another package of the same name may overwrite the library, or may be taken
//! for this one. Three things keep them apart, and dependencies stay shared:
//!
//! - The library is copied out into a target folder of this package's own.
//! - A [mark](Stamp::mark) is part of the compilation, so that cargo compiles again what another package has marked.
//! - Where cargo would also mix up build scripts or dependencies, the build folder is the workspace's own.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use cargo_metadata::{DependencyKind, Metadata, Package, Target};
use serde::{Deserialize, Serialize};

use crate::foreign::Digest;

/// The folder in a target folder that has one folder for each package.
const FOLDER: &str = "witdock";
/// The file in a package's folder that contains the path of its manifest.
const OWNER_FILE: &str = "made-for";

/// The folders that a package is built in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The package's own target folder. No other package writes its artifact there.
    pub(super) target: PathBuf,
    /// cargo's folder for intermediate files. `None` for a cargo without this setting: it uses `target`.
    pub(super) intermediates: Option<PathBuf>,
    manifest: PathBuf,
}

impl Place {
    /// The package's own folder in the target folder that cargo's settings give.
    pub(super) fn of(package: &Package, metadata: &Metadata) -> Self {
        let manifest = package.manifest_path.as_std_path();
        let own = format!("{}-{}", package.name, short_hash(manifest));
        Self {
            target: metadata.target_directory.as_std_path().join(FOLDER).join(own),
            intermediates: metadata.build_directory.as_ref().map(|shared| {
                let shared = shared.as_std_path();
                let root = metadata.workspace_root.as_std_path();
                let workspace = || shared.join(FOLDER).join(format!("workspace-{}", short_hash(root)));
                if is_distinct(package, shared, root) { shared.to_owned() } else { workspace() }
            }),
            manifest: manifest.to_owned(),
        }
    }

    /// The stamp of the last compilation here, if there is one.
    pub(super) fn stamp(&self, triple: &str) -> Option<Stamp> {
        toml::from_str(&std::fs::read_to_string(self.stamp_file(triple)).ok()?).ok()
    }

    /// Writes the stamp of a compilation. If that fails, the next build compiles again.
    pub(super) fn set_stamp(&self, triple: &str, stamp: &Stamp) {
        if let Ok(text) = toml::to_string(stamp) {
            let _ = std::fs::create_dir_all(&self.target);
            let _ =
                std::fs::write(self.target.join(OWNER_FILE), self.manifest.as_os_str().as_encoded_bytes());
            let _ = std::fs::write(self.stamp_file(triple), text);
        }
    }

    fn stamp_file(&self, triple: &str) -> PathBuf {
        self.target.join(format!("{triple}.toml"))
    }

    /// Removes the folders of packages that no longer exist.
    pub(super) fn sweep(&self) {
        let folders = self.target.parent().map(std::fs::read_dir);
        for folder in folders.into_iter().flatten().flatten().flatten() {
            let folder = folder.path();
            let Ok(manifest) = std::fs::read_to_string(folder.join(OWNER_FILE)) else { continue };
            if matches!(Path::new(&manifest).try_exists(), Ok(false)) {
                let _ = std::fs::remove_dir_all(folder);
            }
        }
    }
}

/// Identifies the result of a compilation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp {
    /// What this package's compilations are marked with: another package in the same build folder has another mark.
    pub(super) mark: String,
    /// The library's digest. If cargo did not compile the library again and its digest differs, another package has
    /// overwritten it.
    pub(super) digest: String,
    /// The profile and features that it was compiled with.
    pub(super) settings: String,
}

impl Stamp {
    /// A mark that no earlier compilation used.
    pub(super) fn new_mark() -> String {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        format!("{:x}-{:x}", now.as_nanos(), std::process::id())
    }
}

/// Whether the mark alone keeps this package apart from those of other workspaces in the same build folder. The mark is
/// on the library, not on a build script, nor on dependencies that are part of the workspace.
fn is_distinct(package: &Package, build_folder: &Path, workspace: &Path) -> bool {
    let mut needed = package.dependencies.iter().filter(|one| one.kind != DependencyKind::Development);
    let is_alone = !package.targets.iter().any(Target::is_custom_build)
        && !needed.any(|one| one.path.as_ref().is_some_and(|path| path.starts_with(workspace)));
    is_alone || build_folder.starts_with(workspace)
}

fn short_hash(path: &Path) -> String {
    format!("{:.16}", Digest::of(path.as_os_str().as_encoded_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removes_the_folders_of_deleted_packages() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let place = |name: &str| Place {
            target: path("target/witdock").join(name),
            intermediates: None,
            manifest: path(&format!("{name}.toml")),
        };
        let stamp = Stamp { mark: "1".into(), digest: "2".into(), settings: "3".into() };
        for name in ["here", "gone"] {
            std::fs::write(path(&format!("{name}.toml")), "").unwrap();
            place(name).set_stamp("wasm32", &stamp);
        }
        // Other folders stay.
        std::fs::create_dir(path("target/witdock/other")).unwrap();
        place("here").sweep();
        assert_eq!(place("gone").stamp("wasm32"), Some(stamp.clone()));

        std::fs::remove_file(path("gone.toml")).unwrap();
        place("here").sweep();
        assert_eq!(place("here").stamp("wasm32"), Some(stamp));
        assert!(!place("gone").target.exists() && path("target/witdock/other").exists());
    }
}
