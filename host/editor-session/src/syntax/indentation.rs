//! How far a new line is indented.

use witdock_editor_core::Text;
use witdock_editor_core::commands::Deeper;

use super::{Syntax, is_comment};

/// Words of the shell after which the next line is indented further.
const SHELL: [&str; 4] = ["then", "do", "else", "in"];
/// Statements of Python after which no other one of the same block follows.
const LAST_IN_PYTHON: [&str; 5] = ["return", "pass", "break", "continue", "raise"];
/// Words of Python with which lines begin that end in a colon and begin a block.
const BLOCKS: [&str; 14] = [
    "async", "case", "class", "def", "elif", "else", "except", "finally", "for", "if", "match", "try",
    "while", "with",
];
/// What a colon of Python belongs to that does not begin a block.
const NO_BLOCK: [&str; 8] = [
    "slice",
    "pair",
    "dictionary",
    "lambda",
    "type",
    "typed_parameter",
    "typed_default_parameter",
    "format_specifier",
];

impl Syntax {
    /// How far a line is indented that begins at a place, compared with the line that the place is in.
    pub(crate) fn deeper(&self, text: &Text, at: usize, language: &str) -> Deeper {
        let line_start = text.line_start(text.line_at(at));
        let before = text.slice(line_start..at);
        let code = self.code(&before, line_start);
        let Some((last, character)) = code.char_indices().next_back() else { return Deeper::Same };
        let place = line_start + last;
        if self.is_inert(place) {
            return Deeper::Same;
        }
        let word = code.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
        let first = code.split_whitespace().next().unwrap_or_default();
        match (character, language) {
            ('{' | '[' | '(', _) => Deeper::More,
            (':', "python") => {
                let parent = self.node_at(place..place + 1).and_then(|node| node.parent());
                let is_block = BLOCKS.contains(&first.trim_end_matches(':'))
                    && parent.is_none_or(|parent| !NO_BLOCK.contains(&parent.kind()));
                if is_block { Deeper::More } else { Deeper::Same }
            }
            (':', "yaml") => Deeper::More,
            ('|' | '>', "yaml") if code.trim_end_matches(['|', '>']).ends_with(": ") => Deeper::More,
            (_, "shell") if SHELL.contains(&word) => Deeper::More,
            (_, "python") if LAST_IN_PYTHON.contains(&first) => Deeper::Less,
            _ => Deeper::Same,
        }
    }

    /// The start of a line without a comment at its end.
    fn code<'a>(&self, before: &'a str, line_start: usize) -> &'a str {
        let mut code = before.trim_end();
        while let Some((last, _)) = code.char_indices().next_back() {
            let place = line_start + last;
            let Some(comment) = self.node_at(place..place + 1).filter(|node| is_comment(*node)) else {
                break;
            };
            let start = comment.start_byte().saturating_sub(line_start).min(last);
            code = code.get(..start).unwrap_or_default().trim_end();
        }
        code
    }
}
