use std::fmt;

use regex_automata::util::syntax;
use regex_cursor::engines::meta::Regex;

use super::Interrupt;

/// A compiled search pattern. Cheap to clone.
#[derive(Clone)]
pub struct Query {
    pattern: String,
    pub(super) regex: Regex,
    pub(super) options: QueryOptions,
    /// The expression that the pattern stands for.
    source: String,
    insensitive: bool,
    /// Ends searches of this query.
    pub(super) interrupt: Option<Interrupt>,
}

/// The interpretation of a pattern.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueryOptions {
    /// Whether it is a regular expression, in the syntax of the `regex` crate, with `^` and `$` at lines. Otherwise
    /// it is the text itself.
    pub regex: bool,
    /// Whether upper and lower case differ.
    pub case: Case,
    /// Whether only whole words match.
    pub whole_word: bool,
}

/// Whether upper and lower case differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Case {
    /// They differ if the pattern has an upper-case letter.
    #[default]
    Smart,
    /// They always differ.
    Sensitive,
    /// They never differ.
    Insensitive,
}

/// The reason why a pattern is invalid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// The pattern is empty.
    #[error("the pattern is empty: type a text to search for")]
    Empty,
    /// The pattern is not a valid regular expression.
    #[error("invalid regular expression `{pattern}`: {reason}")]
    Syntax {
        /// The pattern as it was given.
        pattern: String,
        /// The error of the regex parser.
        reason: String,
    },
    /// The compiled pattern would take too much memory.
    #[error("the pattern `{pattern}` is too large: use smaller repetition counts")]
    TooLarge {
        /// The pattern as it was given.
        pattern: String,
    },
}

impl Query {
    /// Compiles `pattern`.
    ///
    /// # Errors
    /// When the pattern is empty, invalid, or too large.
    pub fn new(pattern: &str, options: QueryOptions) -> Result<Query, QueryError> {
        if pattern.is_empty() {
            return Err(QueryError::Empty);
        }
        let mut source = if options.regex { pattern.to_owned() } else { escape(pattern) };
        if options.whole_word {
            // The half boundaries look at the outer side only, so that a pattern may begin or end in punctuation.
            source = format!(r"\b{{start-half}}(?:{source})\b{{end-half}}");
        }
        let insensitive = match options.case {
            Case::Sensitive => false,
            Case::Insensitive => true,
            Case::Smart => !has_upper_case(pattern, options.regex),
        };
        let regex = Regex::builder()
            .syntax(syntax_of(insensitive))
            .build(&source)
            .map_err(|error| explain(pattern, error.syntax_error().map(ToString::to_string)))?;
        Ok(Query { pattern: pattern.to_owned(), regex, options, source, insensitive, interrupt: None })
    }

    pub(super) fn syntax(&self) -> syntax::Config {
        syntax_of(self.insensitive)
    }

    pub(super) fn source(&self) -> &str {
        &self.source
    }

    /// The same query, whose searches another thread can end.
    #[must_use]
    pub fn interruptible(&self, interrupt: &Interrupt) -> Query {
        Query { interrupt: Some(interrupt.clone()), ..self.clone() }
    }

    /// The pattern as it was given.
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// The interpretation of the pattern.
    pub fn options(&self) -> QueryOptions {
        self.options
    }
}

/// Leaves out the compiled expression, which would fill pages.
impl fmt::Debug for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Query").field("pattern", &self.pattern).field("options", &self.options).finish()
    }
}

fn syntax_of(insensitive: bool) -> syntax::Config {
    syntax::Config::new().case_insensitive(insensitive).multi_line(true).crlf(true)
}

/// The pattern that matches `text` itself.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if r"\.+*?()|[]{}^$#&-~/".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// Whether the pattern has an upper-case letter that stands for itself, unlike those of `\W` and `\S`.
fn has_upper_case(pattern: &str, regex: bool) -> bool {
    let mut escaped = false;
    pattern.chars().any(|character| {
        let literal = !std::mem::take(&mut escaped);
        escaped = regex && literal && character == '\\';
        literal && character.is_uppercase()
    })
}

pub(super) fn explain(pattern: &str, syntax_error: Option<String>) -> QueryError {
    let pattern = pattern.to_owned();
    let Some(message) = syntax_error else { return QueryError::TooLarge { pattern } };
    // The whole message draws the pattern on several lines; the reason is its last.
    let reason = message.lines().last().unwrap_or_default();
    QueryError::Syntax { pattern, reason: reason.strip_prefix("error: ").unwrap_or(reason).to_owned() }
}
