//! Line breaks of texts and of new lines.

use std::borrow::Cow;

/// A kind of line break.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LineEnding {
    /// Line feed: Unix.
    #[default]
    Lf,
    /// Carriage return and line feed: Windows and network protocols.
    CrLf,
}

impl LineEnding {
    /// The characters of the break.
    pub fn as_str(self) -> &'static str {
        match self {
            LineEnding::Lf => "\n",
            LineEnding::CrLf => "\r\n",
        }
    }

    /// `text` with each of its line breaks, LF or CRLF, replaced by this one. Text from outside, such as the
    /// clipboard, passes through here, so that documents do not get mixed line breaks.
    pub fn normalize(self, text: &str) -> Cow<'_, str> {
        let lf =
            if text.contains("\r\n") { Cow::Owned(text.replace("\r\n", "\n")) } else { Cow::Borrowed(text) };
        match self {
            LineEnding::CrLf if lf.contains('\n') => Cow::Owned(lf.replace('\n', "\r\n")),
            _ => lf,
        }
    }
}

/// The numbers of line breaks of each kind in a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineEndings {
    /// Line feeds without a carriage return before them.
    pub lf: usize,
    /// Carriage returns with line feeds.
    pub crlf: usize,
}

impl LineEndings {
    /// The line breaks of a text.
    pub(crate) fn of(text: &str) -> LineEndings {
        let crlf = text.matches("\r\n").count();
        LineEndings { lf: text.bytes().filter(|byte| *byte == b'\n').count() - crlf, crlf }
    }

    pub(crate) fn count(&mut self, crlf: bool) {
        if crlf {
            self.crlf += 1;
        } else {
            self.lf += 1;
        }
    }

    /// The more frequent kind, which new lines get; `None` without line breaks.
    pub fn dominant(self) -> Option<LineEnding> {
        match self {
            LineEndings { lf: 0, crlf: 0 } => None,
            LineEndings { lf, crlf } if crlf > lf => Some(LineEnding::CrLf),
            _ => Some(LineEnding::Lf),
        }
    }

    /// Whether both kinds occur.
    pub fn is_mixed(self) -> bool {
        self.lf > 0 && self.crlf > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::Decoded;

    fn check(text: &str, dominant: Option<LineEnding>, mixed: bool) {
        let endings = Decoded::from_bytes(text.as_bytes()).unwrap().line_endings;
        assert_eq!((endings.dominant(), endings.is_mixed()), (dominant, mixed), "{text:?}");
    }

    #[test]
    fn breaks_are_counted() {
        check("none", None, false);
        check("a\rb", None, false);
        check("a\nb\n", Some(LineEnding::Lf), false);
        check("a\r\n\r\n", Some(LineEnding::CrLf), false);
        check("a\r\nb\nc\r\n", Some(LineEnding::CrLf), true);
    }

    #[test]
    fn foreign_breaks_are_normalized() {
        assert_eq!(LineEnding::Lf.normalize("a\r\nb\nc\r"), "a\nb\nc\r");
        assert_eq!(LineEnding::CrLf.normalize("a\r\nb\nc\r"), "a\r\nb\r\nc\r");
    }
}
