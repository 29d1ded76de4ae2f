//! Text in any encoding.

use std::io::{self, Cursor, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::{Input, InputFile, Taken, begin};

/// The decompressed bytes of a file as UTF-8. What is no text in the file's encoding is a byte `0xff` here, which is no UTF-8, so
/// that a reader finds it in the record where it is.
pub(crate) struct TextInput {
    reader: Box<dyn Read + Send>,
    taken: Taken,
    encoding: &'static Encoding,
}

/// Byte order marks: of UTF-32, of UTF-16, which the first one begins with, and of UTF-8.
const MARKS: [&[u8]; 5] =
    [&[0xff, 0xfe, 0, 0], &[0, 0, 0xfe, 0xff], &[0xff, 0xfe], &[0xfe, 0xff], "\u{feff}".as_bytes()];

impl TextInput {
    /// Opens a file. Without an encoding it is UTF-8, or UTF-16 if a byte order mark says so.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub(crate) fn open(file: &InputFile, encoding: Option<&'static Encoding>) -> io::Result<Self> {
        let mut input = Input::of(file)?;
        let taken = input.taken();
        let mark = begin(&mut input, |begin| {
            MARKS.iter().any(|mark| mark.len() > begin.len() && mark.starts_with(begin))
        })?;
        if matches!(mark.as_slice(), [0xff, 0xfe, 0, 0] | [0, 0, 0xfe, 0xff]) {
            return Err(io::Error::other("it is UTF-32: convert it with `iconv -f utf-32 -t utf-8`"));
        }
        let encoding = match mark.as_slice() {
            [0xff, 0xfe, ..] => UTF_16LE,
            [0xfe, 0xff, ..] => UTF_16BE,
            _ => encoding.unwrap_or(UTF_8),
        };
        let whole = Cursor::new(mark).chain(input);
        let reader: Box<dyn Read + Send> = if encoding == UTF_8 {
            Box::new(whole)
        } else {
            Box::new(Decoded::new(whole, encoding.new_decoder_with_bom_removal()))
        };
        Ok(Self { reader, taken, encoding })
    }

    /// The name of the encoding.
    pub(crate) fn encoding(&self) -> &'static str {
        self.encoding.name()
    }

    /// Counts the bytes of the file that have been read.
    pub(crate) fn taken(&self) -> Taken {
        self.taken.clone()
    }
}

impl Read for TextInput {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer)
    }
}

/// Bytes of another encoding as UTF-8.
struct Decoded<R> {
    inner: R,
    decoder: Decoder,
    /// Bytes that are not decoded yet.
    bytes: Vec<u8>,
    ended: bool,
    finished: bool,
    /// Text that is not read yet.
    text: Cursor<Vec<u8>>,
}

const PIECE: usize = 1 << 16;

impl<R: Read> Decoded<R> {
    fn new(inner: R, decoder: Decoder) -> Self {
        let text = Cursor::new(Vec::new());
        Self { inner, decoder, bytes: Vec::new(), ended: false, finished: false, text }
    }

    /// Decodes the next bytes.
    fn decode(&mut self) -> io::Result<()> {
        if self.bytes.is_empty() && !self.ended {
            self.inner.by_ref().take(PIECE as u64).read_to_end(&mut self.bytes)?;
            self.ended = self.bytes.len() < PIECE;
        }
        let mut text = std::mem::take(&mut self.text).into_inner();
        text.resize(PIECE * 2, 0);
        let (result, read, written) =
            self.decoder.decode_to_utf8_without_replacement(&self.bytes, &mut text, self.ended);
        text.truncate(written);
        self.bytes.drain(..read);
        match result {
            DecoderResult::InputEmpty => self.finished = self.ended,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => text.push(0xff),
        }
        self.text = Cursor::new(text);
        Ok(())
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.text.read(buffer)?;
            if read > 0 || buffer.is_empty() || self.finished {
                return Ok(read);
            }
            self.decode()?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn read(bytes: &[u8], encoding: Option<&str>) -> Vec<u8> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let encoding = encoding.map(|label| Encoding::for_label(label.as_bytes()).unwrap());
        let mut text = Vec::new();
        TextInput::open(&file.path().into(), encoding).unwrap().read_to_end(&mut text).unwrap();
        text
    }

    #[test]
    fn text_is_utf_8_whatever_it_was() {
        assert_eq!(read(b"M\xfcnchen", Some("windows-1252")), "München".as_bytes());
        assert_eq!(read(b"M\xfcnchen", None), b"M\xfcnchen", "without an encoding it is as it is");
        assert_eq!(read(b"\xff\xfeM\0\xfc\0", None), "Mü".as_bytes());
        assert_eq!(read(b"\xfe\xff\0M\0\xfc", None), "Mü".as_bytes());
        assert_eq!(read(b"M\0\xfc\0", Some("utf-16le")), "Mü".as_bytes());
        assert_eq!(read(b"\x93\xfa\x96{", Some("shift_jis")), "日本".as_bytes());
        let long = "日本".repeat(100_000);
        let utf16: Vec<u8> = long.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read(&utf16, Some("utf-16le")), long.as_bytes());
    }

    #[test]
    fn what_is_no_text_is_not_replaced() {
        assert_eq!(read(b"a\x81 b", Some("shift_jis")), b"a\xff b");
        assert_eq!(read(b"a\0\x00\xd8b\0", Some("utf-16le")), b"a\xffb", "half a pair");
    }
}
