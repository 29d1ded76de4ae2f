//! Counting words and characters.

use std::ops::AddAssign;
use unicode_segmentation::UnicodeSegmentation;

/// The counts of a text.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Counts {
    pub(crate) words: usize,
    pub(crate) characters: usize,
}

impl Counts {
    /// Words and characters by Unicode's rules (UAX 29). Line endings are not counted as characters.
    pub(crate) fn of(text: &str) -> Self {
        let is_line_ending = |grapheme: &&str| matches!(*grapheme, "\n" | "\r\n");
        Self {
            words: text.unicode_words().count(),
            characters: text.graphemes(true).filter(|grapheme| !is_line_ending(grapheme)).count(),
        }
    }

    /// The reading time in minutes, rounded up.
    pub(crate) fn minutes(self, words_per_minute: u32) -> usize {
        self.words.div_ceil(usize::try_from(words_per_minute.max(1)).unwrap_or(usize::MAX))
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.words += other.words;
        self.characters += other.characters;
    }
}

/// A number with its noun: `1,234 words`, `1 word`.
pub(crate) fn some(number: usize, noun: &str) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let plural = if number == 1 { "" } else { "s" };
    format!("{grouped} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_would_count_the_same() {
        let counts = |text| {
            let Counts { words, characters } = Counts::of(text);
            (words, characters)
        };
        assert_eq!(counts(""), (0, 0));
        assert_eq!(counts("It isn't\r\nwell-known: 3.5 €\n"), (5, 25));
        assert_eq!(counts("ne\u{301}e 🇨🇭 👩‍💻"), (1, 7));
    }

    #[test]
    fn a_begun_minute_counts() {
        let minutes = |words| Counts { words, characters: 0 }.minutes(200);
        assert_eq!([0, 1, 200, 201].map(minutes), [0, 1, 1, 2]);
    }

    #[test]
    fn numbers_are_grouped_and_nouns_agree() {
        assert_eq!(some(1, "word"), "1 word");
        assert_eq!(some(0, "word"), "0 words");
        assert_eq!(
            [999, 1000, 1_234_567].map(|n| some(n, "word")),
            ["999 words", "1,000 words", "1,234,567 words"]
        );
    }
}
