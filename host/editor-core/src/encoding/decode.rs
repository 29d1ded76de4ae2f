//! Decoding UTF-8, piece by piece.

use ropey::RopeBuilder;

use super::Encoding;
use crate::line_ending::LineEndings;
use crate::text::Text;

const BOM: &[u8] = b"\xef\xbb\xbf";

/// The number of bytes at the start of a file from which [`Guess`] is made.
const GUESS_BYTES: usize = 8 * 1024;

/// A byte that is not of the encoding, with its place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not {encoding}: byte {byte:#04x} at offset {offset} (line {}, byte {} of it); {guess}", line + 1, column + 1)]
#[non_exhaustive]
pub struct DecodeError {
    /// The offset of the first invalid byte in the file, including a byte order mark.
    pub offset: usize,
    /// The line of the byte, from 0.
    pub line: usize,
    /// The number of bytes before it in its line.
    pub column: usize,
    /// The invalid byte.
    pub byte: u8,
    /// What the file probably is.
    pub guess: Guess,
    /// The encoding that the file does not have.
    pub encoding: Encoding,
}

/// What a file that is not of the encoding probably is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Guess {
    /// A program, an image or an archive: there are zero bytes near the start.
    Binary,
    /// UTF-16: it starts with that byte order mark.
    Utf16,
    /// Truncated: it ends inside a character.
    CutOff,
    /// Text in another encoding.
    Legacy,
}

impl std::fmt::Display for Guess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Guess::Binary => "this looks like a binary file",
            Guess::Utf16 => "this looks like UTF-16, and is not valid",
            Guess::CutOff => "the file ends in the middle of a character: it may have been cut off",
            Guess::Legacy => "it may have another encoding",
        })
    }
}

/// A text decoded from bytes, with everything that is needed to encode the same bytes again.
#[derive(Clone, Debug, Default)]
pub struct Decoded {
    /// The text, without the byte order mark and with its line breaks as they are.
    pub text: Text,
    /// Whether the bytes began with a byte order mark.
    pub bom: bool,
    /// The numbers of LF and CRLF line breaks.
    pub line_endings: LineEndings,
    /// The encoding.
    pub encoding: Encoding,
}

impl Decoded {
    /// Decodes a whole file in memory.
    ///
    /// # Errors
    /// [`DecodeError`] at the first byte that is not UTF-8.
    pub fn from_bytes(bytes: &[u8]) -> Result<Decoded, DecodeError> {
        let mut decoder = Decoder::new();
        decoder.push(bytes)?;
        decoder.finish()
    }
}

/// Decodes a file piece by piece, so that it is never in memory twice. O(n) over the file.
///
/// ```
/// # fn main() -> Result<(), witdock_editor_core::DecodeError> {
/// let mut decoder = witdock_editor_core::Decoder::new();
/// decoder.push(b"na\xc3")?;
/// decoder.push(b"\xafve\n")?;
/// assert_eq!(decoder.finish()?.text.to_string(), "naïve\n");
/// # Ok(())
/// # }
/// ```
#[derive(Default)]
pub struct Decoder {
    builder: RopeBuilder,
    /// The start of a character whose rest is in the next piece: at most three bytes.
    pending: Vec<u8>,
    /// The file's first bytes, for [`Guess`] and for the byte order mark.
    head: Vec<u8>,
    /// The number of bytes decoded so far, including a byte order mark.
    offset: usize,
    line: usize,
    line_start: usize,
    line_endings: LineEndings,
    /// Whether the last decoded byte was CR.
    after_cr: bool,
    /// Whether a character beyond ASCII was decoded: what follows is meant to be UTF-8.
    has_wide: bool,
}

impl Decoder {
    /// A decoder at the start of a file.
    pub fn new() -> Decoder {
        Decoder::default()
    }

    /// Takes the next piece; pieces may split characters and line breaks.
    ///
    /// # Errors
    /// [`DecodeError`] at the first byte that is not UTF-8. The decoder must not be used after it.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), DecodeError> {
        let room = GUESS_BYTES.saturating_sub(self.head.len());
        self.head.extend(bytes.iter().take(room));

        let mut rest = bytes;
        while !self.pending.is_empty() {
            let Some((&byte, after)) = rest.split_first() else { return Ok(()) };
            rest = after;
            self.pending.push(byte);
            let pending = std::mem::take(&mut self.pending);
            match std::str::from_utf8(&pending) {
                Ok(text) => self.append(text),
                Err(error) if error.error_len().is_none() => self.pending = pending,
                Err(_) => return Err(self.error(&pending, false)),
            }
        }
        match std::str::from_utf8(rest) {
            Ok(text) => self.append(text),
            Err(error) => {
                let (good, bad) = rest.split_at_checked(error.valid_up_to()).unwrap_or((&[], rest));
                self.append(std::str::from_utf8(good).unwrap_or_default());
                if error.error_len().is_some() {
                    return Err(self.error(bad, false));
                }
                self.pending = bad.to_vec();
            }
        }
        Ok(())
    }

    /// The whole text, after the last piece.
    ///
    /// # Errors
    /// [`DecodeError`] if the last piece ended inside a character.
    pub fn finish(self) -> Result<Decoded, DecodeError> {
        if !self.pending.is_empty() {
            return Err(self.error(&self.pending, true));
        }
        Ok(Decoded {
            bom: self.head.starts_with(BOM),
            text: Text::build(self.builder),
            line_endings: self.line_endings,
            encoding: Encoding::UTF_8,
        })
    }

    fn append(&mut self, text: &str) {
        for (at, _) in text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n') {
            let crlf = match at.checked_sub(1) {
                Some(before) => text.as_bytes().get(before) == Some(&b'\r'),
                None => self.after_cr,
            };
            self.line_endings.count(crlf);
            self.line += 1;
            self.line_start = self.offset + at + 1;
        }
        if let Some(last) = text.bytes().last() {
            self.after_cr = last == b'\r';
        }
        let content = if self.offset == 0 { text.strip_prefix('\u{feff}').unwrap_or(text) } else { text };
        self.has_wide |= !content.is_ascii();
        self.builder.append(content);
        self.offset += text.len();
    }

    fn error(&self, bad: &[u8], at_end: bool) -> DecodeError {
        let guess = if self.head.starts_with(b"\xff\xfe") || self.head.starts_with(b"\xfe\xff") {
            Guess::Utf16
        } else if self.head.contains(&0) {
            Guess::Binary
        } else if at_end && self.has_wide {
            Guess::CutOff
        } else {
            Guess::Legacy
        };
        DecodeError {
            offset: self.offset,
            line: self.line,
            column: self.offset - self.line_start,
            byte: bad.first().copied().unwrap_or_default(),
            guess,
            encoding: Encoding::UTF_8,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Format;
    use super::super::encode::encoded;
    use super::*;

    /// Decodes in pieces of each small size; the bytes must come back, or the error be the same.
    fn check(bytes: &[u8]) -> Result<Decoded, DecodeError> {
        let whole = Decoded::from_bytes(bytes);
        for size in 1..6 {
            let mut decoder = Decoder::new();
            let pieces = bytes.chunks(size).try_for_each(|piece| decoder.push(piece));
            match (&whole, pieces.and_then(|()| decoder.finish())) {
                (Ok(whole), Ok(decoded)) => {
                    let format = Format { encoding: decoded.encoding, bom: decoded.bom };
                    let again = encoded(&decoded.text, format).unwrap();
                    assert_eq!(again.pieces().collect::<Vec<_>>().concat(), bytes);
                    assert_eq!(decoded.line_endings, whole.line_endings);
                }
                (Err(whole), Err(error)) => {
                    assert_eq!(
                        (error.offset, error.line, error.column),
                        (whole.offset, whole.line, whole.column)
                    );
                    assert_eq!(error.byte, whole.byte);
                }
                (whole, decoded) => panic!("{whole:?} as a whole, {decoded:?} in pieces of {size}"),
            }
        }
        whole
    }

    #[test]
    fn text_comes_back_byte_for_byte() {
        for text in
            ["", "a", "\u{feff}", "\u{feff}é\r\nb\n", "\u{feff}\u{feff}twice", "\r", "\r\r\n\n", "🦀\0x"]
        {
            check(text.as_bytes()).unwrap();
        }
        assert_eq!(check("\u{feff}é".as_bytes()).unwrap().text.len(), 2);
    }

    #[test]
    fn other_bytes_are_refused_with_their_place() {
        let error = check(b"\xef\xbb\xbfok\r\ncaf\xe9 au lait").unwrap_err();
        assert_eq!(
            error.to_string(),
            "not UTF-8: byte 0xe9 at offset 10 (line 2, byte 4 of it); \
             it may have another encoding"
        );
        assert_eq!(check(b"\xff\xfea\0").unwrap_err().guess, Guess::Utf16);
        assert_eq!(check(b"\x7fELF\x02\0\0\xb0").unwrap_err().guess, Guess::Binary);
        assert_eq!(
            check("größe cut 🦀".as_bytes().split_last().unwrap().1).unwrap_err().guess,
            Guess::CutOff
        );
    }
}
