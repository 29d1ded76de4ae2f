//! Places in a pipeline file that are checked only once the columns are known.

use std::ops::Range;

use witdock_etl_expression::Problem;

use super::diagnostics::PipelineText;
use super::error::Invalid;

/// A value of a pipeline file, and where it is.
#[derive(Debug, Clone)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    place: Place,
}

/// A place in a pipeline file.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) text: PipelineText,
    pub(super) span: Range<usize>,
}

impl<T> Located<T> {
    pub(super) fn new(value: T, place: Place) -> Self {
        Self { value, place }
    }

    /// An error about the value.
    pub(crate) fn invalid(
        &self,
        message: impl Into<String>,
        label: impl Into<String>,
        help: impl Into<Option<String>>,
    ) -> Box<Invalid> {
        Box::new(self.place.text.invalid(self.place.span.clone(), message, label, help))
    }

    /// An error in the value, which is an expression.
    pub(crate) fn problem(&self, problem: &Problem) -> Box<Invalid> {
        self.place.problem(problem)
    }
}

impl Place {
    /// An error in the expression that is here.
    pub(super) fn problem(&self, problem: &Problem) -> Box<Invalid> {
        let raw = self.text.text().get(self.span.clone()).unwrap_or_default();
        let start = offset(raw, problem.span.start);
        let span = match (start, offset(raw, problem.span.end)) {
            (Some(start), Some(end)) => self.span.start + start..self.span.start + end.max(start),
            // Escapes or variables: the file has other text than the expression.
            _ => self.span.clone(),
        };
        Box::new(self.text.invalid(span, &problem.message, &problem.label, problem.help.clone()))
    }
}

/// Where in a string of TOML, with its quotes, the byte of this number of its value is written.
fn offset(raw: &str, wanted: usize) -> Option<usize> {
    if raw.contains("${") {
        return None;
    }
    let quote = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quote| raw.starts_with(quote))?;
    let escapes = quote.starts_with('"');
    let mut at = quote.len();
    if quote.len() == 3 {
        // A line break right behind the quotes is not part of the value.
        at += ["\r\n", "\n"]
            .into_iter()
            .find(|end| raw.get(at..).is_some_and(|rest| rest.starts_with(end)))
            .map_or(0, str::len);
    }
    let mut value = 0;
    // A line that continues on the next one has no part in the value: the place is behind it.
    let continues = |at: usize| {
        let next = raw.get(at..).and_then(|rest| rest.strip_prefix('\\'));
        escapes && next.is_some_and(|next| next.starts_with(char::is_whitespace))
    };
    while value < wanted || continues(at) {
        let rest = raw.get(at..raw.len().checked_sub(quote.len())?)?;
        let next = rest.chars().next()?;
        let (written, meant) = match rest.as_bytes().get(1) {
            Some(escaped) if next == '\\' && escapes => match escaped {
                b'u' | b'U' | b'x' => {
                    let digits = match escaped {
                        b'x' => 2,
                        b'u' => 4,
                        _ => 8,
                    };
                    let code = u32::from_str_radix(rest.get(2..2 + digits)?, 16).ok()?;
                    (2 + digits, char::from_u32(code)?.len_utf8())
                }
                escaped if escaped.is_ascii_whitespace() => {
                    (1 + rest.get(1..)?.find(|next: char| !next.is_whitespace())?, 0)
                }
                _ => (2, 1),
            },
            _ => (next.len_utf8(), next.len_utf8()),
        };
        at += written;
        value += meant;
    }
    (value == wanted).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::offset;

    #[test]
    fn a_place_in_a_string_is_where_it_is_written() {
        for (raw, wanted, at) in [
            ("\"a > b\"", 4, 5),
            ("'a > b'", 5, 6),
            (r#""\"a b\" > c""#, 8, 11),
            (r#""\u00e9 > c""#, 5, 10),
            ("'''\na > b'''", 4, 8),
            ("\"\"\"\na \\\n   > b\"\"\"", 2, 11),
        ] {
            assert_eq!(offset(raw, wanted), Some(at), "{raw}");
        }
        assert_eq!(offset("\"${A} > 1\"", 3), None);
        assert_eq!(offset("'ab'", 9), None);
    }
}
