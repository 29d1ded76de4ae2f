//! Decides which bracket or quote to insert for a typed character.

use serde::{Deserialize, Serialize};

/// An opening character and its closing one: the same for quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Pair {
    pub(crate) open: char,
    pub(crate) close: char,
}

impl TryFrom<String> for Pair {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let mut characters = text.chars();
        match (characters.next(), characters.next(), characters.next()) {
            (Some(open), Some(close), None) => Ok(Pair { open, close }),
            _ => Err(format!("\"{text}\" is not a pair; write two characters, for example \"()\"")),
        }
    }
}

impl From<Pair> for String {
    fn from(pair: Pair) -> Self {
        String::from_iter([pair.open, pair.close])
    }
}

/// The action for a typed character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Inserts this character after the cursor.
    Close(char),
    /// Deletes the character after the cursor, which equals the typed one, so that it is typed over.
    Pass,
    Nothing,
}

/// The action for a character typed between two others. `was_ours`: the plugin inserted the one after the cursor.
pub(crate) fn answer(
    pairs: &[Pair],
    before: Option<char>,
    typed: char,
    after: Option<char>,
    was_ours: bool,
) -> Answer {
    if after == Some(typed) && was_ours && pairs.iter().any(|pair| pair.close == typed) {
        return Answer::Pass;
    }
    let Some(pair) = pairs.iter().find(|pair| pair.open == typed) else { return Answer::Nothing };
    let is_free = after.is_none_or(|after| {
        after.is_whitespace()
            || matches!(after, ',' | ';' | ':' | '.')
            || pairs.iter().any(|pair| pair.close == after)
    });
    // A quote after a letter is an apostrophe or ends a string; after another quote it may be the third of three.
    let is_quote = pair.open == pair.close;
    let ends = is_quote
        && before.is_some_and(|before| before.is_alphanumeric() || before == typed || before == '\\');
    if is_free && !ends { Answer::Close(pair.close) } else { Answer::Nothing }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text around the cursor `|`, with the typed character before it.
    fn outcome(text: &str, was_ours: bool) -> Answer {
        let pairs: Vec<Pair> =
            ["()", "[]", "\"\"", "''"].map(|pair| Pair::try_from(pair.to_owned()).unwrap()).into();
        let (before, after) = text.split_once('|').unwrap();
        let mut before = before.chars().rev();
        let typed = before.next().unwrap();
        answer(&pairs, before.next(), typed, after.chars().next(), was_ours)
    }

    #[test]
    fn an_opening_one_is_closed_where_there_is_room() {
        assert_eq!(outcome("(|", false), Answer::Close(')'));
        assert_eq!(outcome("a[| b", false), Answer::Close(']'));
        assert_eq!(outcome("([|)", false), Answer::Close(']'));
        assert_eq!(outcome("(|a", false), Answer::Nothing);
        assert_eq!(outcome("a|", false), Answer::Nothing);
    }

    #[test]
    fn a_quote_behind_a_letter_is_an_apostrophe() {
        assert_eq!(outcome("don'|", false), Answer::Nothing);
        assert_eq!(outcome(" '|", false), Answer::Close('\''));
        assert_eq!(outcome("\"\"|", false), Answer::Nothing);
        assert_eq!(outcome("\\\"|", false), Answer::Nothing);
    }

    #[test]
    fn typing_passes_over_a_closing_one_that_was_inserted() {
        assert_eq!(outcome("a)|)", true), Answer::Pass);
        assert_eq!(outcome("a)|)", false), Answer::Nothing);
        assert_eq!(outcome("a\"|\"", true), Answer::Pass);
    }

    #[test]
    fn a_pair_is_two_characters() {
        let refused = Pair::try_from("(".to_owned()).unwrap_err();
        assert_eq!(refused, "\"(\" is not a pair; write two characters, for example \"()\"");
    }
}
