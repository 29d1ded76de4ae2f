//! One kept text, as a file.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use witdock_editor_core::{Decoded, Snapshot};

use super::session_file::SessionFile;
use super::texts_of;

/// The first line of the file. The text follows as it would stand in its own file.
#[derive(Debug, Serialize, Deserialize)]
struct Heading {
    /// The format of the file.
    version: u32,
    /// The document's own file, without symbolic links.
    #[serde(with = "super::path_text", default)]
    file: Option<PathBuf>,
    /// Seconds since 1970.
    written: u64,
}

const VERSION: u32 = 1;
/// The longest first line.
const LONGEST_HEADING: u64 = 64 << 10;

/// A text that an editor has left behind: no file has it.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The file that keeps it.
    pub(crate) kept_in: PathBuf,
    /// The document's own file; none for a document that was never saved.
    pub file: Option<PathBuf>,
    /// When it was kept.
    pub written: SystemTime,
    /// The text.
    pub text: Decoded,
    /// Held, so that no other editor offers it too.
    session: SessionFile,
}

impl Kept {
    /// The name of the document's file, or `untitled`.
    pub fn name(&self) -> String {
        let name = self.file.as_deref().and_then(Path::file_name);
        name.map_or_else(
            || "untitled".to_owned(),
            |name| witdock::text::name(&name.to_string_lossy()).to_string(),
        )
    }

    pub(super) fn read(kept_in: PathBuf, session: SessionFile) -> io::Result<Self> {
        let mut reader = BufReader::new(File::open(&kept_in)?);
        let mut heading = String::new();
        (&mut reader).take(LONGEST_HEADING).read_line(&mut heading)?;
        let Heading { version, file, written } = serde_json::from_str(&heading)?;
        if version != VERSION {
            return Err(io::Error::other("it is of another version"));
        }
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes)?;
        let text = Decoded::from_bytes(&bytes).map_err(io::Error::other)?;
        Ok(Self { kept_in, file, written: UNIX_EPOCH + Duration::from_secs(written), text, session })
    }

    /// Writes a text in one step: an older one stays whole until the new one is.
    pub(super) fn write(kept_in: &Path, file: Option<&Path>, text: &Snapshot) -> io::Result<()> {
        let written = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let folder = kept_in.parent().unwrap_or_else(|| Path::new("."));
        let mut whole = tempfile::NamedTempFile::new_in(folder)?;
        let mut writer = io::BufWriter::new(whole.as_file_mut());
        serde_json::to_writer(
            &mut writer,
            &Heading { version: VERSION, file: file.map(Path::to_owned), written },
        )?;
        writer.write_all(b"\n")?;
        text.chunks().try_for_each(|chunk| writer.write_all(chunk))?;
        writer.flush()?;
        drop(writer);
        whole.as_file().sync_data()?;
        whole.persist(kept_in).map_err(|error| error.error)?;
        Ok(())
    }

    /// Takes note that the text was moved or dropped: the last one takes the file of its session along.
    pub(super) fn release(&self) {
        let folder = self.kept_in.parent().unwrap_or_else(|| Path::new("."));
        if texts_of(folder, &self.session).next().is_none() {
            self.session.remove();
        }
    }

    pub(super) fn remove(kept_in: &Path) {
        // There may be none.
        let _ = fs::remove_file(kept_in);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recovery::Recovery;

    #[cfg(unix)]
    #[test]
    fn a_file_whose_name_is_not_text_is_kept() {
        use std::os::unix::ffi::OsStrExt as _;
        let folder = tempfile::tempdir().unwrap();
        let recovery = Recovery::begin(folder.path()).unwrap();
        for name in [&b"caf\xe9.txt"[..], "café.txt".as_bytes()] {
            let file = Path::new(std::ffi::OsStr::from_bytes(name));
            let kept_in = recovery.file_of(1);
            let document = witdock_editor_core::Document::from_bytes(b"text").unwrap();
            Kept::write(&kept_in, Some(file), &document.snapshot()).unwrap();
            let kept = Kept::read(kept_in, recovery.session.clone()).unwrap();
            assert_eq!((kept.file.as_deref(), kept.text.text.to_string()), (Some(file), "text".to_owned()));
        }
    }
}
