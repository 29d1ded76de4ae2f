//! The same search in bytes that lie in one piece, as a file that was read. It is faster than in a rope, and finds the same.

use std::ops::Range;

use regex_automata::Input;
use regex_automata::meta::Regex;

use super::query::explain;
use super::{Query, QueryError};

/// A [`Query`] for bytes that lie in one piece.
#[derive(Clone, Debug)]
pub struct ContiguousQuery {
    regex: Regex,
}

impl Query {
    /// The same query for bytes that lie in one piece.
    ///
    /// # Errors
    /// When the pattern is too large.
    pub fn contiguous(&self) -> Result<ContiguousQuery, QueryError> {
        let built = Regex::builder().syntax(self.syntax()).build(self.source());
        let regex =
            built.map_err(|error| explain(self.pattern(), error.syntax_error().map(ToString::to_string)))?;
        Ok(ContiguousQuery { regex })
    }
}

impl ContiguousQuery {
    /// The first match at or after `from`. It begins and ends between characters wherever the bytes are UTF-8.
    pub fn find(&self, bytes: &[u8], from: usize) -> Option<Range<usize>> {
        let from = from.min(bytes.len());
        self.regex.find(Input::new(bytes).range(from..)).map(|found| found.range())
    }
}

#[cfg(test)]
mod tests {
    use crate::{QueryOptions, Text};

    use super::*;

    #[test]
    fn it_finds_what_the_search_in_a_rope_finds() {
        let options = |regex| QueryOptions { regex, ..QueryOptions::default() };
        let text = "One two\r\none ONE äone\n\nend";
        for (pattern, regex) in [("one", false), ("One", false), ("^o", true), ("$", true), ("o.*", true)] {
            let query = Query::new(pattern, options(regex)).unwrap();
            let expected: Vec<Range<usize>> = query.matches(&Text::from(text), 0..text.len()).collect();
            let contiguous = query.contiguous().unwrap();
            let (mut found, mut from) = (Vec::new(), 0);
            while let Some(range) = contiguous.find(text.as_bytes(), from) {
                from = if range.is_empty() { range.end + 1 } else { range.end };
                found.push(range);
                if from > text.len() {
                    break;
                }
            }
            assert_eq!(found, expected, "{pattern}");
        }
    }
}
