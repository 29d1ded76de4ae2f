//! Fuzzy matching of lists.

use std::cmp::Reverse;
use std::sync::Arc;

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::picker::Item;

/// The things that match a query, best first; those that match equally well keep their order. A thing matches by the best of
/// its texts.
pub(super) fn ranked<T>(
    query: &str,
    things: impl IntoIterator<Item = T>,
    texts: impl Fn(&T) -> Vec<&str>,
) -> Vec<T> {
    let mut matching = Matching::new(query, Config::DEFAULT);
    let mut found: Vec<(u32, T)> = things
        .into_iter()
        .filter_map(|thing| {
            let best = texts(&thing).into_iter().filter_map(|text| matching.score(text)).max()?;
            Some((best, thing))
        })
        .collect();
    found.sort_by_key(|(score, _)| Reverse(*score));
    found.into_iter().map(|(_, thing)| thing).collect()
}

/// The characters of a text that a query matches, by their numbers in it.
pub fn matched(query: &str, text: &str) -> Vec<usize> {
    let mut matching = Matching::new(query, Config::DEFAULT.match_paths());
    let mut indices = Vec::new();
    matching.pattern.indices(
        Utf32Str::new(text, &mut matching.characters),
        &mut matching.matcher,
        &mut indices,
    );
    indices.sort_unstable();
    indices.dedup();
    indices.into_iter().map(|index| index as usize).collect()
}

struct Matching {
    pattern: Pattern,
    matcher: Matcher,
    characters: Vec<char>,
}

impl Matching {
    fn new(query: &str, config: Config) -> Self {
        let pattern = Pattern::parse(query, CaseMatching::Smart, Normalization::Smart);
        Self { pattern, matcher: Matcher::new(config), characters: Vec::new() }
    }

    fn score(&mut self, text: &str) -> Option<u32> {
        self.pattern.score(Utf32Str::new(text, &mut self.characters), &mut self.matcher)
    }
}

/// A line of a list that matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Match {
    score: u32,
    /// The index of the line.
    pub index: usize,
}

/// Adds the lines of a list that match, and keeps the best first. `from` is the index of the first of these lines.
pub(super) fn add_matches<'a>(
    found: &mut Vec<Match>,
    query: &str,
    items: impl IntoIterator<Item = &'a Item>,
    from: usize,
) {
    let mut matching = Matching::new(query, Config::DEFAULT.match_paths());
    let scored = items.into_iter().zip(from..);
    found
        .extend(scored.filter_map(|(item, index)| Some(Match { score: matching.score(&item.text)?, index })));
    if !query.trim().is_empty() {
        // What is sorted already costs little.
        found.sort_by_key(|one| (Reverse(one.score), one.index));
    }
}

/// The work of matching a long list against a query.
#[derive(Debug)]
pub struct RankTask {
    /// The number that the answer carries.
    pub number: u64,
    pub(super) query: String,
    pub(super) items: Vec<Arc<Vec<Item>>>,
}

impl RankTask {
    /// Does the work. It ends early, with nothing, when nobody wants it any more.
    pub fn run(&self, is_wanted: impl Fn() -> bool) -> Option<Vec<Match>> {
        let mut found = Vec::new();
        let mut from = 0;
        for items in &self.items {
            if !is_wanted() {
                return None;
            }
            let mut some = Vec::new();
            add_matches(&mut some, &self.query, items.iter(), from);
            found.append(&mut some);
            from += items.len();
        }
        if !self.query.trim().is_empty() {
            found.sort_by_key(|one| (Reverse(one.score), one.index));
        }
        Some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_comes_first_and_an_empty_query_changes_nothing() {
        let things = ["undo", "outdent", "unindent", "Über"];
        let found = |query| ranked(query, things, |thing| vec![*thing]);
        assert_eq!(found(""), things);
        assert_eq!(found("und").first(), Some(&"undo"));
        assert_eq!(found("uber"), ["Über"]);
        assert!(found("xyz").is_empty());
    }

    #[test]
    fn the_letters_that_match_are_known() {
        assert_eq!(matched("ab", "xaxb"), [1, 3]);
        assert_eq!(matched("", "xaxb"), [0; 0]);
    }
}
