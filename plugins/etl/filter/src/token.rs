//! The tokens of a condition.

use std::fmt;

use crate::expression::Comparison;

/// A problem in a condition, with its position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    at: usize,
    message: String,
}

impl Problem {
    pub(crate) fn new(at: usize, message: impl Into<String>) -> Self {
        Self { at, message: message.into() }
    }

    /// The message, with a mark under the position in the text.
    pub fn shown(&self, text: &str) -> String {
        let line = text.replace(['\n', '\t'], " ");
        format!("{}\n  {line}\n  {:>2$}", self.message, "^", self.at + 1)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at character {}: {}", self.at + 1, self.message)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Token {
    pub(crate) symbol: Symbol,
    pub(crate) at: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Symbol {
    /// A keyword, in lower case.
    Word(String),
    Column(String),
    Whole(i64),
    Real(f64),
    Text(String),
    Compare(Comparison),
    Sign(char),
    Open,
    Close,
    Comma,
}

const WORDS: &[&str] = &["and", "or", "not", "in", "is", "like", "null", "true", "false"];

/// Splits a condition into tokens.
pub(crate) fn tokens(text: &str) -> Result<Vec<Token>, Problem> {
    let characters: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = characters.get(at).copied() {
        let rest = characters.get(at..).unwrap_or_default();
        let (symbol, length) = match first {
            _ if first.is_whitespace() => {
                at += 1;
                continue;
            }
            '(' => (Symbol::Open, 1),
            ')' => (Symbol::Close, 1),
            ',' => (Symbol::Comma, 1),
            '+' | '-' | '*' | '/' => (Symbol::Sign(first), 1),
            '\'' => quoted(rest, at).map(|(text, length)| (Symbol::Text(text), length))?,
            '"' => quoted(rest, at).map(|(name, length)| (Symbol::Column(name), length))?,
            '=' | '<' | '>' | '!' => compare(rest, at)?,
            _ if first.is_ascii_digit() => number(rest, at)?,
            _ if first.is_alphabetic() || first == '_' => {
                let word: String =
                    rest.iter().take_while(|next| next.is_alphanumeric() || **next == '_').collect();
                let length = word.chars().count();
                let small = word.to_ascii_lowercase();
                if WORDS.contains(&small.as_str()) {
                    (Symbol::Word(small), length)
                } else {
                    (Symbol::Column(word), length)
                }
            }
            _ => return Err(Problem::new(at, format!("unexpected `{first}`"))),
        };
        tokens.push(Token { symbol, at });
        at += length;
    }
    Ok(tokens)
}

/// The text between two quotes, and its length including the quotes. A quote inside is doubled.
fn quoted(rest: &[char], at: usize) -> Result<(String, usize), Problem> {
    let quote = rest.first().copied().unwrap_or_default();
    let (mut text, mut length) = (String::new(), 1);
    loop {
        match (rest.get(length), rest.get(length + 1)) {
            (Some(one), Some(two)) if *one == quote && *two == quote => {
                text.push(quote);
                length += 2;
            }
            (Some(one), _) if *one == quote => return Ok((text, length + 1)),
            (Some(one), _) => {
                text.push(*one);
                length += 1;
            }
            (None, _) => return Err(Problem::new(at, format!("this {quote} is never closed"))),
        }
    }
}

fn compare(rest: &[char], at: usize) -> Result<(Symbol, usize), Problem> {
    let (comparison, length) = match (rest.first(), rest.get(1)) {
        (Some('='), Some('=')) => (Comparison::Equal, 2),
        (Some('='), _) => (Comparison::Equal, 1),
        (Some('!'), Some('=')) | (Some('<'), Some('>')) => (Comparison::Unequal, 2),
        (Some('<'), Some('=')) => (Comparison::LessOrEqual, 2),
        (Some('<'), _) => (Comparison::Less, 1),
        (Some('>'), Some('=')) => (Comparison::GreaterOrEqual, 2),
        (Some('>'), _) => (Comparison::Greater, 1),
        _ => return Err(Problem::new(at, "expected `!=` here; the opposite of a condition is `not …`")),
    };
    Ok((Symbol::Compare(comparison), length))
}

fn number(rest: &[char], at: usize) -> Result<(Symbol, usize), Problem> {
    let text: String = rest.iter().take_while(|next| next.is_ascii_digit() || **next == '.').collect();
    let symbol = if text.contains('.') {
        text.parse().map(Symbol::Real).map_err(|_| Problem::new(at, format!("`{text}` is not a number")))?
    } else {
        text.parse().map(Symbol::Whole).map_err(|_| Problem::new(at, format!("{text} is too large")))?
    };
    Ok((symbol, text.len()))
}
