//! Reading files.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use std::time::Duration;

use witdock_editor_core::{DecodeError, Decoded, Decoder, Document, Encoding};

use super::{FileId, OpenError, Opened, Reread, Stamp};
use crate::preference;

/// How long a file that is suddenly empty or missing may stay so before that is believed: other programs truncate a file, or
/// remove it, before they write it again.
const IN_BETWEEN: Duration = Duration::from_millis(400);
/// How often it is looked at meanwhile.
const LOOK: Duration = Duration::from_millis(20);

/// Opens a file, or an empty document for one that does not exist. Without an `encoding`, the encoding is recognized.
///
/// # Errors
///
/// When the path is not a regular file, cannot be read, or is not text.
pub fn open(path: &Path, encoding: Option<Encoding>) -> Result<Opened, OpenError> {
    let preferences = preference::of_folders(path);
    let format = preferences.as_ref().ok().and_then(|said| said.format);
    let how = match (encoding, format) {
        (Some(encoding), _) => Reading::As(encoding),
        (None, Some(format)) => Reading::Like(format.encoding),
        (None, None) => Reading::Recognized,
    };
    let Some((decoded, metadata)) = read(path, how)? else {
        let mut document = Document::new();
        document.set_new_format(format.unwrap_or_default());
        return Ok(Opened {
            document,
            read_only: false,
            is_new: true,
            stamp: Stamp::default(),
            file: FileId::of(path),
            preferences,
        });
    };
    Ok(Opened {
        document: Document::from(decoded),
        read_only: metadata.permissions().readonly(),
        is_new: false,
        stamp: Stamp::from(&metadata),
        file: FileId::of(path),
        preferences,
    })
}

/// In which encoding a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// The one that it most probably has.
    Recognized,
    /// This one where it fits, since the document had it, and otherwise what it most probably has.
    Like(Encoding),
    /// This one, which the person has chosen.
    As(Encoding),
}

/// Reads a file again, unless it still has this stamp. Blocks for a moment where it is empty or missing, which it may be while
/// another program writes it.
///
/// # Errors
///
/// Those of [`open`].
pub fn reread(path: &Path, stamp: Option<Stamp>, how: Reading) -> Result<Reread, OpenError> {
    let mut waited = Duration::ZERO;
    while waited < IN_BETWEEN && stamp.is_some_and(|stamp| !stamp.is_empty()) && Stamp::of(path).is_empty() {
        std::thread::sleep(LOOK);
        waited += LOOK;
    }
    if stamp == Some(Stamp::of(path)) {
        let read_only = fs::metadata(path).is_ok_and(|metadata| metadata.permissions().readonly());
        return Ok(Reread::Unchanged { read_only });
    }
    Ok(match read(path, how)? {
        Some((decoded, metadata)) => Reread::Changed {
            decoded,
            stamp: Stamp::from(&metadata),
            read_only: metadata.permissions().readonly(),
            file: FileId::of(path),
        },
        None => Reread::Missing,
    })
}

fn read(path: &Path, how: Reading) -> Result<Option<(Decoded, fs::Metadata)>, OpenError> {
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
    let decoded = match how {
        Reading::As(encoding) if encoding == Encoding::UTF_8 => decoded(path).map_err(unreadable)?,
        Reading::As(encoding) => Decoded::from_bytes_as(&fs::read(path).map_err(unreadable)?, encoding),
        Reading::Recognized | Reading::Like(_) => match decoded(path).map_err(unreadable)? {
            Ok(decoded) => Ok(like(decoded, how)),
            // All of it in memory: other encodings are recognized, and decoded, as a whole.
            Err(error) => otherwise(&fs::read(path).map_err(unreadable)?, how, error),
        },
    };
    Ok(Some((decoded.map_err(not_text)?, metadata)))
}

/// A text of ASCII alone has the encoding that the document had, if that has ASCII too.
fn like(decoded: Decoded, how: Reading) -> Decoded {
    match how {
        Reading::Like(encoding) if !encoding.is_unicode() && is_ascii(&decoded) => {
            Decoded { encoding, ..decoded }
        }
        _ => decoded,
    }
}

fn is_ascii(decoded: &Decoded) -> bool {
    decoded.text.chunks(0..decoded.text.len()).all(str::is_ascii) && !decoded.bom
}

/// Decodes what is not UTF-8.
fn otherwise(bytes: &[u8], how: Reading, error: DecodeError) -> Result<Decoded, DecodeError> {
    match how {
        Reading::Like(encoding) if encoding != Encoding::UTF_8 => {
            Decoded::from_bytes_as(bytes, encoding).or_else(|_| Decoded::guessed(bytes, error))
        }
        _ => Decoded::guessed(bytes, error),
    }
}

/// Decodes a file as UTF-8, piece by piece.
fn decoded(path: &Path) -> io::Result<Result<Decoded, DecodeError>> {
    let mut file = File::open(path)?;
    let mut decoder = Decoder::new();
    let mut piece = vec![0; 1 << 20];
    loop {
        let read = match file.read(&mut piece) {
            Ok(0) => return Ok(decoder.finish()),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if let Err(error) = decoder.push(piece.get(..read).unwrap_or_default()) {
            return Ok(Err(error));
        }
    }
}
