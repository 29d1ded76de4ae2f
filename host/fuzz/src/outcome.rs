//! What a target has made of an input.

use std::hash::{DefaultHasher, Hash, Hasher};

/// What a target has made of an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was taken. The words stand for what was done with it.
    Taken(String),
    /// It was refused, for this reason.
    Refused(String),
}

impl Outcome {
    /// The number that stands for all outcomes like this one. What an input's own text and numbers make of the words makes no difference: letters in
    /// quotes, and digits.
    pub(crate) fn kind(&self) -> u64 {
        let (is_taken, words) = match self {
            Self::Taken(words) => (true, words),
            Self::Refused(words) => (false, words),
        };
        let mut hasher = DefaultHasher::new();
        is_taken.hash(&mut hasher);
        let mut is_quoted = false;
        for letter in words.chars().take(400) {
            match letter {
                '`' | '"' => is_quoted = !is_quoted,
                letter if is_quoted || letter.is_ascii_digit() => {}
                letter => letter.hash(&mut hasher),
            }
        }
        hasher.finish()
    }
}
