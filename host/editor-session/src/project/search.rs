//! A search in all files below a folder. Of documents that are open, their text is searched and not their file.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use witdock_editor_core::{ContiguousQuery, LineColumn, Query, Revision, Text};

use super::walk::files;
use super::{MAX_FILES, Stop};
use crate::documents::DocumentId;

/// The most lines that a search finds.
const MAX_HITS: usize = 10_000;
/// A larger file is not searched, bytes.
const LARGEST_FILE: u64 = 64 << 20;
/// A file with a zero byte in so many of its first bytes is no text.
const SNIFFED: usize = 8 << 10;
/// The characters of a line that are kept, and those before the match where its beginning is left out.
const LONGEST_LINE: usize = 240;
const BEFORE_MATCH: usize = 40;
/// The most lines of one batch.
const BATCH: usize = 200;
/// The longest that a line waits for others of its batch.
const SOON: Duration = Duration::from_millis(50);

/// What is searched for, and where.
#[derive(Debug, Clone)]
pub struct Task {
    /// The folder.
    pub root: PathBuf,
    /// The pattern.
    pub query: Query,
    /// The documents that are open.
    pub open: Vec<OpenText>,
}

/// The text of a document.
#[derive(Debug, Clone)]
pub struct OpenText {
    /// The document.
    pub document: DocumentId,
    /// The revision of the text.
    pub revision: Revision,
    /// The text.
    pub text: Text,
    /// The file's names; none for a document that was never saved.
    pub names: Vec<PathBuf>,
}

/// Where a line was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In a file.
    File(Arc<Path>),
    /// In a document that was open, at this revision of its text, which has this file.
    Open(DocumentId, Revision, Option<Arc<Path>>),
}

/// A line with a match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Where it was found.
    pub place: Place,
    /// The line, from 0.
    pub line: usize,
    /// The column of the first match in characters, from 0.
    pub column: usize,
    /// The length of the match in characters.
    pub length: usize,
    /// The line without its indentation, or the part of it around the match.
    pub text: String,
    /// The range of the match in `text`.
    pub matched: Range<usize>,
}

/// How a search ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SearchEnd {
    /// Whether there are more lines or files than are searched for.
    pub is_cut: bool,
    /// Whether nobody wanted the rest.
    pub is_stopped: bool,
    /// The number of files that were not searched since they are too large.
    pub too_large: usize,
}

/// Searches, and gives lines in batches. The last batch has an end.
pub(super) fn search(task: &Task, stop: &Stop, found: impl FnMut(Vec<Hit>, Option<SearchEnd>)) {
    let mut out = Out { found, batch: Vec::new(), begun: Instant::now(), count: 0 };
    let mut end = SearchEnd::default();
    run(task, stop, &mut out, &mut end);
    end.is_cut |= out.count >= MAX_HITS;
    (out.found)(out.batch, Some(end));
}

struct Out<F> {
    found: F,
    batch: Vec<Hit>,
    begun: Instant,
    count: usize,
}

impl<F: FnMut(Vec<Hit>, Option<SearchEnd>)> Out<F> {
    /// Takes a line. Gives whether more are wanted.
    fn push(&mut self, hit: Hit) -> bool {
        if self.count >= MAX_HITS {
            return false;
        }
        self.count += 1;
        self.batch.push(hit);
        if self.batch.len() == BATCH {
            self.send();
        }
        self.count < MAX_HITS
    }

    fn send(&mut self) {
        (self.found)(std::mem::take(&mut self.batch), None);
        self.begun = Instant::now();
    }

    fn send_soon(&mut self) {
        if !self.batch.is_empty() && self.begun.elapsed() > SOON {
            self.send();
        }
    }
}

fn run<F: FnMut(Vec<Hit>, Option<SearchEnd>)>(
    task: &Task,
    stop: &Stop,
    out: &mut Out<F>,
    end: &mut SearchEnd,
) {
    let Ok(query) = task.query.contiguous() else { return };
    let open: BTreeSet<&Path> = task.open.iter().flat_map(|one| &one.names).map(PathBuf::as_path).collect();
    for one in &task.open {
        let is_below = one.names.is_empty() || one.names.iter().any(|name| name.starts_with(&task.root));
        if is_below && !in_document(&task.query, one, stop, out) {
            end.is_stopped = stop.is_set();
            return;
        }
    }
    for (count, file) in files(&task.root).enumerate() {
        if stop.is_set() || count == MAX_FILES {
            end.is_stopped = stop.is_set();
            end.is_cut = !end.is_stopped;
            return;
        }
        out.send_soon();
        if open.contains(file.as_path()) {
            continue;
        }
        match read(&file) {
            Ok(Some(bytes)) => {
                if !in_file(&query, &file, &bytes, stop, out) {
                    end.is_stopped = stop.is_set();
                    return;
                }
            }
            Ok(None) => end.too_large += 1,
            // What cannot be read is left out.
            Err(_) => {}
        }
    }
}

/// The text of a file; an empty one for a binary file, and none for one that is too large.
fn read(file: &Path) -> io::Result<Option<Vec<u8>>> {
    // The walk has seen a regular file; opening what has come in its place since might wait for ever.
    if !fs::symlink_metadata(file)?.is_file() {
        return Ok(Some(Vec::new()));
    }
    let mut bytes = Vec::new();
    File::open(file)?.take(LARGEST_FILE + 1).read_to_end(&mut bytes)?;
    if bytes.iter().take(SNIFFED).any(|byte| *byte == 0) {
        bytes.clear();
    }
    Ok((bytes.len() as u64 <= LARGEST_FILE).then_some(bytes))
}

/// Gives the lines of a file. Gives whether more are wanted.
fn in_file<F: FnMut(Vec<Hit>, Option<SearchEnd>)>(
    query: &ContiguousQuery,
    file: &Path,
    bytes: &[u8],
    stop: &Stop,
    out: &mut Out<F>,
) -> bool {
    let mut path: Option<Arc<Path>> = None;
    let (mut from, mut line, mut line_start) = (0, 0, 0);
    while let Some(found) = query.find(bytes, from) {
        if stop.is_set() {
            return false;
        }
        // Lines are counted from the last match on.
        let passed = between(bytes, line_start, found.start);
        line += passed.iter().filter(|byte| **byte == b'\n').count();
        line_start += passed.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
        let text = |start, end| String::from_utf8_lossy(between(bytes, start, end));
        let (whole, before) =
            (text(line_start, end_of_line(bytes, found.start)), text(line_start, found.start));
        let place = Place::File(path.get_or_insert_with(|| Arc::from(file)).clone());
        if !out.push(hit(place, line, &whole, &before, &text(found.start, found.end))) {
            return false;
        }
        from = end_of_line(bytes, last_of(&found)) + 1;
        if from > bytes.len() {
            break;
        }
    }
    true
}

/// Gives the lines of a document. Gives whether more are wanted.
fn in_document<F: FnMut(Vec<Hit>, Option<SearchEnd>)>(
    query: &Query,
    open: &OpenText,
    stop: &Stop,
    out: &mut Out<F>,
) -> bool {
    let text = &open.text;
    let path = open.names.first().map(|name| Arc::from(name.as_path()));
    let mut next_line = 0;
    for found in query.matches(text, 0..text.len()) {
        if stop.is_set() {
            return false;
        }
        let line = text.line_at(found.start);
        if line < next_line {
            continue;
        }
        next_line = text.line_at(last_of(&found)) + 1;
        let start = text.offset(LineColumn { line, column: 0 });
        let place = Place::Open(open.document, open.revision, path.clone());
        let (before, matched) = (text.slice(start..found.start), text.slice(found.clone()));
        if !out.push(hit(place, line, &text.line(line).to_string(), &before, &matched)) {
            return false;
        }
    }
    true
}

fn between(bytes: &[u8], start: usize, end: usize) -> &[u8] {
    bytes.get(start..end).unwrap_or_default()
}

/// The last place that belongs to a match, so that a line break at its end does not count as the next line.
fn last_of(found: &Range<usize>) -> usize {
    found.end.saturating_sub(1).max(found.start)
}

fn end_of_line(bytes: &[u8], at: usize) -> usize {
    bytes.iter().skip(at).position(|byte| *byte == b'\n').map_or(bytes.len(), |after| at + after)
}

/// A line as it is shown: without its indentation, and only the part around the match of one that is long.
fn hit(place: Place, line: usize, whole: &str, before: &str, matched: &str) -> Hit {
    let column = before.chars().count();
    let length = matched.chars().count();
    let indentation = whole.chars().take_while(|character| character.is_whitespace()).count().min(column);
    let is_near = column - indentation + length.min(BEFORE_MATCH) <= LONGEST_LINE / 2;
    let skipped = if is_near { indentation } else { column.saturating_sub(BEFORE_MATCH) };
    let mut text = String::new();
    let mut highlighted = 0..0;
    for (index, character) in whole.trim_end().chars().enumerate().skip(skipped).take(LONGEST_LINE) {
        if index == column {
            highlighted.start = text.len();
        }
        text.push(if character == '\t' { ' ' } else { character });
        if index < column + length {
            highlighted.end = text.len();
        }
    }
    if column < skipped || highlighted.start > highlighted.end || length == 0 {
        highlighted = 0..0;
    }
    Hit { place, line, column, length, text, matched: highlighted }
}

#[cfg(test)]
mod tests {
    use witdock_editor_core::QueryOptions;

    use super::*;

    fn query(pattern: &str, regex: bool) -> Query {
        Query::new(pattern, QueryOptions { regex, ..QueryOptions::default() }).unwrap()
    }

    fn searched(task: &Task) -> (Vec<Hit>, Option<SearchEnd>) {
        let (mut all, mut last) = (Vec::new(), None);
        search(task, &Stop::default(), |hits, end| {
            all.extend(hits);
            last = end;
        });
        (all, last)
    }

    /// The places of all lines of a text, once as a file and once as a document.
    fn check(text: &str, query: &Query, expected: &[(usize, usize, usize, &str)]) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), text).unwrap();
        let open = OpenText {
            document: 1,
            revision: Revision::default(),
            text: Text::from(text),
            names: vec![folder.path().join("file")],
        };
        for open in [vec![], vec![open]] {
            let task = Task { root: folder.path().to_owned(), query: query.clone(), open };
            let (hits, end) = searched(&task);
            let found: Vec<(usize, usize, usize, &str)> =
                hits.iter().map(|hit| (hit.line, hit.column, hit.length, hit.text.as_str())).collect();
            assert_eq!(found, expected, "{text:?} {:?}", task.open.len());
            assert_eq!(end, Some(SearchEnd::default()));
            for hit in &hits {
                assert!(hit.text.get(hit.matched.clone()).is_some());
            }
        }
    }

    #[test]
    fn each_line_with_a_match_is_found_once() {
        check(
            "one\n  two one one\r\nthree\n",
            &query("one", false),
            &[(0, 0, 3, "one"), (1, 6, 3, "two one one")],
        );
        check("äö one", &query("ONE", false), &[]);
        check("äö ONE\n\n\none", &query("one", false), &[(0, 3, 3, "äö ONE"), (3, 0, 3, "one")]);
        check("a\nb\nc\nb\n", &query("b\nc|b", true), &[(1, 0, 3, "b"), (3, 0, 1, "b")]);
        check("", &query("^", true), &[(0, 0, 0, "")]);
        check("x\n\ny", &query("$", true), &[(0, 1, 0, "x"), (1, 0, 0, ""), (2, 1, 0, "y")]);
    }

    #[test]
    fn long_lines_are_cut_around_the_match() {
        let text = format!("{}needle{}", "x".repeat(5_000), "y".repeat(5_000));
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), text).unwrap();
        let task = Task { root: folder.path().to_owned(), query: query("needle", false), open: vec![] };
        let (hits, _) = searched(&task);
        let hit = hits.first().unwrap();
        assert_eq!((hit.column, hit.text.chars().count()), (5_000, LONGEST_LINE));
        assert_eq!(hit.text.get(hit.matched.clone()), Some("needle"));
    }

    #[test]
    fn binary_files_are_skipped_and_documents_stand_for_their_files() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("binary"), b"needle\0").unwrap();
        fs::write(folder.path().join("latin"), b"caf\xe9 needle").unwrap();
        fs::write(folder.path().join("open"), "needle").unwrap();
        let open = OpenText {
            document: 7,
            revision: Revision::default(),
            text: Text::from("changed"),
            names: vec![folder.path().join("open")],
        };
        let task = Task { root: folder.path().to_owned(), query: query("needle", false), open: vec![open] };
        let (hits, _) = searched(&task);
        assert_eq!(hits.len(), 1);
        assert_eq!(hits.first().map(|hit| (hit.text.as_str(), hit.column)), Some(("caf\u{fffd} needle", 5)));
    }

    #[test]
    fn the_number_of_lines_is_bounded() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), "a\n".repeat(MAX_HITS + 5)).unwrap();
        let task = Task { root: folder.path().to_owned(), query: query("a", false), open: vec![] };
        let (hits, end) = searched(&task);
        assert_eq!(hits.len(), MAX_HITS);
        assert!(end.unwrap().is_cut);
    }
}
