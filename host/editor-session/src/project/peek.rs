//! Some lines of a file, for a list that shows what it has.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// The most lines that are read, and the most characters of one.
const MAX_LINES: usize = 100;
const MAX_CHARACTERS: usize = 300;
/// No more of a file is looked at, bytes.
const MAX_BYTES: u64 = 8 << 20;

/// Lines of a file from this one on, counted from 0; none of what is no text, or cannot be read.
pub(super) fn lines(file: &Path, first: usize) -> Vec<String> {
    // Opening a pipe that nobody writes to would wait for ever.
    let opened = fs::metadata(file).ok().filter(fs::Metadata::is_file).and_then(|_| File::open(file).ok());
    let Some(opened) = opened else { return Vec::new() };
    let mut reader = BufReader::new(opened.take(MAX_BYTES));
    if reader.fill_buf().is_ok_and(|begin| begin.contains(&0)) {
        return Vec::new();
    }
    let lines = reader.split(b'\n').map_while(Result::ok).skip(first).take(MAX_LINES);
    lines
        .map(|line| {
            let text = String::from_utf8_lossy(&line);
            text.trim_end_matches('\r').replace('\t', "    ").chars().take(MAX_CHARACTERS).collect()
        })
        .collect()
}
