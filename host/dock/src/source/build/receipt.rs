//! What a build was made from, so that the same folder is not built again at the next start.
//!
//! A receipt says which output a build has written, and what it was made from: the files of the folder and of `watch`, the command with
//! its program, the manifest, and the environment that is passed. It is trusted, so it is in a folder of the user's own, and not in that
//! of the plugin. Where there is any doubt, there is no receipt, and the folder is built: a file that changes during the build, a link that
//! leads away, a file beside the folder that no `watch` names, too many files. What a build reads beside all that, such as an installed
//! compiler, is why a receipt holds for a week.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::environment::Environment;
use super::{Build, Recipe};
use crate::foreign::{self, Digest, LARGEST_COMPONENT, PrivateFolder};
use crate::grants::real_path;

/// What the digest of a build's inputs begins with. It changes with what is in it.
const MAGIC: &[u8] = b"witdock build 1\n";
/// How long a receipt holds.
const HOLDS_FOR: Duration = Duration::from_secs(7 * 24 * 3600);
/// The most files that are looked at, and their bytes.
const MOST_FILES: usize = 50_000;
const MOST_BYTES: u64 = 1 << 30;
/// The largest file at the top of the folder that is searched for paths beside it.
const LARGEST_LIST: u64 = 256 << 10;
/// The most receipts that are kept.
const MOST_RECEIPTS: usize = 1_000;

/// The receipts of this user's builds.
#[derive(Debug)]
pub(crate) struct Receipts(PrivateFolder);

/// A receipt, as its file has it.
#[derive(Debug, Serialize, Deserialize)]
struct Receipt {
    /// What the build was made from.
    inputs: Digest,
    /// What it has written.
    output: Digest,
    /// When, in seconds since 1970.
    at: u64,
}

impl Receipts {
    /// Opens the receipts below the folder of the cache.
    ///
    /// # Errors
    ///
    /// When the folder is a link, or another user may write to it.
    pub(crate) fn open(root: &Path) -> io::Result<Self> {
        let receipts = Self(PrivateFolder::open(root, "builds")?);
        let mut entries = receipts.0.entries();
        entries.sort_unstable_by_key(|entry| std::cmp::Reverse(entry.modified));
        entries.iter().skip(MOST_RECEIPTS).for_each(|entry| receipts.0.remove(&entry.name));
        Ok(receipts)
    }

    /// The output of the last build of this folder, if it is still what a build would make.
    pub(super) fn output(&self, folder: &Path, inputs: &Digest, output: &Path) -> Option<Vec<u8>> {
        let receipt = self.0.read(&name(folder)).ok()??;
        let receipt: Receipt = toml::from_str(std::str::from_utf8(&receipt).ok()?).ok()?;
        let age = now().checked_sub(receipt.at).map(Duration::from_secs)?;
        if receipt.inputs != *inputs || age > HOLDS_FOR {
            return None;
        }
        let bytes = foreign::read(&folder.join(output), LARGEST_COMPONENT).ok()?;
        (Digest::of(&bytes) == receipt.output).then_some(bytes)
    }

    /// Keeps what a build was made from. If that fails, the folder is built again.
    pub(super) fn keep(&self, folder: &Path, inputs: Digest, output: &[u8]) {
        let receipt = Receipt { inputs, output: Digest::of(output), at: now() };
        if let Ok(text) = toml::to_string(&receipt)
            && let Err(error) = self.0.write(&name(folder), &[text.as_bytes()])
        {
            tracing::warn!(folder = %folder.display(), "what the build was made from cannot be kept: {error}");
        }
    }

    /// Forgets the last build of this folder: the next one may end half way.
    pub(super) fn forget(&self, folder: &Path) {
        self.0.remove(Path::new(&name(folder)));
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs()
}

fn name(folder: &Path) -> String {
    format!("{}.toml", Digest::of(folder.as_os_str().as_encoded_bytes()))
}

/// The digest of all that a build is made from; none where that is in doubt. Blocks.
pub(super) fn inputs(folder: &Path, build: &Build) -> Option<Digest> {
    let Recipe::Command { program, arguments, environment, output } = &build.recipe else { return None };
    let mut inputs = Inputs::new(folder, build, output);
    inputs.text(env!("CARGO_PKG_VERSION"));
    for (name, value) in environment {
        inputs.text(name);
        inputs.text(value);
    }
    for (name, value) in Environment::of_host().without_shared_output().of_tools() {
        inputs.text(name);
        inputs.text(value);
    }
    inputs.text(program);
    inputs.program(program)?;
    for argument in arguments {
        inputs.text(argument);
        inputs.argument(argument)?;
    }
    inputs.text(output);
    inputs.leads_nowhere_else()?;
    inputs.folder(folder, true)?;
    for watched in &build.watch {
        let watched = real_path(&folder.join(watched));
        inputs.text(&watched);
        if watched.is_dir() {
            inputs.folder(&watched, true)?;
        } else if watched.exists() {
            inputs.file(&watched)?;
        }
    }
    Some(inputs.digest())
}

/// The inputs of a build, one after the other.
struct Inputs<'a> {
    hasher: Sha256,
    folder: &'a Path,
    output: PathBuf,
    ignored: Vec<PathBuf>,
    watched: Vec<PathBuf>,
    files: usize,
    bytes: u64,
}

impl<'a> Inputs<'a> {
    fn new(folder: &'a Path, build: &Build, output: &Path) -> Self {
        let real = |path: &PathBuf| real_path(&folder.join(path));
        let mut hasher = Sha256::new();
        hasher.update(MAGIC);
        Self {
            hasher,
            folder,
            output: folder.join(output),
            ignored: build.ignore.iter().map(real).collect(),
            watched: build.watch.iter().map(real).collect(),
            files: 0,
            bytes: 0,
        }
    }

    fn digest(self) -> Digest {
        Digest::from_bytes(self.hasher.finalize().into())
    }

    /// A text with its length, so that two texts are not another two.
    fn text(&mut self, text: impl AsRef<OsStr>) {
        let bytes = text.as_ref().as_encoded_bytes();
        self.number(bytes.len() as u64);
        self.hasher.update(bytes);
    }

    fn number(&mut self, number: u64) {
        self.hasher.update(number.to_le_bytes());
    }

    /// The program that is run, as it is found now: not its bytes, which may be many, but what shows that it is another one.
    fn program(&mut self, program: &str) -> Option<()> {
        if Path::new(program).is_absolute() {
            return self.look(Path::new(program));
        }
        if Path::new(program).components().count() > 1 {
            return self.argument(program);
        }
        let path = std::env::var_os("PATH")?;
        let found =
            std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file());
        match found {
            Some(found) => {
                let real = found.canonicalize().ok()?;
                self.text(&real);
                self.look(&real)
            }
            // The build fails, and says so.
            None => None,
        }
    }

    /// An argument may name a file, also as `--name=file`. What is in the folder, or below a watched path, is looked at anyway.
    fn argument(&self, argument: &str) -> Option<()> {
        let value = argument.split_once('=').map_or(argument, |(_, value)| value);
        (self.is_known(argument) && self.is_known(value)).then_some(())
    }

    /// Whether a path is looked at anyway, or is none.
    fn is_known(&self, path: &str) -> bool {
        let path = real_path(&self.folder.join(path));
        let is_below = |folder: &PathBuf| path.starts_with(folder);
        is_below(&real_path(self.folder)) || self.watched.iter().any(is_below) || !path.exists()
    }

    /// Makefiles and lists of dependencies name what they read beside the folder as `../something`. Unless that is watched, nothing is
    /// known of it.
    fn leads_nowhere_else(&self) -> Option<()> {
        let is_path = |c: char| c.is_alphanumeric() || matches!(c, '.' | '/' | '-' | '_' | '+' | '@');
        for entry in std::fs::read_dir(self.folder).ok()?.flatten() {
            // Documentation has links to everywhere.
            if entry.path().extension().is_some_and(|extension| extension == "md") {
                continue;
            }
            let is_small =
                entry.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.len() <= LARGEST_LIST);
            let Some(text) = is_small.then(|| foreign::read(&entry.path(), LARGEST_LIST).ok()).flatten()
            else {
                continue;
            };
            let text = String::from_utf8_lossy(&text);
            // From the first `..` of each path on.
            let paths =
                text.split(|c| !is_path(c)).filter_map(|word| word.find("../").and_then(|at| word.get(at..)));
            if paths.into_iter().any(|path| !self.is_known(path)) {
                return None;
            }
        }
        Some(())
    }

    /// All files below a folder.
    fn folder(&mut self, folder: &Path, is_top: bool) -> Option<()> {
        let mut entries: Vec<_> = std::fs::read_dir(folder).ok()?.collect::<Result<_, _>>().ok()?;
        entries.sort_unstable_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let (path, name) = (entry.path(), entry.file_name());
            if is_left_out(&name, is_top) || path == self.output || self.ignored.contains(&path) {
                continue;
            }
            self.files += 1;
            if self.files > MOST_FILES {
                return None;
            }
            self.text(&name);
            let kind = entry.file_type().ok()?;
            if kind.is_dir() {
                self.number(1);
                if name == "node_modules" {
                    self.installed(&path)?
                } else {
                    self.folder(&path, false)?
                }
                self.number(2);
            } else if kind.is_symlink() {
                self.number(3);
                self.text(std::fs::read_link(&path).ok()?);
                self.link(&path)?;
            } else if kind.is_file() {
                self.number(4);
                self.file(&path)?;
            }
        }
        Some(())
    }

    /// A link: what it leads to in the folder is looked at anyway, and a file elsewhere too. A folder elsewhere may be anything.
    fn link(&mut self, link: &Path) -> Option<()> {
        match link.canonicalize() {
            Ok(target) if target.is_file() => self.look(&target),
            Ok(target) => target.starts_with(real_path(self.folder)).then_some(()),
            Err(_) => Some(()),
        }
    }

    /// The bytes of a file, and whether it may be run.
    fn file(&mut self, path: &Path) -> Option<()> {
        let bytes = foreign::read(path, MOST_BYTES - self.bytes.min(MOST_BYTES)).ok()?;
        self.bytes += bytes.len() as u64;
        self.number(bytes.len() as u64);
        self.hasher.update(&bytes);
        self.number(mode(&path.metadata().ok()?));
        Some(())
    }

    /// Packages that a tool has installed: there may be very many files, whose times show that they have changed.
    fn installed(&mut self, folder: &Path) -> Option<()> {
        let mut entries: Vec<_> = std::fs::read_dir(folder).ok()?.collect::<Result<_, _>>().ok()?;
        entries.sort_unstable_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            // Tools keep what they have made of the packages in such folders.
            if entry.file_name().as_encoded_bytes().starts_with(b".") {
                continue;
            }
            self.files += 1;
            if self.files > MOST_FILES {
                return None;
            }
            self.text(entry.file_name());
            let kind = entry.file_type().ok()?;
            if kind.is_dir() {
                self.installed(&entry.path())?;
            } else if kind.is_symlink() {
                self.text(std::fs::read_link(entry.path()).ok()?);
            } else {
                self.look(&entry.path())?;
            }
        }
        Some(())
    }

    /// What shows that a file is another one, without its bytes.
    fn look(&mut self, path: &Path) -> Option<()> {
        let metadata = path.metadata().ok()?;
        self.number(metadata.len());
        let modified = metadata.modified().ok()?.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        self.number(modified.as_secs());
        self.number(modified.subsec_nanos().into());
        changed(&metadata).into_iter().for_each(|number| self.number(number));
        Some(())
    }
}

/// When a file was changed last, which no program can set, and which file it is.
#[cfg(unix)]
fn changed(metadata: &std::fs::Metadata) -> [u64; 3] {
    use std::os::unix::fs::MetadataExt as _;
    [metadata.ctime().cast_unsigned(), metadata.ctime_nsec().cast_unsigned(), metadata.ino()]
}

#[cfg(not(unix))]
fn changed(_: &std::fs::Metadata) -> [u64; 0] {
    []
}

#[cfg(unix)]
fn mode(metadata: &std::fs::Metadata) -> u64 {
    use std::os::unix::fs::PermissionsExt as _;
    u64::from(metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn mode(_: &std::fs::Metadata) -> u64 {
    0
}

/// Output of tools, the history of versions, and what an editor leaves beside a file that it writes.
fn is_left_out(name: &OsStr, is_top: bool) -> bool {
    let name = name.to_string_lossy();
    let is_output = is_top && matches!(&*name, "target" | "dist" | "build");
    let is_made = matches!(&*name, "__pycache__" | ".git" | ".hg" | ".jj" | ".svn");
    let is_temporary = name.ends_with('~') || name.ends_with(".swp") || name.starts_with(".#");
    is_output || is_made || is_temporary
}
