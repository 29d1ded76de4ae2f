//! Where lines begin, and whether quotes are even: what the CSV parser does not tell.

use std::collections::VecDeque;
use std::io::{self, Read};

/// Takes note of the lines that pass by on their way to the parser.
///
/// The parser counts line feeds, which gives a record's line only where no blank line stands before it and no line feed of a
/// CRLF is left from the record before.
#[derive(Debug)]
pub(super) struct LineTracker<R> {
    inner: R,
    /// Bytes read so far.
    offset: u64,
    /// The line of the next byte, from 1.
    line: u64,
    in_line: bool,
    /// Offset and number of lines that are not blank and that no record has been found on or behind.
    starts: VecDeque<(u64, u64)>,
    /// The line of the last record.
    last: u64,
    odd_quotes: bool,
    ended: bool,
}

impl<R> LineTracker<R> {
    pub(super) fn new(inner: R) -> Self {
        Self {
            inner,
            offset: 0,
            line: 1,
            in_line: false,
            starts: VecDeque::new(),
            last: 1,
            odd_quotes: false,
            ended: false,
        }
    }

    /// The line that a record begins on which the parser has found between these offsets. Records are asked for in order.
    pub(super) fn of_record(&mut self, before: u64, after: u64) -> u64 {
        let mut first = None;
        while let Some((offset, line)) = self.starts.front().copied().filter(|(offset, _)| *offset < after) {
            self.starts.pop_front();
            // The others begin inside of the record.
            if offset >= before {
                first.get_or_insert(line);
            }
        }
        // Without one the record stands on the line of the one before it, as where a lone CR ends records.
        self.last = first.unwrap_or(self.last);
        self.last
    }

    /// Whether the end of the file has been seen.
    pub(super) fn ended(&self) -> bool {
        self.ended
    }

    /// Whether an odd number of quotes has passed by: one of them opens what nothing closes, or stands for itself.
    pub(super) fn odd_quotes(&self) -> bool {
        self.odd_quotes
    }
}

impl<R: Read> Read for LineTracker<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.ended |= read == 0 && !buffer.is_empty();
        for (byte, offset) in buffer.iter().take(read).zip(self.offset..) {
            match byte {
                b'\n' => {
                    self.line += 1;
                    self.in_line = false;
                }
                b'\r' if !self.in_line => {}
                byte => {
                    if !self.in_line {
                        self.starts.push_back((offset, self.line));
                        self.in_line = true;
                    }
                    self.odd_quotes ^= *byte == b'"';
                }
            }
        }
        self.offset += read as u64;
        Ok(read)
    }
}
