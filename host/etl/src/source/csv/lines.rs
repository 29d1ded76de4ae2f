//! Line numbers of records and the parity of quotes, which the CSV parser does not tell.

use std::collections::VecDeque;
use std::io::{self, Read};

/// Counts lines and quotes on their way to the parser.
///
/// The parser counts line feeds. That is a record's line only if no blank line stands before it, and the line feed of a CRLF has
/// been consumed with the record before.
#[derive(Debug)]
pub(super) struct LineTracker<R> {
    inner: R,
    /// Bytes read so far.
    offset: u64,
    /// The line of the next byte, from 1.
    line: u64,
    in_line: bool,
    /// The offset and number of each line that is not blank and that no record has reached yet.
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

    /// The first line of the record that the parser found between these offsets. Records must be asked for in order.
    pub(super) fn of_record(&mut self, before: u64, after: u64) -> u64 {
        let mut first = None;
        while let Some((offset, line)) = self.starts.front().copied().filter(|(offset, _)| *offset < after) {
            self.starts.pop_front();
            // The other lines begin inside of the record.
            if offset >= before {
                first.get_or_insert(line);
            }
        }
        // Without a line of its own the record is on the line of the one before it, as after a lone CR.
        self.last = first.unwrap_or(self.last);
        self.last
    }

    /// Whether the end of the file has been seen.
    pub(super) fn ended(&self) -> bool {
        self.ended
    }

    /// Whether the number of quotes so far is odd: one of them is not closed, or is text.
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
