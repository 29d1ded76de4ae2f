//! Colours of the visible lines, by the syntax tree of the document.

use std::ops::Range;

use witdock_editor_core::Text;
use witdock_editor_session::documents::Buffer;
use witdock_editor_session::style::Scope;
use witdock_editor_session::syntax::Syntax;

/// A line with more bytes has no colours.
const LONGEST_LINE: usize = 4 << 10;
/// Lines of no more bytes in all are coloured together.
const TOGETHER: usize = 64 << 10;

/// The colours of some lines.
#[derive(Debug, Default)]
pub struct TreeColours {
    lines: Vec<Vec<(Range<usize>, Scope)>>,
    first: usize,
    /// The tree and the lines that they are of.
    of: Option<((u64, u64), Range<usize>)>,
}

impl TreeColours {
    /// Finds the colours of lines `first` to `end`, unless they are known.
    pub fn reach(&mut self, buffer: &Buffer, first: usize, end: usize) {
        let text = buffer.document.text();
        let end = end.min(text.line_count());
        let of = (buffer.syntax.version(), first..end);
        if self.of.as_ref() == Some(&of) {
            return;
        }
        self.first = first;
        self.of = Some(of);
        let whole = text.line_start(first)..text.line_start(end);
        self.lines = if whole.len() <= TOGETHER {
            split(&buffer.syntax.colours(whole), text, first..end)
        } else {
            (first..end).map(|line| of_line(&buffer.syntax, text, line)).collect()
        };
    }

    /// The coloured ranges of a line, in bytes from its start. Empty for a line that was not reached.
    pub fn of_line(&self, line: usize) -> &[(Range<usize>, Scope)] {
        let known = line.checked_sub(self.first).and_then(|index| self.lines.get(index));
        known.map_or(&[], Vec::as_slice)
    }
}

fn of_line(syntax: &Syntax, text: &Text, line: usize) -> Vec<(Range<usize>, Scope)> {
    let range = text.line_range(line);
    if range.len() > LONGEST_LINE {
        return Vec::new();
    }
    split(&syntax.colours(range), text, line..line + 1).pop().unwrap_or_default()
}

/// Coloured ranges of the text as those of its lines.
fn split(
    colours: &[(Range<usize>, Scope)],
    text: &Text,
    lines: Range<usize>,
) -> Vec<Vec<(Range<usize>, Scope)>> {
    let of_line = |line| {
        let range = text.line_range(line);
        let from = colours.partition_point(|(piece, _)| piece.end <= range.start);
        let within = colours.iter().skip(from).take_while(|(piece, _)| piece.start < range.end);
        within
            .map(|(piece, scope)| {
                let (start, end) = (piece.start.max(range.start), piece.end.min(range.end));
                (start - range.start..end - range.start, *scope)
            })
            .collect()
    };
    lines.map(of_line).collect()
}
