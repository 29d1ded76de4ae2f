use std::ops::Range;

use regex_cursor::engines::meta::Regex;
use regex_cursor::regex_automata::util::captures::Captures;
use regex_cursor::regex_automata::{Anchored, PatternID};

use super::Query;
use crate::change::{ChangeSet, Edit};
use crate::line_ending::LineEnding;
use crate::text::Text;

/// The replacement of a match.
///
/// For a literal query it is the text itself. For a regular expression, `$1` and `${1}` are the text of a group, `$0`
/// that of the match, `${name}` that of a named group, `$$` a dollar sign; `\n`, `\t` and `\\` are a line break of
/// the document, a tab and a backslash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Group(usize),
}

/// The replacement names a group that the pattern does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the replacement has `{reference}`, but the pattern has {}; write `$$` for a dollar sign", count_groups(*.groups))]
#[non_exhaustive]
pub struct ReplacementError {
    /// The reference in its written form.
    pub reference: String,
    /// The number of groups of the pattern.
    pub groups: usize,
}

fn count_groups(count: usize) -> String {
    match count {
        0 => "no groups".to_owned(),
        1 => "only the group `$1`".to_owned(),
        _ => format!("only the groups `$1` to `${count}`"),
    }
}

impl Query {
    /// Reads a replacement for this query's matches.
    ///
    /// # Errors
    /// When it names a group that the pattern does not have.
    pub fn replacement(
        &self,
        template: &str,
        line_ending: LineEnding,
    ) -> Result<Replacement, ReplacementError> {
        if !self.options.regex {
            return Ok(Replacement { parts: vec![Part::Text(template.to_owned())] });
        }
        parse(template, line_ending, &self.regex)
    }

    /// The edit that replaces the match at exactly `range`; `None` if there is no such match. O(match).
    pub fn replace_one(&self, text: &Text, range: Range<usize>, with: &Replacement) -> Option<Edit> {
        let mut captures = self.regex.create_captures();
        let mut input = self.input(text, range.start..text.len());
        input.set_anchored(Anchored::Yes);
        self.regex.search_captures(input, &mut captures);
        (captures.get_match()?.range() == range).then(|| Edit::replace(range, with.expand(text, &captures)))
    }

    /// The change that replaces all matches within `range`, as [`Query::matches`] finds them. O(bytes of the range +
    /// bytes replaced); it holds the replacements, and nothing else of the text.
    pub fn replace_all(&self, text: &Text, range: Range<usize>, with: &Replacement) -> ChangeSet {
        let edits = self.regex.captures_iter(self.input(text, range)).filter_map(|captures| {
            let found = captures.get_match()?.range();
            Some(Edit::replace(found, with.expand(text, &captures)))
        });
        ChangeSet::clipped(text.len(), edits)
    }
}

impl Replacement {
    fn expand(&self, text: &Text, captures: &Captures) -> String {
        let mut expanded = String::new();
        for part in &self.parts {
            match part {
                Part::Text(literal) => expanded += literal,
                Part::Group(group) => {
                    if let Some(span) = captures.get_group(*group) {
                        expanded.extend(text.chunks(span.range()));
                    }
                }
            }
        }
        expanded
    }
}

fn parse(template: &str, line_ending: LineEnding, regex: &Regex) -> Result<Replacement, ReplacementError> {
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut rest = template;
    while let Some(character) = rest.chars().next() {
        let after = rest.get(character.len_utf8()..).unwrap_or_default();
        let (replaced, length) = match (character, after.chars().next()) {
            ('$', Some('$')) => ("$", 2),
            ('\\', Some('n')) => (line_ending.as_str(), 2),
            ('\\', Some('t')) => ("\t", 2),
            ('\\', Some('\\')) => ("\\", 2),
            ('$', _) => match reference(after) {
                Some((name, length)) => {
                    let group = group(regex, name).ok_or_else(|| ReplacementError {
                        reference: rest.get(..1 + length).unwrap_or(rest).to_owned(),
                        groups: regex.captures_len().saturating_sub(1),
                    })?;
                    parts.push(Part::Text(std::mem::take(&mut literal)));
                    parts.push(Part::Group(group));
                    ("", 1 + length)
                }
                None => ("$", 1),
            },
            _ => (rest.get(..character.len_utf8()).unwrap_or_default(), character.len_utf8()),
        };
        literal += replaced;
        rest = rest.get(length..).unwrap_or_default();
    }
    parts.push(Part::Text(literal));
    Ok(Replacement { parts })
}

/// The group named after a dollar sign, and the length of the reference.
fn reference(after: &str) -> Option<(&str, usize)> {
    if let Some(braced) = after.strip_prefix('{') {
        let (name, _) = braced.split_once('}')?;
        return Some((name, name.len() + 2));
    }
    let digits = after.find(|character: char| !character.is_ascii_digit()).unwrap_or(after.len());
    after.get(..digits).filter(|name| !name.is_empty()).map(|name| (name, digits))
}

fn group(regex: &Regex, name: &str) -> Option<usize> {
    match name.parse::<usize>() {
        Ok(index) => (index < regex.captures_len()).then_some(index),
        Err(_) => regex.group_info().to_index(PatternID::ZERO, name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::QueryOptions;

    fn query(pattern: &str, regex: bool) -> Query {
        Query::new(pattern, QueryOptions { regex, ..QueryOptions::default() }).unwrap()
    }

    fn check(pattern: &str, template: &str, before: &str, after: &str) {
        let query = query(pattern, true);
        let replacement = query.replacement(template, LineEnding::CrLf).unwrap();
        let mut text = Text::from(before);
        query.replace_all(&text, 0..text.len(), &replacement).apply(&mut text).unwrap();
        assert_eq!(text.to_string(), after, "{pattern:?} by {template:?}");
    }

    #[test]
    fn all_matches_are_replaced() {
        check("a", "b", "banana", "bbnbnb");
        check(r"(\w+)@(?<host>\w+)", "${host}:$1 ${2}$$ $0", "me@home", "home:me home$ me@home");
        check("(a)|b", "<$1>", "ab", "<a><>");
        check("^", "> ", "a\nb", "> a\n> b");
        check(", *", r",\n\t\\", "a, b", "a,\r\n\t\\b");
        check("é", "$ x$", "caf\u{e9}", "caf$ x$");
        check("x*", "-", "axb", "-a-b-");
    }

    #[test]
    fn one_match_is_replaced() {
        let text = Text::from("foobar foo");
        let query = query(r"foo(?<rest>\w*)", true);
        let replacement = query.replacement("<$1>", LineEnding::Lf).unwrap();
        assert_eq!(query.replace_one(&text, 0..6, &replacement), Some(Edit::replace(0..6, "<bar>")));
        assert_eq!(query.replace_one(&text, 0..3, &replacement), None);
        assert_eq!(query.replace_one(&text, 1..6, &replacement), None);
        assert_eq!(query.replace_one(&text, 90..96, &replacement), None);
    }

    #[test]
    fn a_literal_query_has_a_literal_replacement() {
        let query = query("$1", false);
        let replacement = query.replacement(r"$2\n", LineEnding::Lf).unwrap();
        let text = Text::from("a $1");
        assert_eq!(query.replace_all(&text, 0..4, &replacement).edits(), [Edit::replace(2..4, r"$2\n")]);
    }

    #[test]
    fn unknown_groups_are_explained() {
        let message = |pattern, template| {
            query(pattern, true).replacement(template, LineEnding::Lf).unwrap_err().to_string()
        };
        assert_eq!(
            message("a", "$1"),
            "the replacement has `$1`, but the pattern has no groups; write `$$` for a dollar sign"
        );
        assert_eq!(
            message("(a)(b)", "x${name}y"),
            "the replacement has `${name}`, but the pattern has only the groups `$1` to `$2`; write `$$` for a dollar sign"
        );
    }
}
