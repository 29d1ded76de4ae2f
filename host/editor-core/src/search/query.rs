use std::fmt;

use regex_cursor::engines::meta::Regex;
use regex_cursor::regex_automata::util::syntax;

/// What to search for, ready to be searched with. Cheap to clone.
#[derive(Clone)]
pub struct Query {
    pattern: String,
    pub(super) regex: Regex,
    pub(super) options: QueryOptions,
}

/// How a pattern is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueryOptions {
    /// Whether it is a regular expression, in the syntax of the `regex` crate, with `^` and `$` at lines. Otherwise
    /// it is the text itself.
    pub regex: bool,
    /// Whether upper and lower case differ.
    pub case: Case,
    /// Whether a match must be neither preceded nor followed by more of a word.
    pub whole_word: bool,
}

/// Whether upper and lower case differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Case {
    /// They differ if there is an upper-case letter in the pattern.
    #[default]
    Smart,
    /// They differ.
    Sensitive,
    /// They do not.
    Insensitive,
}

/// Why a pattern cannot be searched for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// The pattern is empty.
    #[error("there is nothing to search for: the pattern is empty")]
    Empty,
    /// It is no regular expression.
    #[error("the pattern `{pattern}` is no regular expression: {reason}")]
    Syntax {
        /// The pattern.
        pattern: String,
        /// What is wrong, in a few words.
        reason: String,
    },
    /// Compiled, it would take too much memory.
    #[error("the pattern `{pattern}` is too large: use smaller repetition counts")]
    TooLarge {
        /// The pattern.
        pattern: String,
    },
}

impl Query {
    /// Compiles `pattern`.
    ///
    /// # Errors
    /// A pattern that is empty, is no regular expression, or is too large.
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
        let syntax = syntax::Config::new().case_insensitive(insensitive).multi_line(true).crlf(true);
        let regex = Regex::builder()
            .syntax(syntax)
            .build(&source)
            .map_err(|error| explain(pattern, error.syntax_error().map(ToString::to_string)))?;
        Ok(Query { pattern: pattern.to_owned(), regex, options })
    }

    /// The pattern as it was given.
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// How the pattern is meant.
    pub fn options(&self) -> QueryOptions {
        self.options
    }
}

/// The compiled expression would be pages.
impl fmt::Debug for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Query").field("pattern", &self.pattern).field("options", &self.options).finish()
    }
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

/// Whether there is an upper-case letter that is meant as one: `\W` and `\S` have none.
fn has_upper_case(pattern: &str, regex: bool) -> bool {
    let mut escaped = false;
    pattern.chars().any(|character| {
        let literal = !std::mem::take(&mut escaped);
        escaped = regex && literal && character == '\\';
        literal && character.is_uppercase()
    })
}

fn explain(pattern: &str, syntax_error: Option<String>) -> QueryError {
    let pattern = pattern.to_owned();
    let Some(message) = syntax_error else { return QueryError::TooLarge { pattern } };
    // The whole message draws the pattern on several lines; the reason is its last.
    let reason = message.lines().last().unwrap_or_default();
    QueryError::Syntax { pattern, reason: reason.strip_prefix("error: ").unwrap_or(reason).to_owned() }
}
