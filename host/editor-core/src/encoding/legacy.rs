//! Decoding what is not UTF-8.

use encoding_rs::DecoderResult;

use super::decode::{DecodeError, Decoded, Guess};
use super::encode::encoded;
use super::{Encoding, Format};
use crate::line_ending::LineEndings;
use crate::text::Text;

/// The bytes after the first that is not UTF-8 from which the encoding is guessed.
const GUESSED_FROM: usize = 4 << 20;
/// The bytes before it that are looked at too.
const BEFORE: usize = 64 << 10;

impl Decoded {
    /// Decodes a whole file in memory as this encoding, whatever it looks like.
    ///
    /// # Errors
    /// [`DecodeError`] at the first byte that is not of the encoding, or would not be the same when it is encoded again.
    pub fn from_bytes_as(bytes: &[u8], encoding: Encoding) -> Result<Decoded, DecodeError> {
        if encoding == Encoding::UTF_8 {
            return Decoded::from_bytes(bytes);
        }
        let bom = encoding.bom();
        let bom = !bom.is_empty() && bytes.starts_with(bom);
        let format = Format { encoding, bom };
        let skipped = if bom { encoding.bom().len() } else { 0 };
        let body = bytes.get(skipped..).unwrap_or_default();
        let text = decoded(body, encoding).map_err(|at| error(bytes, skipped + at, encoding))?;
        if text.contains('\0') {
            let at = bytes.iter().position(|byte| *byte == 0).unwrap_or_default();
            return Err(DecodeError { guess: Guess::Binary, ..error(bytes, at, encoding) });
        }
        let decoded =
            Decoded { line_endings: LineEndings::of(&text), text: Text::from(text.as_str()), bom, encoding };
        match difference(&decoded.text, format, bytes) {
            None => Ok(decoded),
            Some(at) => Err(error(bytes, at, encoding)),
        }
    }

    /// Decodes a whole file in memory that is not UTF-8, as the encoding that it most probably is.
    ///
    /// # Errors
    /// `not_utf8`, the error of [`Decoded::from_bytes`], where the file is binary or no encoding explains all of it.
    pub fn guessed(bytes: &[u8], not_utf8: DecodeError) -> Result<Decoded, DecodeError> {
        let guess = match not_utf8.guess {
            Guess::Utf16 if bytes.starts_with(Encoding::UTF_16_LE.bom()) => Encoding::UTF_16_LE,
            Guess::Utf16 => Encoding::UTF_16_BE,
            Guess::Binary | Guess::CutOff => return Err(not_utf8),
            Guess::Legacy if bytes.contains(&0) => {
                return Err(DecodeError { guess: Guess::Binary, ..not_utf8 });
            }
            Guess::Legacy => guessed(bytes, not_utf8.offset),
        };
        Decoded::from_bytes_as(bytes, guess).map_err(|error| match error.guess {
            Guess::Binary => error,
            _ => not_utf8,
        })
    }
}

fn guessed(bytes: &[u8], first: usize) -> Encoding {
    let from = first.saturating_sub(BEFORE);
    let part = bytes.get(from..bytes.len().min(first.saturating_add(GUESSED_FROM))).unwrap_or(bytes);
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Allow);
    detector.feed(part, true);
    Encoding(detector.guess(None, chardetng::Utf8Detection::Deny))
}

/// The text of bytes, or the place of the first that are not of the encoding.
fn decoded(bytes: &[u8], encoding: Encoding) -> Result<String, usize> {
    let mut decoder = encoding.0.new_decoder_without_bom_handling();
    let room = decoder.max_utf8_buffer_length_without_replacement(bytes.len()).unwrap_or(bytes.len());
    let mut text = String::with_capacity(room);
    let (result, read) = decoder.decode_to_string_without_replacement(bytes, &mut text, true);
    match result {
        DecoderResult::InputEmpty => Ok(text),
        DecoderResult::Malformed(length, after) => {
            Err(read.saturating_sub(usize::from(length) + usize::from(after)))
        }
        // There is room for everything.
        DecoderResult::OutputFull => Err(read),
    }
}

/// The first place where a text is encoded to other bytes than these.
fn difference(text: &Text, format: Format, bytes: &[u8]) -> Option<usize> {
    let Ok(encoded) = encoded(text, format) else { return Some(0) };
    let again = encoded.pieces().flatten();
    let same = again.zip(bytes).take_while(|(one, other)| one == other).count();
    (same < bytes.len() || encoded.len() != bytes.len()).then_some(same)
}

fn error(bytes: &[u8], offset: usize, encoding: Encoding) -> DecodeError {
    let before = bytes.get(..offset).unwrap_or(bytes);
    let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    DecodeError {
        offset,
        line: before.iter().filter(|byte| **byte == b'\n').count(),
        column: before.len() - line_start,
        byte: bytes.get(offset).copied().unwrap_or_default(),
        guess: Guess::Legacy,
        encoding,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(bytes: &[u8]) -> Result<(String, String), String> {
        let decoded = Decoded::from_bytes(bytes)
            .or_else(|error| Decoded::guessed(bytes, error))
            .map_err(|error| error.to_string())?;
        let format = Format { encoding: decoded.encoding, bom: decoded.bom };
        let again = encoded(&decoded.text, format).unwrap();
        assert_eq!(again.pieces().collect::<Vec<_>>().concat(), bytes);
        Ok((decoded.text.to_string(), format.to_string()))
    }

    fn check(bytes: &[u8], text: &str, format: &str) {
        assert_eq!(open(bytes).unwrap(), (text.to_owned(), format.to_owned()));
    }

    #[test]
    fn what_is_recognized_opens_and_comes_back_byte_for_byte() {
        check(b"caf\xe9 au lait\r\n", "café au lait\r\n", "windows-1252");
        check(b"na\xefve caf\xe9", "naïve café", "windows-1252");
        check(b"\xff\xfea\0\n\0\x3d\xd8\x00\xde", "a\n😀", "UTF-16LE");
        check(b"\xfe\xff\0a\0\n", "a\n", "UTF-16BE");
        let russian = "Съешь же ещё этих мягких французских булок, да выпей чаю.\n";
        let (bytes, ..) = encoding_rs::WINDOWS_1251.encode(russian);
        check(&bytes, russian, "windows-1251");
        let japanese = "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。\n";
        let (bytes, ..) = encoding_rs::SHIFT_JIS.encode(japanese);
        check(&bytes, japanese, "Shift_JIS");
    }

    #[test]
    fn binary_and_damaged_files_are_refused() {
        assert!(open(b"\x7fELF\0\0\xff").unwrap_err().contains("binary"));
        let far = [b"caf\xe9 ".repeat(10_000).as_slice(), b"\0"].concat();
        assert!(open(&far).unwrap_err().contains("binary"));
        // UTF-32 looks like UTF-16 with zeros.
        assert!(open(b"\xff\xfe\0\0a\0\0\0").unwrap_err().contains("binary"));
        // Half a pair.
        assert!(open(b"\xff\xfe\x3d\xd8a\0").is_err());
        assert!(open("größe cut 🦀".as_bytes().split_last().unwrap().1).unwrap_err().contains("cut off"));
    }

    #[test]
    fn what_an_encoding_lacks_has_its_place() {
        let text = Text::from("a\nbé漢");
        let format = Format { encoding: Encoding::named("latin1").unwrap(), bom: false };
        let error = encoded(&text, format).unwrap_err();
        assert_eq!(
            error.to_string(),
            "windows-1252 has no character `漢` (line 2, column 3); change it, or save with another encoding"
        );
        assert_eq!(error.offset, 5);
    }
}
