//! Finds trailing whitespace and trailing empty lines.

use witdock_editor_guest::{Edit, LineIndex};

/// The rules for trimming.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    /// Adds a line ending at the end of a text that is not empty.
    pub(crate) final_newline: bool,
    /// Removes empty lines at the end.
    pub(crate) final_lines: bool,
    /// Keeps two or more trailing spaces, which are a line break in Markdown.
    pub(crate) breaks: bool,
}

/// The edits that trim a text, in ascending order.
pub(crate) fn trim(text: &str, line_ending: &str, rules: Rules) -> Vec<Edit> {
    let index = LineIndex::new(text);
    let mut edits = Vec::new();
    // The end of the text without trailing empty lines and the last line ending.
    let mut end = 0;
    for (start, line) in index.lines() {
        let kept = if rules.breaks && is_break(line) { line.len() } else { line.trim_end().len() };
        if kept > 0 {
            end = start + line.len();
        }
        if kept < line.len() {
            edits.push(Edit::delete(start + kept..start + line.len()));
        }
    }
    let rest = text.get(end..).unwrap_or_default();
    match rest.find('\n') {
        Some(first) if rules.final_lines => {
            // One edit instead of one for each empty line.
            edits.retain(|edit| edit.bytes().end <= end);
            let kept = if end == 0 { 0 } else { first + 1 };
            if kept < rest.len() {
                edits.push(Edit::delete(end + kept..text.len()));
            }
        }
        None if rules.final_newline && end > 0 => edits.push(Edit::insert(text.len(), line_ending)),
        _ => {}
    }
    edits
}

fn is_break(line: &str) -> bool {
    let text = line.trim_end_matches(' ');
    line.len() - text.len() >= 2 && !text.trim().is_empty() && !text.ends_with('\t')
}

#[cfg(test)]
mod tests {
    use super::*;
    use witdock_editor_guest::apply;

    const ALL: Rules = Rules { final_newline: true, final_lines: true, breaks: false };

    fn trimmed(text: &str, rules: Rules) -> String {
        let once = apply(text, &trim(text, "\n", rules)).unwrap();
        assert_eq!(trim(&once, "\n", rules), [], "what is trimmed is trimmed");
        once
    }

    #[test]
    fn lines_lose_what_is_behind_their_text() {
        assert_eq!(trimmed("a  \n\tb\t \n \nc\n", ALL), "a\n\tb\n\nc\n");
        assert_eq!(trimmed("a \r\nb\r\n", ALL), "a\r\nb\r\n");
        assert_eq!(trimmed("日本\u{3000}\n", ALL), "日本\n");
    }

    #[test]
    fn a_text_ends_with_one_line_ending() {
        for text in ["a", "a ", "a\n", "a\n\n", "a\n \n\t", "a \n  "] {
            assert_eq!(trimmed(text, ALL), "a\n", "{text:?}");
        }
        assert_eq!(trimmed("a\r\n\r\n", ALL), "a\r\n");
        assert_eq!(apply("a", &trim("a", "\r\n", ALL)).unwrap(), "a\r\n");
    }

    #[test]
    fn a_text_of_nothing_stays_or_becomes_empty() {
        assert_eq!(trimmed("", ALL), "");
        assert_eq!(trimmed(" \n\n", ALL), "");
        assert_eq!(trimmed("  ", ALL), "");
    }

    #[test]
    fn what_is_not_wanted_is_left() {
        let rules = Rules { final_newline: false, final_lines: false, breaks: false };
        assert_eq!(trimmed("a ", rules), "a");
        assert_eq!(trimmed("a\n \n\n", rules), "a\n\n\n");
    }

    #[test]
    fn a_line_break_of_markdown_stays() {
        let rules = Rules { breaks: true, ..ALL };
        assert_eq!(trimmed("one  \ntwo \n  \nthree\t\n", rules), "one  \ntwo\n\nthree\n");
    }
}
