//! The words of a text, and their ranking.

use std::collections::HashMap;

pub(crate) fn is_part(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// The words of a text with their offsets, in order, without numbers.
pub(crate) fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split(|c| !is_part(c))
        // Each piece is a slice of `text`, so the difference of their addresses is its offset.
        .map(|word| (word.as_ptr().addr() - text.as_ptr().addr(), word))
        .filter(|(_, word)| !word.is_empty() && !word.starts_with(|c: char| c.is_numeric()))
}

/// The part of a word before an offset of a line; empty if there is none.
pub(crate) fn prefix_at(line: &str, at: usize) -> &str {
    let before = line.get(..at).unwrap_or_default();
    before.get(before.trim_end_matches(is_part).len()..).unwrap_or_default()
}

/// The words that were found, with their distance and frequency.
#[derive(Debug, Default)]
pub(crate) struct Candidates<'a> {
    met: HashMap<&'a str, Met>,
}

#[derive(Clone, Copy, Debug)]
struct Met {
    distance: usize,
    count: usize,
}

impl<'a> Candidates<'a> {
    /// Adds a word that is this many bytes away.
    pub(crate) fn add(&mut self, word: &'a str, distance: usize) {
        let met = self.met.entry(word).or_insert(Met { distance, count: 0 });
        met.distance = met.distance.min(distance);
        met.count += 1;
    }

    /// The words that start with a prefix, best first: with the same case first, then the nearest, then the most frequent.
    pub(crate) fn best(self, prefix: &str, most: usize) -> Vec<&'a str> {
        let folded = prefix.to_lowercase();
        let mut found: Vec<_> = self
            .met
            .into_iter()
            .filter(|(word, _)| word.len() > prefix.len() && starts_with_folded(word, &folded))
            .collect();
        found.sort_unstable_by(|(a, a_met), (b, b_met)| {
            let key = |word: &str, met: &Met| {
                (!word.starts_with(prefix), met.distance, std::cmp::Reverse(met.count))
            };
            key(a, a_met).cmp(&key(b, b_met)).then_with(|| a.cmp(b))
        });
        found.into_iter().take(most).map(|(word, _)| word).collect()
    }
}

fn starts_with_folded(word: &str, folded: &str) -> bool {
    let mut letters = word.chars().flat_map(char::to_lowercase);
    folded.chars().all(|letter| letters.next() == Some(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_their_offsets() {
        let text = "é (one_1) 2nd: zwei";
        let found: Vec<_> = words(text).collect();
        assert_eq!(found, [(0, "é"), (4, "one_1"), (16, "zwei")]);
        assert_eq!(&text[16..20], "zwei");
    }

    #[test]
    fn a_prefix_ends_at_the_cursor() {
        assert_eq!(prefix_at("let fööbar", 9), "föö");
        assert_eq!(prefix_at("a.be", 4), "be");
        assert_eq!(prefix_at("a. ", 3), "");
        assert_eq!(prefix_at("é", 1), "", "an offset inside a character has nothing before it");
    }

    #[test]
    fn the_nearest_come_first_and_other_spellings_last() {
        let mut candidates = Candidates::default();
        for (word, distance) in
            [("count", 50), ("counter", 10), ("Country", 1), ("co", 1), ("house", 1), ("count", 5)]
        {
            candidates.add(word, distance);
        }
        assert_eq!(candidates.best("co", 9), ["count", "counter", "Country"]);
    }

    #[test]
    fn as_many_as_are_wanted() {
        let mut candidates = Candidates::default();
        for word in ["aa", "ab", "ac", "ac"] {
            candidates.add(word, 1);
        }
        assert_eq!(candidates.best("a", 2), ["ac", "aa"]);
    }
}
