//! The records of a CSV file, as they stand in it.
//!
//! The parser of the crate `csv` accepts every file and changes what it cannot parse: `"bad"tail` becomes `badtail`. It also
//! holds the rest of the file after a quote that is not closed. This one tells both.

use std::io::{self, Read};
use std::ops::Range;

/// The characters that structure a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dialect {
    pub(super) delimiter: u8,
    /// The character around fields that hold others of these characters.
    pub(super) quote: Option<u8>,
    /// Takes away the meaning of the character after it, beside a doubled quote.
    pub(super) escape: Option<u8>,
    /// The first character of lines to skip.
    pub(super) comment: Option<u8>,
}

/// The longest record. A longer one would fill the memory.
const MAX_RECORD: usize = 64 << 20;
/// Bytes that are kept of one that cannot be parsed, to show it.
const SHOWN: usize = 1000;

/// One record: the text of its fields, or what is wrong with it.
#[derive(Debug, Default)]
pub(super) struct CsvRecord {
    /// The text of all fields, and perhaps of what separates them; the line itself if there is a problem.
    text: Vec<u8>,
    /// Where in the text each field is.
    fields: Vec<Range<usize>>,
    /// The line that the record begins on, from 1.
    pub(super) line: u64,
    pub(super) problem: Option<RecordProblem>,
    /// Bytes of the file that it takes up.
    pub(super) bytes: usize,
}

/// Why a line cannot be parsed. The next record begins on the line after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RecordProblem {
    /// A quote is not closed before the end of the file, or for longer than a record may be.
    OpenQuote,
    /// Text follows the quote that closes the field of this number, from 1.
    AfterQuote(usize),
    /// The line is too long.
    TooLong,
}

impl CsvRecord {
    pub(super) fn len(&self) -> usize {
        self.fields.len()
    }

    /// The text of all fields, and perhaps of what separates them.
    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }

    pub(super) fn fields(&self) -> impl Iterator<Item = &[u8]> {
        self.fields.iter().map(|field| self.text.get(field.clone()).unwrap_or_default())
    }

    fn clear(&mut self, line: u64) {
        self.text.clear();
        self.fields.clear();
        (self.line, self.problem, self.bytes) = (line, None, 0);
    }
}

/// Reads a file record by record.
#[derive(Debug)]
pub(super) struct Records<R> {
    input: R,
    dialect: Dialect,
    /// The bytes at which a bare field ends, or has an escape, and quotes.
    special: [bool; 256],
    buffer: Vec<u8>,
    /// What has been read and is not consumed: the next record is at the beginning of it.
    start: usize,
    end: usize,
    ended: bool,
    /// The line of the next record, from 1.
    line: u64,
    /// Whether a blank line is a record with an empty field.
    blank_lines: bool,
    limit: usize,
}

/// The end of a field.
enum End {
    Delimiter,
    Record,
    Problem(RecordProblem),
}

/// The result of reading more.
enum More {
    Some,
    End,
    TooLong,
}

impl<R: Read> Records<R> {
    pub(super) fn new(input: R, dialect: Dialect) -> Self {
        let mut records = Self {
            input,
            dialect,
            special: [false; 256],
            buffer: vec![0; 1 << 17],
            start: 0,
            end: 0,
            ended: false,
            line: 1,
            blank_lines: false,
            limit: MAX_RECORD,
        };
        records.set_delimiter(dialect.delimiter);
        records
    }

    #[cfg(test)]
    pub(super) fn with_limit(input: R, dialect: Dialect, limit: usize) -> Self {
        Self { limit, ..Self::new(input, dialect) }
    }

    /// From now on a blank line is a record, as in a file of one column. Elsewhere it is nothing.
    pub(super) fn read_blank_lines(&mut self) {
        self.blank_lines = true;
    }

    /// Skips what precedes the records: a byte order mark, a line `sep=;` as Excel reads it, and the given number of lines.
    pub(super) fn begin(&mut self, skip_lines: u64) -> io::Result<()> {
        const MARK: &[u8] = "\u{feff}".as_bytes();
        if self.line()?.starts_with(MARK) {
            self.start += MARK.len();
        }
        if let [b's', b'e', b'p', b'=', delimiter] = self.line()?.trim_ascii_end_of_line() {
            let delimiter = *delimiter;
            self.set_delimiter(delimiter);
            self.skip_line()?;
        }
        for _ in 0..skip_lines {
            if self.byte(0)?.is_none() {
                break;
            }
            self.skip_line()?;
        }
        Ok(())
    }

    fn set_delimiter(&mut self, delimiter: u8) {
        self.dialect.delimiter = delimiter;
        let escape = self.dialect.escape.unwrap_or(delimiter);
        let quote = self.dialect.quote.unwrap_or(delimiter);
        for (byte, special) in (0..=u8::MAX).zip(&mut self.special) {
            *special = byte == delimiter || byte == escape || byte == quote || matches!(byte, b'\n' | b'\r');
        }
    }

    /// Reads the next record. False at the end of the file.
    pub(super) fn next(&mut self, record: &mut CsvRecord) -> io::Result<bool> {
        loop {
            match self.byte(0)? {
                None => return Ok(false),
                Some(b'\n' | b'\r') if !self.blank_lines => self.skip_line()?,
                byte if byte == self.dialect.comment => self.skip_line()?,
                Some(_) => break,
            }
        }
        record.clear(self.line);
        if let Some(length) = self.plain(record) {
            self.start += length;
            self.line += 1;
            record.bytes = length;
            return Ok(true);
        }
        record.clear(self.line);
        let mut at = 0;
        loop {
            let from = record.text.len();
            let quoted = self.dialect.quote.is_some() && self.byte(at)? == self.dialect.quote;
            let end = if quoted { self.quoted(&mut at, record)? } else { self.bare(&mut at, record)? };
            record.fields.push(from..record.text.len());
            match end {
                End::Delimiter => {}
                End::Record => break,
                End::Problem(problem) => {
                    self.first_line(record, problem)?;
                    return Ok(true);
                }
            }
        }
        self.start += at;
        record.bytes = at;
        Ok(true)
    }

    /// Reads a record that is a line without quotes and escapes, as most are, and gives its length.
    fn plain(&self, record: &mut CsvRecord) -> Option<usize> {
        let rest = self.rest(0);
        let mut from = 0;
        for (at, byte) in rest.iter().enumerate().filter(|(_, byte)| self.is_special(**byte)) {
            if *byte == self.dialect.delimiter {
                record.fields.push(from..at);
                from = at + 1;
                continue;
            }
            let length = match byte {
                b'\n' => at + 1,
                b'\r' if rest.get(at + 1) == Some(&b'\n') => at + 2,
                _ => return None,
            };
            record.fields.push(from..at);
            record.text.extend_from_slice(rest.get(..at)?);
            return Some(length);
        }
        None
    }

    /// Reads a field without quotes around it. A quote inside of it is text.
    fn bare(&mut self, at: &mut usize, record: &mut CsvRecord) -> io::Result<End> {
        loop {
            let rest = self.rest(*at);
            let Some(place) = rest.iter().position(|byte| self.is_special(*byte)) else {
                record.text.extend_from_slice(rest);
                *at += rest.len();
                match self.more(*at)? {
                    More::Some => continue,
                    More::End => return Ok(End::Record),
                    More::TooLong => return Ok(End::Problem(RecordProblem::TooLong)),
                }
            };
            record.text.extend_from_slice(rest.get(..place).unwrap_or_default());
            *at += place;
            match self.byte(*at)? {
                Some(b'\n' | b'\r') => return self.end_record(at),
                Some(byte) if byte == self.dialect.delimiter => {
                    *at += 1;
                    return Ok(End::Delimiter);
                }
                byte if byte == self.dialect.escape => self.escaped(at, record)?,
                byte => {
                    record.text.extend(byte);
                    *at += 1;
                }
            }
        }
    }

    /// Reads a field with quotes around it.
    fn quoted(&mut self, at: &mut usize, record: &mut CsvRecord) -> io::Result<End> {
        *at += 1;
        loop {
            let (quote, escape) = (self.dialect.quote, self.dialect.escape);
            let rest = self.rest(*at);
            let place = rest.iter().position(|byte| Some(*byte) == quote || Some(*byte) == escape);
            let text = rest.get(..place.unwrap_or(rest.len())).unwrap_or_default();
            record.text.extend_from_slice(text);
            let (length, lines) = (text.len(), count_lines(text));
            *at += length;
            self.line += lines;
            if place.is_none() {
                match self.more(*at)? {
                    More::Some => continue,
                    More::End | More::TooLong => return Ok(End::Problem(RecordProblem::OpenQuote)),
                }
            }
            if self.byte(*at)? == quote {
                *at += 1;
                if self.byte(*at)? != quote {
                    break;
                }
                record.text.extend(quote);
                *at += 1;
            } else {
                self.escaped(at, record)?;
            }
        }
        Ok(match self.byte(*at)? {
            None => End::Record,
            Some(b'\n' | b'\r') => self.end_record(at)?,
            Some(byte) if byte == self.dialect.delimiter => {
                *at += 1;
                End::Delimiter
            }
            Some(_) => End::Problem(RecordProblem::AfterQuote(record.fields.len() + 1)),
        })
    }

    fn end_record(&mut self, at: &mut usize) -> io::Result<End> {
        let (end, lines) = self.line_end(*at)?;
        *at = end;
        self.line += lines;
        Ok(End::Record)
    }

    /// Reads an escape. Before a character without a meaning it is text.
    fn escaped(&mut self, at: &mut usize, record: &mut CsvRecord) -> io::Result<()> {
        let escape = self.dialect.escape;
        *at += 1;
        match self.byte(*at)? {
            Some(byte) if Some(byte) == self.dialect.quote || self.is_special(byte) => {
                record.text.push(byte);
                self.line += u64::from(byte == b'\n');
                *at += 1;
            }
            _ => record.text.extend(escape),
        }
        Ok(())
    }

    /// Makes the first line of a record that cannot be parsed the record. What follows may be sound: a quote that opens nothing
    /// costs one line.
    fn first_line(&mut self, record: &mut CsvRecord, problem: RecordProblem) -> io::Result<()> {
        self.line = record.line;
        record.clear(self.line);
        let line = self.line()?;
        record.bytes = line.len();
        record.text.extend_from_slice(line.get(..SHOWN).unwrap_or(line));
        record.text.truncate(record.text.trim_ascii_end_of_line().len());
        record.fields.push(0..record.text.len());
        record.problem = Some(problem);
        self.skip_line()
    }

    /// The first line of what is not consumed with its end, or as much of it as a record may have.
    fn line(&mut self) -> io::Result<&[u8]> {
        let mut at = 0;
        loop {
            let rest = self.rest(at);
            if let Some(place) = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
                let (end, _) = self.line_end(at + place)?;
                return Ok(self.rest(0).get(..end).unwrap_or_default());
            }
            at += rest.len();
            if !matches!(self.more(at)?, More::Some) {
                return Ok(self.rest(0));
            }
        }
    }

    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let place = self.rest(0).iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            if let Some(place) = place {
                let (end, lines) = self.line_end(place)?;
                self.start += end;
                self.line += lines;
                return Ok(());
            }
            self.start = self.end;
            if self.byte(0)?.is_none() {
                return Ok(());
            }
        }
    }

    /// The place behind the line end at this place, which is LF, CR LF or CR, and the count of line feeds in it.
    fn line_end(&mut self, at: usize) -> io::Result<(usize, u64)> {
        let at = if self.byte(at)? == Some(b'\r') { at + 1 } else { at };
        Ok(if self.byte(at)? == Some(b'\n') { (at + 1, 1) } else { (at, 0) })
    }

    fn is_special(&self, byte: u8) -> bool {
        self.special.get(usize::from(byte)).copied().unwrap_or_default()
    }

    /// What has been read from this place on.
    fn rest(&self, at: usize) -> &[u8] {
        self.buffer.get(self.start + at..self.end).unwrap_or_default()
    }

    /// The byte at this place. `None` at the end of the file.
    fn byte(&mut self, at: usize) -> io::Result<Option<u8>> {
        if self.start + at >= self.end && !matches!(self.read()?, More::Some) {
            return Ok(None);
        }
        Ok(self.rest(at).first().copied())
    }

    /// Reads more, unless a record would be too long.
    fn more(&mut self, at: usize) -> io::Result<More> {
        if at >= self.limit { Ok(More::TooLong) } else { self.read() }
    }

    fn read(&mut self) -> io::Result<More> {
        if self.ended {
            return Ok(More::End);
        }
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        if self.end == self.buffer.len() {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        loop {
            let free = self.buffer.get_mut(self.end..).unwrap_or_default();
            match self.input.read(free) {
                Ok(0) => {
                    self.ended = true;
                    return Ok(More::End);
                }
                Ok(read) => {
                    self.end += read;
                    return Ok(More::Some);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

fn count_lines(text: &[u8]) -> u64 {
    text.iter().map(|byte| u64::from(*byte == b'\n')).sum()
}

trait Line {
    /// The line without its end.
    fn trim_ascii_end_of_line(&self) -> &Self;
}

impl Line for [u8] {
    fn trim_ascii_end_of_line(&self) -> &Self {
        let line = self.strip_suffix(b"\n").unwrap_or(self);
        line.strip_suffix(b"\r").unwrap_or(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Dialect = Dialect { delimiter: b',', quote: Some(b'"'), escape: None, comment: None };

    /// Reads `inner` in pieces, so that every place is once the end of what has been read.
    struct Pieces<'a>(&'a [u8], usize);

    impl Read for Pieces<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = self.1.min(buffer.len()).min(self.0.len());
            let (piece, rest) = self.0.split_at(length);
            buffer[..length].copy_from_slice(piece);
            self.0 = rest;
            Ok(length)
        }
    }

    /// Each record as `line: fields`, or `line! problem text`.
    fn read(text: &str, dialect: Dialect, limit: usize, pieces: usize) -> Vec<String> {
        let mut records = Records::with_limit(Pieces(text.as_bytes(), pieces), dialect, limit);
        records.begin(0).unwrap();
        let (mut record, mut found) = (CsvRecord::default(), Vec::new());
        while records.next(&mut record).unwrap() {
            let fields: Vec<_> = record.fields().map(|field| str::from_utf8(field).unwrap()).collect();
            found.push(match record.problem {
                None => format!("{}: {}", record.line, fields.join("|")),
                Some(problem) => format!("{}! {problem:?} {}", record.line, fields.join("|")),
            });
        }
        found
    }

    fn records(text: &str, dialect: Dialect) -> Vec<String> {
        let whole = read(text, dialect, MAX_RECORD, usize::MAX);
        for pieces in [1, 2, 3, 7] {
            assert_eq!(read(text, dialect, MAX_RECORD, pieces), whole, "{text:?} in pieces of {pieces}");
        }
        whole
    }

    #[test]
    fn fields_are_as_they_stand() {
        assert_eq!(
            records("a,b\r\n\"x,\"\"y\",\n,5\" nail\n", PLAIN),
            ["1: a|b", "2: x,\"y|", "3: |5\" nail"]
        );
        assert_eq!(records("\"a\r\nb\",c\r\nd,e", PLAIN), ["1: a\r\nb|c", "3: d|e"]);
        assert_eq!(records("a\rb\r\rc", PLAIN), ["1: a", "1: b", "1: c"], "a lone CR ends a record");
        assert_eq!(records("\n\r\na,\n", PLAIN), ["3: a|"]);
        assert_eq!(records("", PLAIN), [""; 0]);
        assert_eq!(records("\u{feff}a", PLAIN), ["1: a"]);
        assert_eq!(records("sep=;\na;b,c\n", PLAIN), ["2: a|b,c"]);
        assert_eq!(records("sep=;,\na;b\n", PLAIN), ["1: sep=;|", "2: a;b"]);
        let single =
            Dialect { quote: Some(b'\''), escape: Some(b'\\'), comment: Some(b'#'), delimiter: b';' };
        assert_eq!(
            records("#x\n'a\\'b''c';\"d\"\n\\n;a\\;b;\\\\\n", single),
            ["2: a'b'c|\"d\"", "3: \\n|a;b|\\"]
        );
        let none = Dialect { quote: None, ..PLAIN };
        assert_eq!(records("\"a,b\"c\n", none), ["1: \"a|b\"c"]);
    }

    #[test]
    fn a_quote_that_closes_nothing_costs_its_line() {
        let text = "1,\"bad\"tail\n2,\"say \\\"hi\\\"\"\n3,\"x\ny\"\n4,\"open\n5,e\n";
        assert_eq!(
            records(text, PLAIN),
            [
                "1! AfterQuote(2) 1,\"bad\"tail",
                "2! AfterQuote(2) 2,\"say \\\"hi\\\"\"",
                "3: 3|x\ny",
                "5! OpenQuote 4,\"open",
                "6: 5|e"
            ]
        );
        let stray = "1,\"a\n2,b\n3,\"c\"d\n4,e";
        assert_eq!(
            records(stray, PLAIN),
            ["1! AfterQuote(2) 1,\"a", "2: 2|b", "3! AfterQuote(2) 3,\"c\"d", "4: 4|e"]
        );
    }

    #[test]
    fn no_record_fills_the_memory() {
        let open = format!("1,\"a\n{}", "2,b\n".repeat(100));
        let found = read(&open, PLAIN, 64, 7);
        assert_eq!((found.len(), &*found[0], &*found[100]), (101, "1! OpenQuote 1,\"a", "101: 2|b"));
        let long = format!("1,{}\n2,b\n", "a".repeat(300_000));
        let found = read(&long, PLAIN, 64, 7);
        assert_eq!((found.len(), &*found[1]), (2, "2: 2|b"));
        assert!(found[0].starts_with("1! TooLong 1,aaa"), "{}", found[0]);
    }
}
