//! Encoding a text to the bytes of a file.

use encoding_rs::EncoderResult;

use super::{Encoding, Format};
use crate::text::Text;

/// A character that an encoding does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{encoding} has no character `{}` (line {}, column {column}); change it, or save with another encoding",
    printed(*character), line + 1
)]
#[non_exhaustive]
pub struct EncodeError {
    /// The encoding.
    pub encoding: Encoding,
    /// The character.
    pub character: char,
    /// Its place in the text, in bytes.
    pub offset: usize,
    /// Its line, from 0.
    pub line: usize,
    /// Its character in the line, from 1.
    pub column: usize,
}

/// A character that cannot be seen is named by its number.
fn printed(character: char) -> String {
    if character.is_control() || character.is_whitespace() {
        format!("U+{:04X}", u32::from(character))
    } else {
        character.to_string()
    }
}

/// The bytes of a file, to be written.
#[derive(Debug)]
pub struct Encoded<'a> {
    mark: &'static [u8],
    body: Body<'a>,
}

#[derive(Debug)]
enum Body<'a> {
    /// UTF-8, as the text is in memory.
    Text(&'a Text),
    Bytes(Vec<u8>),
}

impl Encoded<'_> {
    /// The bytes in pieces. Copies nothing.
    pub fn pieces(&self) -> impl Iterator<Item = &[u8]> {
        let (text, bytes) = match &self.body {
            Body::Text(text) => (Some(text.chunks(0..text.len()).map(str::as_bytes)), None),
            Body::Bytes(bytes) => (None, Some(bytes.as_slice())),
        };
        std::iter::once(self.mark).chain(text.into_iter().flatten()).chain(bytes)
    }

    /// The number of bytes.
    #[expect(clippy::len_without_is_empty, reason = "a file may well be empty")]
    pub fn len(&self) -> usize {
        let body = match &self.body {
            Body::Text(text) => text.len(),
            Body::Bytes(bytes) => bytes.len(),
        };
        self.mark.len() + body
    }
}

/// The bytes of a text in a format. UTF-8 costs nothing, others O(n).
///
/// # Errors
/// The first character that the encoding does not have.
pub(crate) fn encoded(text: &Text, format: Format) -> Result<Encoded<'_>, EncodeError> {
    let mark = if format.bom { format.encoding.bom() } else { b"" };
    let units = |to_bytes: fn(u16) -> [u8; 2]| {
        let units = text.chunks(0..text.len()).flat_map(str::encode_utf16);
        Body::Bytes(units.flat_map(to_bytes).collect())
    };
    let body = if format.encoding == Encoding::UTF_8 {
        Body::Text(text)
    } else if format.encoding == Encoding::UTF_16_LE {
        units(u16::to_le_bytes)
    } else if format.encoding == Encoding::UTF_16_BE {
        units(u16::to_be_bytes)
    } else {
        Body::Bytes(legacy(text, format.encoding)?)
    };
    Ok(Encoded { mark, body })
}

fn legacy(text: &Text, encoding: Encoding) -> Result<Vec<u8>, EncodeError> {
    let mut encoder = encoding.0.new_encoder();
    let mut bytes = Vec::with_capacity(text.len() + 16);
    let mut offset = 0;
    let chunks = text.chunks(0..text.len()).map(|chunk| (chunk, false)).chain([("", true)]);
    for (chunk, is_last) in chunks {
        let mut rest = chunk;
        loop {
            // As much as the encoder asks for, so that it always goes on.
            let room = encoder.max_buffer_length_from_utf8_without_replacement(rest.len()).unwrap_or(64);
            bytes.reserve(room.max(64));
            let (result, read) =
                encoder.encode_from_utf8_to_vec_without_replacement(rest, &mut bytes, is_last);
            offset += read;
            rest = rest.get(read..).unwrap_or_default();
            match result {
                EncoderResult::InputEmpty => break,
                EncoderResult::OutputFull => {}
                EncoderResult::Unmappable(character) => {
                    return Err(error(
                        text,
                        encoding,
                        character,
                        offset.saturating_sub(character.len_utf8()),
                    ));
                }
            }
        }
    }
    Ok(bytes)
}

fn error(text: &Text, encoding: Encoding, character: char, offset: usize) -> EncodeError {
    let place = text.line_column(offset);
    let column = text.char_count(offset - place.column..offset) + 1;
    EncodeError { encoding, character, offset, line: place.line, column }
}
