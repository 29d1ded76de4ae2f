//! Reads files that may be compressed.

mod compression;
mod file;
mod text;

use std::fs::Metadata;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use self::compression::{decompressed, is_undecided};
pub(crate) use self::file::InputFile;
pub(crate) use self::text::TextInput;

/// The path that stands for standard input.
pub(crate) const STDIN: &str = "-";

/// Whether a path is standard input, or another pipe or device: what has been read from it cannot be read again.
pub(crate) fn is_stream(path: &Path) -> bool {
    let is_other = |metadata: Metadata| !metadata.is_file() && !metadata.is_dir();
    path == Path::new(STDIN) || path.metadata().is_ok_and(is_other)
}

/// The decompressed bytes of a file. It counts the bytes of the file that have been read for them.
pub(crate) struct Input {
    path: PathBuf,
    reader: Box<dyn Read + Send>,
    taken: Arc<AtomicU64>,
}

impl Input {
    /// Opens a file of this machine.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        Self::of(&path.into())
    }

    /// Opens a file. The first bytes tell the compression; the name does not matter.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub(crate) fn of(file: &InputFile) -> io::Result<Self> {
        let path = file.path();
        let file = file.read()?;
        let taken = Arc::new(AtomicU64::new(0));
        let mut counted = Counted { inner: file, taken: Arc::clone(&taken) };
        let magic = begin(&mut counted, is_undecided)?;
        let reader = decompressed(&magic.clone(), Cursor::new(magic).chain(counted))?;
        Ok(Self { path: path.to_owned(), reader, taken })
    }

    /// Counts the bytes of the file that have been read, before decompression.
    pub(crate) fn taken(&self) -> Taken {
        Taken(Arc::clone(&self.taken))
    }
}

/// Reads the first bytes, as many as it takes to decide what they are: a pipe may not have more yet.
fn begin(input: &mut impl Read, undecided: impl Fn(&[u8]) -> bool) -> io::Result<Vec<u8>> {
    let mut begin = Vec::new();
    while undecided(&begin) {
        let mut byte = [0];
        match input.read(&mut byte) {
            Ok(0) => break,
            Ok(_) => begin.extend(byte),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(begin)
}

/// The count of the bytes of a file that have been read.
#[derive(Debug, Clone)]
pub(crate) struct Taken(Arc<AtomicU64>);

impl Taken {
    pub(crate) fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer)
    }
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Input").field("path", &self.path).finish_non_exhaustive()
    }
}

struct Counted<R> {
    inner: R,
    taken: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.taken.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn read(bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let mut read = Vec::new();
        let mut input = Input::open(file.path())?;
        let taken = input.taken();
        input.read_to_end(&mut read)?;
        assert_eq!(taken.bytes(), bytes.len() as u64);
        Ok(read)
    }

    /// `n` and `1` on lines of their own, by xz.
    const XZ: [u8; 60] = [
        0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 0x00, 0x04, 0xe6, 0xd6, 0xb4, 0x46, 0x02, 0x00, 0x21, 0x01, 0x0c,
        0x00, 0x00, 0x00, 0x8f, 0x98, 0x41, 0x9c, 0x01, 0x00, 0x03, 0x6e, 0x0a, 0x31, 0x0a, 0x00, 0x51, 0xfe,
        0x79, 0x3c, 0xdc, 0x5b, 0x5e, 0x4e, 0x00, 0x01, 0x1c, 0x04, 0x6f, 0x2c, 0x9c, 0xc1, 0x1f, 0xb6, 0xf3,
        0x7d, 0x01, 0x00, 0x00, 0x00, 0x00, 0x04, 0x59, 0x5a,
    ];

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn compression_is_known_by_the_first_bytes() {
        assert_eq!(read(b"").unwrap(), b"");
        assert_eq!(read(b"a\n").unwrap(), b"a\n");
        assert_eq!(read(&gzip(b"abc")).unwrap(), b"abc");
        assert_eq!(read(&[gzip(b"abc"), gzip(b"def")].concat()).unwrap(), b"abcdef", "several members");
        let zstd = zstd::encode_all(&b"abc"[..], 3).unwrap();
        assert_eq!(read(&zstd).unwrap(), b"abc");
        let skipped = [0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, b'x', b'y', b'z'];
        assert_eq!(read(&[&skipped[..], &zstd].concat()).unwrap(), b"abc", "a skippable frame in front");
        let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
        bzip2.write_all(b"abc").unwrap();
        let bzip2 = bzip2.finish().unwrap();
        assert_eq!(read(&bzip2.repeat(2)).unwrap(), b"abcabc");
        assert_eq!(read(&XZ.repeat(2)).unwrap(), b"n\n1\nn\n1\n");
    }

    #[test]
    fn zeros_behind_gzip_are_padding_and_other_bytes_are_not() {
        assert_eq!(read(&[gzip(b"abc"), vec![0; 512]].concat()).unwrap(), b"abc");
        assert_eq!(read(&[gzip(b"abc"), vec![0; 3], gzip(b"def")].concat()).unwrap(), b"abcdef");
        let error = read(&[gzip(b"abc"), b"junk".to_vec()].concat()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }

    #[test]
    fn what_is_no_text_is_named() {
        let error = read(b"PK\x03\x04\x14\x00\x00\x00\x08\x00").unwrap_err();
        assert!(error.to_string().contains("zip archive"), "{error}");
    }

    #[test]
    fn what_ends_early_is_an_error_and_not_the_end() {
        let whole = gzip("a long enough text ".repeat(1000).as_bytes());
        assert!(read(&whole[..whole.len() / 2]).is_err());
        let whole = zstd::encode_all("a long enough text ".repeat(1000).as_bytes(), 3).unwrap();
        assert!(read(&whole[..whole.len() / 2]).is_err());
    }
}
