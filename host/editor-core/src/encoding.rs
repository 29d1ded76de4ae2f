//! From bytes to text and back, byte for byte.
//!
//! Only UTF-8 is text. Other bytes are refused, with the place of the first one, rather than carried through in
//! some escaped form: plugins receive WIT strings, which are Unicode, so an escape would show them a text that is
//! not the file's, and an edit of theirs could turn an escape into real bytes unseen. A refusal loses nothing.

use ropey::RopeBuilder;

use crate::line_ending::LineEndings;
use crate::text::Text;

const BOM: &[u8] = b"\xef\xbb\xbf";

/// How many of the first bytes are looked at to guess what bytes that are not UTF-8 may be.
const GUESS_BYTES: usize = 8 * 1024;

/// Bytes that are not UTF-8, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not UTF-8: byte {byte:#04x} at offset {offset} (line {}, byte {} of it); {guess}", line + 1, column + 1)]
#[non_exhaustive]
pub struct DecodeError {
    /// The offset of the first bad byte in the file, a byte order mark counted.
    pub offset: usize,
    /// Its line, from 0.
    pub line: usize,
    /// The bytes before it in its line, from 0.
    pub column: usize,
    /// The byte itself.
    pub byte: u8,
    /// What the file may be instead.
    pub guess: Guess,
}

/// What a file that is not UTF-8 looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Guess {
    /// There are zero bytes near the start: a program, an image, an archive.
    Binary,
    /// It starts with the byte order mark of UTF-16.
    Utf16,
    /// It ends in the middle of a character.
    CutOff,
    /// Text in an older encoding, most likely.
    Legacy,
}

impl std::fmt::Display for Guess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Guess::Binary => "this looks like a binary file",
            Guess::Utf16 => "this looks like UTF-16: convert it with `iconv -f UTF-16 -t UTF-8`",
            Guess::CutOff => "the file ends in the middle of a character: it may have been cut off",
            Guess::Legacy => "convert it, for example with `iconv -f WINDOWS-1252 -t UTF-8`",
        })
    }
}

/// A text as it came from bytes, with what must be known to give the same bytes back.
#[derive(Clone, Debug, Default)]
pub struct Decoded {
    /// The text, without the byte order mark and with its line breaks as they are.
    pub text: Text,
    /// Whether the bytes began with a byte order mark.
    pub bom: bool,
    /// Which line breaks there are.
    pub line_endings: LineEndings,
}

impl Decoded {
    /// Decodes bytes that are at hand as a whole.
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
    /// Bytes decoded so far, a byte order mark counted.
    offset: usize,
    line: usize,
    line_start: usize,
    line_endings: LineEndings,
    /// Whether the last decoded byte was CR.
    after_cr: bool,
}

impl Decoder {
    /// A decoder at the start of a file.
    pub fn new() -> Decoder {
        Decoder::default()
    }

    /// Takes the next piece; pieces may split characters and line breaks.
    ///
    /// # Errors
    /// [`DecodeError`] at the first byte that is not UTF-8. The decoder is of no more use then.
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
        self.builder.append(content);
        self.offset += text.len();
    }

    fn error(&self, bad: &[u8], at_end: bool) -> DecodeError {
        let guess = if self.head.starts_with(b"\xff\xfe") || self.head.starts_with(b"\xfe\xff") {
            Guess::Utf16
        } else if self.head.contains(&0) {
            Guess::Binary
        } else if at_end {
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
        }
    }
}

/// The bytes of a file in pieces, ready to be written: what [`Decoder`] was given, where the text is untouched.
/// Copies nothing.
pub(crate) fn encode(text: &Text, bom: bool) -> impl Iterator<Item = &[u8]> {
    bom.then_some(BOM).into_iter().chain(text.chunks(0..text.len()).map(str::as_bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Decodes in pieces of each small size; the bytes must come back, or the error be the same.
    fn check(bytes: &[u8]) -> Result<Decoded, DecodeError> {
        let whole = Decoded::from_bytes(bytes);
        for size in 1..6 {
            let mut decoder = Decoder::new();
            let pieces = bytes.chunks(size).try_for_each(|piece| decoder.push(piece));
            match (&whole, pieces.and_then(|()| decoder.finish())) {
                (Ok(whole), Ok(decoded)) => {
                    assert_eq!(encode(&decoded.text, decoded.bom).collect::<Vec<_>>().concat(), bytes);
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
             convert it, for example with `iconv -f WINDOWS-1252 -t UTF-8`"
        );
        assert_eq!(check(b"\xff\xfea\0").unwrap_err().guess, Guess::Utf16);
        assert_eq!(check(b"\x7fELF\x02\0\0\xb0").unwrap_err().guess, Guess::Binary);
        assert_eq!(check("cut 🦀".as_bytes().split_last().unwrap().1).unwrap_err().guess, Guess::CutOff);
    }
}
