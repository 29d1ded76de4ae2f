//! Reading files.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use std::time::Duration;

use witdock_editor_core::{Decoded, Decoder, Document};

use super::{FileId, OpenError, Opened, Reread, Stamp};

/// How long a file that is suddenly empty or missing may stay so before that is believed: other programs truncate a file, or
/// remove it, before they write it again.
const IN_BETWEEN: Duration = Duration::from_millis(400);
/// How often it is looked at meanwhile.
const LOOK: Duration = Duration::from_millis(20);

/// Opens a file, or an empty document for one that does not exist.
///
/// # Errors
///
/// When the path is not a regular file, cannot be read, or is not UTF-8 text.
pub fn open(path: &Path) -> Result<Opened, OpenError> {
    let Some((decoded, metadata)) = read(path)? else {
        return Ok(Opened {
            document: Document::new(),
            read_only: false,
            is_new: true,
            stamp: Stamp::default(),
            file: FileId::of(path),
        });
    };
    Ok(Opened {
        document: Document::from(decoded),
        read_only: metadata.permissions().readonly(),
        is_new: false,
        stamp: Stamp::from(&metadata),
        file: FileId::of(path),
    })
}

/// Reads a file again, unless it still has this stamp. Blocks for a moment where it is empty or missing, which it may be while
/// another program writes it.
///
/// # Errors
///
/// Those of [`open`].
pub fn reread(path: &Path, stamp: Option<Stamp>) -> Result<Reread, OpenError> {
    let mut waited = Duration::ZERO;
    while waited < IN_BETWEEN && stamp.is_some_and(|stamp| !stamp.is_empty()) && Stamp::of(path).is_empty() {
        std::thread::sleep(LOOK);
        waited += LOOK;
    }
    if stamp == Some(Stamp::of(path)) {
        let read_only = fs::metadata(path).is_ok_and(|metadata| metadata.permissions().readonly());
        return Ok(Reread::Unchanged { read_only });
    }
    Ok(match read(path)? {
        Some((decoded, metadata)) => Reread::Changed {
            decoded,
            stamp: Stamp::from(&metadata),
            read_only: metadata.permissions().readonly(),
            file: FileId::of(path),
        },
        None => Reread::Missing,
    })
}

fn read(path: &Path) -> Result<Option<(Decoded, fs::Metadata)>, OpenError> {
    let unreadable = |error| OpenError::Unreadable { path: path.to_owned(), error };
    // Checked first: opening a pipe that nobody writes to would wait forever.
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(None);
        }
        Err(error) => return Err(unreadable(error)),
    };
    if !metadata.is_file() {
        return Err(OpenError::NotAFile(path.to_owned()));
    }
    let not_text = |error| OpenError::NotText { path: path.to_owned(), error };
    let mut file = File::open(path).map_err(unreadable)?;
    let mut decoder = Decoder::new();
    let mut piece = vec![0; 1 << 20];
    loop {
        let read = match file.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(unreadable(error)),
        };
        decoder.push(piece.get(..read).unwrap_or_default()).map_err(not_text)?;
    }
    Ok(Some((decoder.finish().map_err(not_text)?, metadata)))
}
