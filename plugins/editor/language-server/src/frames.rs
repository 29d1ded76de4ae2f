//! The frames of the protocol: a header with the length, and a body in JSON.

use serde_json::Value;

/// The longest body, bytes. A server whose header says more has broken the protocol.
const LONGEST_BODY: usize = 64 << 20;
/// The longest header, bytes.
const LONGEST_HEADER: usize = 4 << 10;

/// Takes a server's output apart, in whatever pieces it comes.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    buffer: Vec<u8>,
    /// The bytes of `buffer` that are messages already.
    read: usize,
}

impl Decoder {
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.buffer.drain(..self.read);
        self.read = 0;
        self.buffer.extend_from_slice(bytes);
    }

    /// The next message, if all of it has come.
    ///
    /// # Errors
    ///
    /// What is wrong with the output. What follows cannot be read any more.
    pub(crate) fn next(&mut self) -> Result<Option<Value>, String> {
        let rest = self.buffer.get(self.read..).unwrap_or_default();
        let Some(header_length) = rest.windows(4).position(|four| four == b"\r\n\r\n") else {
            if rest.len() > LONGEST_HEADER {
                return Err(format!("its output is not the protocol's: {}", shown(rest)));
            }
            return Ok(None);
        };
        let header = rest.get(..header_length).unwrap_or_default();
        let length = length(header).ok_or_else(|| format!("its header has no length: {}", shown(header)))?;
        if length > LONGEST_BODY {
            return Err(format!("a message of {length} bytes is too long"));
        }
        let start = header_length + 4;
        let Some(body) = rest.get(start..start + length) else { return Ok(None) };
        let message =
            serde_json::from_slice(body).map_err(|error| format!("a message is not JSON: {error}"))?;
        self.read += start + length;
        Ok(Some(message))
    }
}

fn length(header: &[u8]) -> Option<usize> {
    let header = std::str::from_utf8(header).ok()?;
    header.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim().eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    })
}

fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes.get(..bytes.len().min(100)).unwrap_or_default()).into_owned()
}

/// A message with its header.
pub(crate) fn frame(message: &Value) -> Vec<u8> {
    let body = message.to_string();
    let mut frame = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    frame.extend_from_slice(body.as_bytes());
    frame
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn messages_are_found_in_pieces_of_any_length() {
        let messages = [json!({"a": "é😀"}), json!([1, 2]), json!({"long": "x".repeat(5000)})];
        let bytes: Vec<u8> = messages.iter().flat_map(frame).collect();
        for piece in [1, 7, 64, bytes.len()] {
            let (mut decoder, mut found) = (Decoder::default(), Vec::new());
            for piece in bytes.chunks(piece) {
                decoder.push(piece);
                while let Some(message) = decoder.next().unwrap() {
                    found.push(message);
                }
            }
            assert_eq!(found, messages);
        }
    }

    #[test]
    fn other_output_is_an_error() {
        for wrong in [
            "Content-Length: x\r\n\r\n{}",
            "Content-Length: 2\r\n\r\n{]",
            "Content-Length: 99999999999\r\n\r\n",
        ] {
            let mut decoder = Decoder::default();
            decoder.push(wrong.as_bytes());
            decoder.next().unwrap_err();
        }
        let mut decoder = Decoder::default();
        decoder.push("usage: server [--stdio] ".repeat(500).as_bytes());
        assert!(decoder.next().unwrap_err().contains("usage: server"));
    }
}
