//! The records of a file: its lines that are not blank, or the values that it consists of.

use std::io::{self, BufRead, BufReader, Read};

use crate::input::TextInput;
use crate::pipeline::JsonLayout;

/// The longest record. A longer one would fill the memory.
const MAX_RECORD: usize = 64 << 20;
/// Bytes that are kept of a longer one, to show it.
const SHOWN: usize = 1000;

/// One record.
#[derive(Debug)]
pub(super) struct JsonRecord {
    /// The line that it begins on, from 1.
    pub(super) line: u64,
    /// Its text, or the beginning if it is too long.
    pub(super) text: Vec<u8>,
    /// Whether it is longer than [`MAX_RECORD`].
    pub(super) too_long: bool,
    /// The encoding of the file.
    encoding: &'static str,
}

impl JsonRecord {
    /// The text, if it is one.
    pub(super) fn text(&self) -> Result<&str, String> {
        if self.too_long {
            return Err(format!("the record is longer than {} MiB", MAX_RECORD >> 20));
        }
        let text = str::from_utf8(&self.text);
        text.map_err(|error| format!("the record is not {} at byte {}", self.encoding, error.valid_up_to()))
    }
}

/// Reads a file record by record.
pub(super) struct Records {
    input: BufReader<TextInput>,
    layout: JsonLayout,
    /// The number of the next line, from 1.
    line: u64,
    /// For values: where in the file the reader is.
    place: Place,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Begin,
    /// Before the first item of a list, or between two.
    List {
        first: bool,
    },
    /// Between values that are not in a list.
    Sequence,
    End,
}

impl Records {
    pub(super) fn new(input: TextInput, layout: JsonLayout) -> Self {
        Self { input: BufReader::with_capacity(1 << 17, input), layout, line: 1, place: Place::Begin }
    }

    /// The next record. `None` at the end of the file.
    pub(super) fn next(&mut self) -> io::Result<Option<JsonRecord>> {
        if self.place == Place::Begin && self.line == 1 {
            self.skip_mark()?;
        }
        match self.layout {
            JsonLayout::Lines => self.next_line(),
            JsonLayout::Values => self.next_value(),
        }
    }

    fn skip_mark(&mut self) -> io::Result<()> {
        const MARK: &[u8] = "\u{feff}".as_bytes();
        if self.input.fill_buf()?.starts_with(MARK) {
            self.input.consume(MARK.len());
        }
        Ok(())
    }

    fn next_line(&mut self) -> io::Result<Option<JsonRecord>> {
        loop {
            let mut text = Vec::new();
            let most = MAX_RECORD as u64 + 1;
            let read = (&mut self.input).take(most).read_until(b'\n', &mut text)?;
            if read == 0 {
                return Ok(None);
            }
            let line = self.line;
            self.line += 1;
            let too_long = text.len() > MAX_RECORD && !text.ends_with(b"\n");
            if too_long {
                self.input.skip_until(b'\n')?;
            }
            if !text.trim_ascii().is_empty() {
                return Ok(Some(self.record(line, text, too_long)));
            }
        }
    }

    fn record(&self, line: u64, mut text: Vec<u8>, too_long: bool) -> JsonRecord {
        if too_long {
            text.truncate(SHOWN);
            text.shrink_to_fit();
        }
        JsonRecord { line, text, too_long, encoding: self.input.get_ref().encoding() }
    }

    fn next_value(&mut self) -> io::Result<Option<JsonRecord>> {
        loop {
            let next = self.skip_space()?;
            match (self.place, next) {
                (Place::Begin, Some(b'[')) => {
                    self.input.consume(1);
                    self.place = Place::List { first: true };
                }
                (Place::Begin, _) => self.place = Place::Sequence,
                (Place::List { .. }, None) => {
                    return Err(self.problem("the list is not closed: was the file copied in full?"));
                }
                (Place::List { .. }, Some(b']')) => {
                    self.input.consume(1);
                    self.place = Place::End;
                }
                (Place::List { first: false }, Some(b',')) => {
                    self.input.consume(1);
                    if self.skip_space()?.is_some() {
                        return self.value().map(Some);
                    }
                }
                (Place::List { first: false }, Some(_)) => {
                    return Err(self.problem("expected `,` or `]` after an item of the list"));
                }
                (Place::List { first: true }, Some(_)) => {
                    self.place = Place::List { first: false };
                    return self.value().map(Some);
                }
                (Place::Sequence, Some(_)) => return self.value().map(Some),
                (Place::Sequence | Place::End, None) => return Ok(None),
                (Place::End, Some(_)) => return Err(self.problem("expected nothing after the list")),
            }
        }
    }

    fn problem(&self, message: &str) -> io::Error {
        io::Error::other(format!("line {}: {message}", self.line))
    }

    /// The next byte that is no space.
    fn skip_space(&mut self) -> io::Result<Option<u8>> {
        loop {
            let ready = self.input.fill_buf()?;
            let spaces = ready.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let (next, ended) = (ready.get(spaces).copied(), ready.is_empty());
            self.line += count_lines(ready.get(..spaces).unwrap_or_default());
            self.input.consume(spaces);
            if next.is_some() || ended {
                return Ok(next);
            }
        }
    }

    /// Reads one value, as far as brackets and quotes say. Whether it is JSON is another question.
    fn value(&mut self) -> io::Result<JsonRecord> {
        let (line, mut text) = (self.line, Vec::new());
        let mut scan = Scan::default();
        let mut too_long = false;
        loop {
            let ready = self.input.fill_buf()?;
            let end = ready.iter().position(|byte| scan.ends_before(*byte));
            let part = ready.get(..end.unwrap_or(ready.len())).unwrap_or_default();
            let (length, ended) = (part.len(), ready.is_empty());
            self.line += count_lines(part);
            too_long |= text.len() + length > MAX_RECORD;
            if !too_long {
                text.extend_from_slice(part);
            }
            self.input.consume(length);
            if end.is_some() || ended {
                break;
            }
        }
        Ok(self.record(line, text, too_long))
    }
}

fn count_lines(text: &[u8]) -> u64 {
    text.iter().map(|byte| u64::from(*byte == b'\n')).sum()
}

/// Finds the end of a value.
#[derive(Default)]
struct Scan {
    depth: u64,
    begun: bool,
    quoted: bool,
    escaped: bool,
}

impl Scan {
    /// Whether the value ends before this byte, which comes after those that were asked about before.
    fn ends_before(&mut self, byte: u8) -> bool {
        if self.quoted {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.quoted = false,
                _ => {}
            }
            return false;
        }
        let outside = self.depth == 0 && self.begun;
        if outside && (byte.is_ascii_whitespace() || matches!(byte, b',' | b']' | b'}' | b'{' | b'[' | b'"'))
        {
            return true;
        }
        self.begun = true;
        match byte {
            b'"' => self.quoted = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        false
    }
}
