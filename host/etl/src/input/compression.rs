//! Compressed files, by their first bytes.

use std::io::{self, BufRead, BufReader, Read};

use bzip2::bufread::MultiBzDecoder;
use flate2::bufread::GzDecoder;
use lzma_rust2::XzReader;

const GZIP: &[u8] = &[0x1f, 0x8b];
const XZ: &[u8] = &[0xfd, b'7', b'z', b'X', b'Z', 0];
/// RFC 8878, section 3.1.1.
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
/// The largest dictionary that `xz` writes takes 64 MiB.
const XZ_MEMORY_KIB: u32 = 1 << 18;
/// What precedes the first block of a bzip2 stream, or its end if it is empty.
const BZIP2_BLOCKS: [&[u8]; 2] = [b"1AY&SY", &[0x17, 0x72, 0x45, 0x38, 0x50, 0x90]];

/// Formats that cannot be read as text, with what to do.
const FOREIGN: [(&[u8], &str); 7] = [
    (b"PK\x03\x04", "it is a zip archive, or a file of an office program: unpack or export it first"),
    (b"PAR1\x15", "it is a Parquet file: set `format = \"parquet\"`"),
    (b"SQLite for", "it is an SQLite database: set `format = \"sqlite\"` and a `query`"),
    (b"7z\xbc\xaf\x27\x1c", "it is a 7z archive: unpack it first"),
    (b"\x04\x22\x4d\x18", "it is compressed with LZ4: decompress it first, or compress it with Zstandard"),
    (
        b"\xff\x06\x00\x00sNaPpY",
        "it is compressed with Snappy: decompress it first, or compress it with Zstandard",
    ),
    (b"ARROW1\0\0", "it is an Arrow IPC file: convert it to Parquet"),
];

/// Whether a file that begins so may be compressed, or foreign, which only more bytes tell. A pipe may not have more yet.
pub(super) fn is_undecided(begin: &[u8]) -> bool {
    // The fourth byte of bzip2 is its level, and those of skippable frames begin with one of sixteen.
    let bzip2 = BZIP2_BLOCKS.map(|block| [b"BZh9", block].concat());
    let skippable: &[u8] = &[0x50, 0x2a, 0x4d, 0x18];
    let usual = |(place, byte): (usize, &u8)| match (place, byte) {
        (0, 0x50..=0x5f) => 0x50,
        (3, b'1'..=b'9') => b'9',
        (_, byte) => *byte,
    };
    let patterns = bzip2.iter().map(Vec::as_slice).chain([skippable]);
    let one_of_patterns = patterns.into_iter().any(|pattern| {
        let begun = begin.iter().enumerate().map(usual);
        pattern.len() > begin.len() && begun.zip(pattern).all(|(byte, expected)| byte == *expected)
    });
    let mut exact = [GZIP, ZSTD, XZ].into_iter().chain(FOREIGN.iter().map(|(begin, _)| *begin));
    one_of_patterns || exact.any(|magic| magic.len() > begin.len() && magic.starts_with(begin))
}

/// Decompresses a file that begins with `magic`.
pub(super) fn decompressed(
    magic: &[u8],
    whole: impl Read + Send + 'static,
) -> io::Result<Box<dyn Read + Send>> {
    if let Some((_, help)) = FOREIGN.iter().find(|(begin, _)| magic.starts_with(begin)) {
        return Err(io::Error::other(*help));
    }
    let buffered = |whole| BufReader::with_capacity(1 << 17, whole);
    Ok(if magic.starts_with(GZIP) {
        Box::new(Gzip(Some(GzDecoder::new(buffered(whole)))))
    } else if magic.starts_with(ZSTD) || is_skippable(magic) {
        Box::new(zstd::stream::read::Decoder::new(whole)?)
    } else if is_bzip2(magic) {
        Box::new(MultiBzDecoder::new(buffered(whole)))
    } else if magic.starts_with(XZ) {
        Box::new(XzReader::new_mem_limit(buffered(whole), true, XZ_MEMORY_KIB))
    } else {
        Box::new(whole)
    })
}

/// A frame that decoders skip, before or between those with data: RFC 8878, section 3.1.2.
fn is_skippable(magic: &[u8]) -> bool {
    matches!(magic, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..])
}

fn is_bzip2(magic: &[u8]) -> bool {
    matches!(magic, [b'B', b'Z', b'h', b'1'..=b'9', blocks @ ..] if BZIP2_BLOCKS.contains(&blocks))
}

/// One gzip member after the other. Zeros after the last one are padding, as tapes and some programs add it.
struct Gzip<R>(Option<GzDecoder<R>>);

impl<R: BufRead> Read for Gzip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.0 {
            let read = member.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            let Some(mut rest) = self.0.take().map(GzDecoder::into_inner) else { break };
            match skip_zeros(&mut rest)? {
                None => break,
                Some(0x1f) => self.0 = Some(GzDecoder::new(rest)),
                Some(_) => {
                    let text = "other bytes follow the gzip data";
                    return Err(io::Error::new(io::ErrorKind::InvalidData, text));
                }
            }
        }
        Ok(0)
    }
}

/// The next byte that is not zero.
fn skip_zeros(input: &mut impl BufRead) -> io::Result<Option<u8>> {
    loop {
        let ready = input.fill_buf()?;
        let (zeros, next) = match ready.iter().position(|byte| *byte != 0) {
            Some(place) => (place, ready.get(place).copied()),
            None => (ready.len(), None),
        };
        let ended = ready.is_empty();
        input.consume(zeros);
        if next.is_some() || ended {
            return Ok(next);
        }
    }
}
