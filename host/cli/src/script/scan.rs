//! Splits a script's text into names, values and arguments.

use std::ops::Range;

/// Text that cannot be split, and where it is.
#[derive(Debug)]
pub(crate) struct ScanError {
    pub(crate) message: String,
    pub(crate) label: String,
    pub(crate) span: Range<usize>,
}

/// A position in a script's text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scanner<'a> {
    pub(crate) text: &'a str,
    pub(crate) at: usize,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    pub(crate) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip(&mut self, c: char) {
        self.at += c.len_utf8();
    }

    /// Moves to the next statement: past white space, line ends, `;` and comments.
    pub(crate) fn skip_blank(&mut self) {
        while let Some(c) = self.peek() {
            match c {
                '/' if self.rest().starts_with("//") => self.skip_line(),
                c if c.is_whitespace() || c == ';' => self.skip(c),
                _ => return,
            }
        }
    }

    /// Moves past spaces within the line.
    pub(crate) fn skip_spaces(&mut self) {
        while let Some(c @ (' ' | '\t' | '\r')) = self.peek() {
            self.skip(c);
        }
    }

    fn skip_line(&mut self) {
        self.at += self.rest().find('\n').unwrap_or(self.rest().len());
    }

    /// Whether the statement ends here: at the end of the line, a comment or `;`.
    pub(crate) fn is_at_end(&self) -> bool {
        let rest = self.rest();
        rest.is_empty() || rest.starts_with(['\n', ';']) || rest.starts_with("//")
    }

    /// Moves past a token, if it is next.
    pub(crate) fn take(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    /// A name such as `documents.by-id` or `witdock:etl/transform@0.1.0#describe`; empty if there is none.
    pub(crate) fn name(&mut self) -> Range<usize> {
        let start = self.at;
        while let Some(c) = self.peek() {
            let is_part = c.is_alphanumeric() || "-_.:/#@%[]".contains(c);
            if !is_part || self.rest().starts_with("//") || self.rest().starts_with("->") {
                break;
            }
            self.skip(c);
        }
        start..self.at
    }

    /// A value: the rest of the statement without white space around it, over several lines while a bracket is open.
    pub(crate) fn value(&mut self) -> Result<Range<usize>, ScanError> {
        let start = self.at;
        self.walk(|scanner, depth| depth == 0 && scanner.is_at_end())?;
        let end = start + self.text.get(start..self.at).unwrap_or_default().trim_end().len();
        Ok(start..end)
    }

    /// The arguments in `(…)`, which begins here.
    pub(crate) fn arguments(&mut self) -> Result<Vec<Range<usize>>, ScanError> {
        let open = self.at;
        self.take("(");
        let mut pieces = Vec::new();
        loop {
            let start = self.at;
            self.walk(|scanner, depth| depth == 0 && scanner.rest().starts_with([',', ')']))?;
            if self.rest().is_empty() {
                return Err(ScanError {
                    message: "unclosed `(`".into(),
                    label: "opened here".into(),
                    span: open..open + 1,
                });
            }
            let is_last = self.rest().starts_with(')');
            let piece = self.text.get(start..self.at).unwrap_or_default();
            // A trailing comma is allowed.
            if !is_last || !is_blank(piece) {
                let before = piece.len() - piece.trim_start().len();
                let end = start + piece.trim_end().len();
                pieces.push((start + before).min(end)..end);
            }
            self.at += 1;
            if is_last {
                return Ok(pieces);
            }
        }
    }

    /// Moves until `stop` says so, or to the end of the text, past whole strings, characters and comments.
    fn walk(&mut self, stop: impl Fn(&Self, usize) -> bool) -> Result<(), ScanError> {
        let mut open: Vec<(char, usize)> = Vec::new();
        while let Some(c) = self.peek() {
            if stop(self, open.len()) {
                return Ok(());
            }
            match c {
                '/' if self.rest().starts_with("//") => {
                    self.skip_line();
                    continue;
                }
                '"' => {
                    self.text_literal()?;
                    continue;
                }
                '\'' => {
                    self.char_literal();
                    continue;
                }
                '(' | '[' | '{' => open.push((c, self.at)),
                ')' | ']' | '}' => match open.pop() {
                    Some((opened, _)) if closes(opened) == c => {}
                    Some((opened, _)) => {
                        return Err(ScanError {
                            message: format!("mismatched `{opened}` and `{c}`"),
                            label: format!("expected `{}`", closes(opened)),
                            span: self.at..self.at + 1,
                        });
                    }
                    None => {
                        return Err(ScanError {
                            message: format!("unexpected `{c}`"),
                            label: "no bracket is open".into(),
                            span: self.at..self.at + 1,
                        });
                    }
                },
                _ => {}
            }
            self.skip(c);
        }
        match open.first() {
            Some((c, at)) => Err(ScanError {
                message: format!("unclosed `{c}`"),
                label: "opened here".into(),
                span: *at..at + 1,
            }),
            None => Ok(()),
        }
    }

    fn text_literal(&mut self) -> Result<(), ScanError> {
        let start = self.at;
        if self.take("\"\"\"") {
            let end = self.rest().find("\"\"\"");
            self.at += end.map_or(self.rest().len(), |end| end + 3);
            return end.map(drop).ok_or_else(|| unended(start));
        }
        self.at += 1;
        while let Some(c) = self.peek() {
            self.skip(c);
            match c {
                '"' => return Ok(()),
                '\n' => break,
                '\\' => {
                    if let Some(next) = self.peek() {
                        self.skip(next);
                    }
                }
                _ => {}
            }
        }
        Err(unended(start))
    }

    /// Moves past a character between two `'`. An invalid one is reported when the value is read.
    fn char_literal(&mut self) {
        self.at += 1;
        let rest = self.rest();
        let escaped = rest.starts_with('\\');
        let from = if escaped { rest.char_indices().nth(2).map_or(rest.len(), |(at, _)| at) } else { 0 };
        if let Some(end) = rest.get(from..).and_then(|rest| rest.find('\'')).filter(|end| *end < 12) {
            self.at += from + end + 1;
        }
    }
}

fn unended(start: usize) -> ScanError {
    ScanError {
        message: "unterminated string".into(),
        label: "begins here; write a line end as `\\n`".into(),
        span: start..start + 1,
    }
}

fn closes(open: char) -> char {
    match open {
        '(' => ')',
        '[' => ']',
        _ => '}',
    }
}

fn is_blank(text: &str) -> bool {
    let mut scanner = Scanner::new(text);
    scanner.skip_blank();
    scanner.rest().is_empty()
}
