//! A document without an editor, which follows the editor's rules: for unit tests.

use crate::edit::apply;
use crate::range::{to_u64, to_usize};
use crate::{DocumentInfo, DocumentVersion, Edit, EditError, Line, LineIndex, Revision, TextError};

#[derive(Debug)]
pub(crate) struct HeldText {
    language: String,
    text: String,
    revision: Revision,
}

impl HeldText {
    pub(crate) fn new(language: &str, text: &str) -> Self {
        Self { language: language.to_owned(), text: text.to_owned(), revision: 1 }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn index(&self) -> LineIndex<'_> {
        LineIndex::new(&self.text)
    }

    pub(crate) fn info(&self) -> DocumentInfo {
        DocumentInfo {
            version: DocumentVersion { document: 1, revision: self.revision },
            path: None,
            language: self.language.clone(),
            modified: self.revision > 1,
        }
    }

    pub(crate) fn line_ending(&self) -> &'static str {
        if self.text.contains("\r\n") { "\r\n" } else { "\n" }
    }

    pub(crate) fn slice(&self, range: std::ops::Range<usize>) -> Result<String, TextError> {
        if range.start > range.end || range.end > self.text.len() {
            return Err(TextError::OutOfRange(to_u64(self.text.len())));
        }
        if let Some(inside) = [range.start, range.end].into_iter().find(|at| !self.text.is_char_boundary(*at))
        {
            return Err(TextError::NotOnBoundary(to_u64(inside)));
        }
        Ok(self.text.get(range).unwrap_or_default().to_owned())
    }

    pub(crate) fn lines(&self, first: u32, count: u32) -> Vec<Line> {
        let line = |(start, text): (usize, &str)| Line { start: to_u64(start), text: text.to_owned() };
        self.index().lines().skip(to_usize(first.into())).take(to_usize(count.into())).map(line).collect()
    }

    pub(crate) fn apply(&mut self, against: Revision, edits: &[Edit]) -> Result<Revision, EditError> {
        if against != self.revision {
            return Err(EditError::Stale(self.revision));
        }
        self.text = apply(&self.text, edits)?;
        self.revision += 1;
        Ok(self.revision)
    }
}

#[cfg(test)]
mod tests {
    use crate::{Document, Edit, EditError, Position, TextError};

    #[test]
    fn lines_and_positions_are_those_of_the_text() {
        let document = Document::of_text("text", "né\r\ntwo\r\n");
        assert_eq!(
            (document.line_count(), document.length(), document.line_ending().as_str()),
            (3, 10, "\r\n")
        );
        let lines: Vec<_> =
            document.lines(0..9).unwrap().into_iter().map(|line| (line.start, line.text)).collect();
        assert_eq!(lines, [(0, "né".to_owned()), (5, "two".to_owned()), (10, String::new())]);
        assert_eq!(document.position(6), Ok(Position { line: 1, column: 1 }));
        assert_eq!(document.offset(Position { line: 1, column: 1 }), Ok(6));
        assert_eq!(document.offset(Position { line: 7, column: 0 }), Ok(10));
    }

    #[test]
    fn text_that_is_not_there_is_refused() {
        let document = Document::of_text("text", "né");
        assert_eq!(document.text(1..3), Ok("é".to_owned()));
        assert_eq!(document.text(1..4), Err(TextError::OutOfRange(3)));
        assert_eq!(document.text(0..2), Err(TextError::NotOnBoundary(2)));
    }

    #[test]
    fn refused_edits_leave_the_text_and_the_revision() {
        let document = Document::of_text("text", "abc");
        let refused = document.apply(vec![Edit::delete(0..1), Edit::insert(9, "x")]);
        assert_eq!(refused, Err(EditError::OutOfRange(1)));
        assert_eq!((document.whole_text().unwrap().as_str(), document.revision()), ("abc", 1));
    }
}
