//! Reads files that may be compressed.

use std::fs::File;
use std::io::{self, BufReader, Chain, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::MultiGzDecoder;

/// The path that stands for standard input.
pub(crate) const STDIN: &str = "-";

/// The decompressed bytes of a file. It counts the bytes of the file that have been read for them.
pub(crate) struct Input {
    path: PathBuf,
    reader: Box<dyn Read + Send>,
    taken: Arc<AtomicU64>,
}

const GZIP: &[u8] = &[0x1f, 0x8b];
/// The magic number of RFC 8878, section 3.1.1.
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

impl Input {
    /// Opens a file, or standard input for `-`. The first bytes tell the compression; the name does not matter.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file: Box<dyn Read + Send> =
            if path == Path::new(STDIN) { Box::new(io::stdin()) } else { Box::new(File::open(path)?) };
        let taken = Arc::new(AtomicU64::new(0));
        let mut counted = Counted { inner: file, taken: Arc::clone(&taken) };
        let mut magic = Vec::with_capacity(ZSTD.len());
        counted.by_ref().take(ZSTD.len() as u64).read_to_end(&mut magic)?;
        let (gzip, zstd) = (magic.starts_with(GZIP), magic == ZSTD);
        let whole: Chain<Cursor<Vec<u8>>, _> = Cursor::new(magic).chain(counted);
        let reader: Box<dyn Read + Send> = if gzip {
            Box::new(MultiGzDecoder::new(BufReader::with_capacity(1 << 17, whole)))
        } else if zstd {
            Box::new(zstd::stream::read::Decoder::new(whole)?)
        } else {
            Box::new(whole)
        };
        Ok(Self { path: path.to_owned(), reader, taken })
    }

    /// Counts the bytes of the file that have been read, before decompression.
    pub(crate) fn taken(&self) -> Taken {
        Taken(Arc::clone(&self.taken))
    }
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
        assert_eq!(read(&zstd::encode_all(&b"abc"[..], 3).unwrap()).unwrap(), b"abc");
    }

    #[test]
    fn what_ends_early_is_an_error_and_not_the_end() {
        let whole = gzip("a long enough text ".repeat(1000).as_bytes());
        assert!(read(&whole[..whole.len() / 2]).is_err());
        let whole = zstd::encode_all("a long enough text ".repeat(1000).as_bytes(), 3).unwrap();
        assert!(read(&whole[..whole.len() / 2]).is_err());
    }
}
