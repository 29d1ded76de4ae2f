//! A source: the component file or project folder of a plugin.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::artifact::Artifact;
use super::build::{self, Build, BuildEvent, Builds, Receipts, Recipe, Taken};
use super::confined;
use super::encode;
use super::error::SourceError;
use super::manifest::{self, MANIFEST_FILE, Manifest, ManifestError};
use super::watch::{self, WatchPath};
use crate::foreign::{self, LARGEST_COMPONENT};
use crate::grants::Request;

/// The largest manifest, bytes.
const LARGEST_MANIFEST: u64 = 1 << 20;

/// The largest signature, bytes. One of minisign has about 300.
const LARGEST_SIGNATURE: u64 = 8 << 10;

/// The component file or project folder of a plugin. Its paths are absolute.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// A component file.
    Component {
        /// The file's path, with its folder's canonical path.
        path: PathBuf,
        /// The manifest beside it, `<stem>.toml`, or a default one with the file's name.
        manifest: Manifest,
    },
    /// A project folder with a `plugin.toml`.
    Folder {
        /// The folder, without symbolic links.
        path: PathBuf,
        /// The parsed `plugin.toml`.
        manifest: Manifest,
        /// The manifest's `[build]`.
        build: Build,
    },
}

impl Source {
    /// Opens a `.wasm` file or a folder that has a `plugin.toml`. Reads the manifest and builds nothing.
    ///
    /// # Errors
    ///
    /// When the path cannot be read or is not a plugin, or its manifest is invalid.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, SourceError> {
        let path = path.as_ref();
        let unreadable = |source| SourceError::Read { path: path.to_owned(), source };
        let kind = path.metadata().map_err(unreadable)?;
        if kind.is_dir() {
            Self::open_folder(path.canonicalize().map_err(unreadable)?)
        } else if watch::is_wasm(path) {
            Self::open_component(watch::with_real_folder(path).map_err(unreadable)?)
        } else {
            let reason = if path.file_name().is_some_and(|name| name == MANIFEST_FILE) {
                "this is a manifest: open the folder that contains it"
            } else {
                "this is neither a .wasm file nor a folder with a plugin.toml"
            };
            Err(SourceError::NotAPlugin { path: path.to_owned(), reason: reason.into() })
        }
    }

    fn open_component(path: PathBuf) -> Result<Self, SourceError> {
        let file = path.with_extension("toml");
        let manifest = match foreign::read_text(&file, LARGEST_MANIFEST) {
            Ok(text) => Manifest::parse(&file, &text)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let stem = path.file_stem().unwrap_or_default();
                Manifest::unwritten(&stem.to_string_lossy())
            }
            Err(source) => return Err(SourceError::Read { path: file, source }),
        };
        if manifest.build.is_some() {
            return Err(ManifestError::whole(
                &file,
                "unexpected [build]: this manifest belongs to a component that is already built. Remove [build]",
            )
            .into());
        }
        Ok(Self::Component { path, manifest })
    }

    fn open_folder(path: PathBuf) -> Result<Self, SourceError> {
        let file = path.join(MANIFEST_FILE);
        let text = match foreign::read_text(&file, LARGEST_MANIFEST) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let reason = no_manifest(&path);
                return Err(SourceError::NotAPlugin { path, reason });
            }
            Err(source) => return Err(SourceError::Read { path: file, source }),
        };
        let manifest = Manifest::parse(&file, &text)?;
        let build = manifest.build.clone().ok_or_else(|| {
            ManifestError::whole(
                &file,
                "[build] is missing. It describes how to build the component: add\n  \
                 [build]\n  language = \"rust\"\n\
                 or\n  [build]\n  command = [\"npm\", \"run\", \"build\"]\n  output = \"dist/plugin.wasm\"",
            )
        })?;
        confined::check(&path, &build)
            .map_err(|reason| ManifestError::whole(&file, format!("[build]: {reason}")))?;
        Ok(Self::Folder { path, manifest, build })
    }

    /// The component file or the project folder.
    pub fn path(&self) -> &Path {
        match self {
            Self::Component { path, .. } | Self::Folder { path, .. } => path,
        }
    }

    /// The plugin's manifest.
    pub fn manifest(&self) -> &Manifest {
        match self {
            Self::Component { manifest, .. } | Self::Folder { manifest, .. } => manifest,
        }
    }

    /// The plugin's name, from its manifest.
    pub fn name(&self) -> &str {
        &self.manifest().plugin.name
    }

    /// The capabilities that the plugin's manifest requests.
    pub fn request(&self) -> &Request {
        &self.manifest().grants
    }

    /// The paths to watch for changes: a component's parent folder, since tools replace the file by renaming; a project's
    /// folder and the further paths of its `[build]`. Not every change there is relevant: ask
    /// [`is_relevant`](Self::is_relevant).
    pub fn watch_paths(&self) -> Vec<WatchPath> {
        match self {
            Self::Component { path, .. } => {
                let folder = path.parent().unwrap_or(path);
                vec![WatchPath::new(folder.to_owned(), false)]
            }
            Self::Folder { path, build, .. } => {
                let mut paths = vec![WatchPath::new(path.clone(), true)];
                for further in &build.watch {
                    let further = watch::absolute(path, further);
                    match further.parent() {
                        _ if further.starts_with(path) => {}
                        // A file is watched through its folder too, for the same reason as a component.
                        Some(folder) if further.is_file() => {
                            paths.push(WatchPath::new(folder.to_owned(), false))
                        }
                        _ => paths.push(WatchPath::new(further, true)),
                    }
                }
                paths
            }
        }
    }

    /// Whether a change of this file, named by its absolute path, can change the artifact. Hidden files, build output,
    /// installed dependencies and editors' temporary files cannot; the manifest's `watch` and
    /// `ignore` come before these rules.
    pub fn is_relevant(&self, changed: &Path) -> bool {
        match self {
            Self::Component { path, .. } => {
                changed == path || changed == path.with_extension("toml") || changed == signature_file(path)
            }
            Self::Folder { path, build, .. } => {
                let is_below = |base: &PathBuf| changed.starts_with(watch::absolute(path, base));
                if build.ignore.iter().any(is_below) {
                    return false;
                }
                if let Recipe::Command { output, .. } = &build.recipe
                    && changed == watch::absolute(path, output)
                {
                    return false;
                }
                let further = build.watch.iter().find_map(|base| {
                    let base = watch::absolute(path, base);
                    changed.strip_prefix(&base).ok()
                });
                match further.or_else(|| changed.strip_prefix(path).ok()) {
                    Some(below) => watch::is_source(below),
                    None => false,
                }
            }
        }
    }

    /// Reads the component, or builds the folder and reads the component that the build wrote. Does not check it
    /// against an interface.
    ///
    /// Calls `progress` for each step of a build. Dropping the future kills the build's process. A build may take the time of
    /// [`Builds::default`]; see [`artifact_by`](Self::artifact_by).
    ///
    /// # Errors
    ///
    /// When a file cannot be read, the build fails, or its output cannot become a component.
    pub async fn artifact(
        &self,
        progress: impl Fn(BuildEvent) + Send + Sync,
    ) -> Result<Artifact, SourceError> {
        self.artifact_by(Builds::default(), progress).await
    }

    /// Like [`artifact`](Self::artifact), with another rule for builds.
    ///
    /// # Errors
    ///
    /// Also when the source is a folder, and folders are not built, or its build takes too long.
    pub async fn artifact_by(
        &self,
        builds: Builds,
        progress: impl Fn(BuildEvent) + Send + Sync,
    ) -> Result<Artifact, SourceError> {
        self.artifact_with(builds, None, progress).await
    }

    /// Like [`artifact_by`](Self::artifact_by), with receipts of what builds are made from.
    pub(crate) async fn artifact_with(
        &self,
        builds: Builds,
        receipts: Option<(&Arc<Receipts>, Taken)>,
        progress: impl Fn(BuildEvent) + Send + Sync,
    ) -> Result<Artifact, SourceError> {
        match self {
            Self::Component { path, .. } => {
                let path = path.clone();
                blocking(move || {
                    let artifact = Artifact::new(read(&path)?);
                    Ok(match read_signature(&path)? {
                        Some(text) => artifact.signed(&text),
                        None => artifact,
                    })
                })
                .await
            }
            Self::Folder { path, build, .. } => {
                let output = build::build(path, build, builds, receipts, &progress).await?;
                let (folder, target_world) = (path.clone(), build.target_world.clone());
                blocking(move || {
                    let target_world = target_world.as_ref().map(|target_world| (&*folder, target_world));
                    let component = encode::encode(output.bytes, target_world)
                        .map_err(|error| SourceError::Encode { path: output.file, error })?;
                    Ok(Artifact::new(component))
                })
                .await
            }
        }
    }
}

/// Runs work that blocks for milliseconds to seconds on a thread for blocking work.
async fn blocking(
    work: impl FnOnce() -> Result<Artifact, SourceError> + Send + 'static,
) -> Result<Artifact, SourceError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime is shutting down, and drops the caller too.
            Err(_) => std::future::pending().await,
        },
    }
}

fn read(path: &Path) -> Result<Vec<u8>, SourceError> {
    foreign::read(path, LARGEST_COMPONENT)
        .map_err(|source| SourceError::Read { path: path.to_owned(), source })
}

/// The text of the signature beside a component. A folder has none: what is built here is signed by nobody.
fn read_signature(component: &Path) -> Result<Option<String>, SourceError> {
    let path = signature_file(component);
    match foreign::read_text(&path, LARGEST_SIGNATURE) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(SourceError::Read { path, source }),
    }
}

/// `tidy.wasm.minisig` for `tidy.wasm`, as minisign names it.
pub(super) fn signature_file(component: &Path) -> PathBuf {
    let mut name = component.as_os_str().to_owned();
    name.push(".minisig");
    name.into()
}

fn no_manifest(folder: &Path) -> String {
    if !folder.join("Cargo.toml").is_file() {
        return format!("this folder has no {MANIFEST_FILE}, so it is not a plugin's folder");
    }
    let name = manifest::name_from(&folder.file_name().unwrap_or_default().to_string_lossy());
    format!(
        "this folder has a Cargo.toml but no {MANIFEST_FILE}: create a {MANIFEST_FILE} with these lines:\n  \
         [plugin]\n  name = \"{name}\"\n  [build]\n  language = \"rust\""
    )
}
