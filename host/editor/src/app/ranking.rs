//! Fuzzy matching of lists.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// The things that match a query, best first; those that match equally well keep their order. A thing matches by the best of
/// its texts.
pub(super) fn ranked<T>(
    query: &str,
    things: impl IntoIterator<Item = T>,
    texts: impl Fn(&T) -> Vec<&str>,
) -> Vec<T> {
    let pattern = Pattern::parse(query, CaseMatching::Smart, Normalization::Smart);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut characters = Vec::new();
    let mut score = |text: &str| pattern.score(Utf32Str::new(text, &mut characters), &mut matcher);
    let mut found: Vec<(u32, T)> = things
        .into_iter()
        .filter_map(|thing| {
            let best = texts(&thing).into_iter().filter_map(&mut score).max()?;
            Some((best, thing))
        })
        .collect();
    found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    found.into_iter().map(|(_, thing)| thing).collect()
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
}
