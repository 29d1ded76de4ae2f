//! The tokens of an expression.

use std::ops::Range;

use crate::problem::Problem;
use crate::syntax::Comparison;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Token {
    pub(crate) symbol: Symbol,
    pub(crate) span: Range<usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Symbol {
    /// A name or a keyword, as it is written.
    Word(String),
    /// A name in quotes.
    Quoted(String),
    /// A number, as it is written.
    Number(String),
    Text(String),
    Compare(Comparison),
    /// One of `+-*/%`.
    Sign(char),
    /// `||`
    Join,
    Open,
    Close,
    Comma,
}

/// Splits an expression into tokens.
pub(crate) fn tokens(text: &str) -> Result<Vec<Token>, Problem> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..)
        && let Some(first) = rest.chars().next()
    {
        let (symbol, length) = match first {
            _ if first.is_whitespace() => {
                at += first.len_utf8();
                continue;
            }
            '(' => (Symbol::Open, 1),
            ')' => (Symbol::Close, 1),
            ',' => (Symbol::Comma, 1),
            '+' | '-' | '*' | '/' | '%' => (Symbol::Sign(first), 1),
            '|' if rest.starts_with("||") => (Symbol::Join, 2),
            '\'' => quoted(rest, at).map(|(text, length)| (Symbol::Text(text), length))?,
            '"' | '`' => quoted(rest, at).map(|(name, length)| (Symbol::Quoted(name), length))?,
            '=' | '<' | '>' | '!' => compare(rest, at)?,
            _ if first.is_ascii_digit() || first == '.' => number(rest),
            _ if first.is_alphabetic() || first == '_' => {
                let end = rest.find(|next: char| !next.is_alphanumeric() && next != '_');
                let word = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
                (Symbol::Word(word.to_owned()), word.len())
            }
            _ => {
                let span = at..at + first.len_utf8();
                return Err(Problem::new(span, format!("unexpected `{first}`"), "not part of an expression"));
            }
        };
        tokens.push(Token { symbol, span: at..at + length });
        at += length;
    }
    Ok(tokens)
}

/// The text between two quotes, and its length including the quotes. A quote inside is doubled.
fn quoted(rest: &str, at: usize) -> Result<(String, usize), Problem> {
    let mut characters = rest.char_indices().peekable();
    let quote = characters.next().map_or('\'', |(_, quote)| quote);
    let mut text = String::new();
    while let Some((place, next)) = characters.next() {
        if next != quote {
            text.push(next);
        } else if characters.next_if(|(_, next)| *next == quote).is_some() {
            text.push(quote);
        } else {
            return Ok((text, place + 1));
        }
    }
    Err(Problem::new(at..at + 1, format!("this {quote} is never closed"), "it begins here")
        .help(format!("a {quote} inside of the text is written twice")))
}

fn compare(rest: &str, at: usize) -> Result<(Symbol, usize), Problem> {
    let signs = [
        ("==", Comparison::Equal),
        ("=", Comparison::Equal),
        ("!=", Comparison::Unequal),
        ("<>", Comparison::Unequal),
        ("<=", Comparison::LessOrEqual),
        ("<", Comparison::Less),
        (">=", Comparison::GreaterOrEqual),
        (">", Comparison::Greater),
    ];
    let found = signs.into_iter().find(|(sign, _)| rest.starts_with(sign));
    found.map(|(sign, comparison)| (Symbol::Compare(comparison), sign.len())).ok_or_else(|| {
        Problem::new(at..at + 1, "unexpected `!`", "expected `!=` here")
            .help("the opposite of a condition is `not …`")
    })
}

/// A number as it is written, with what is not part of one but stands at its end: the parser refuses it as a whole.
fn number(rest: &str) -> (Symbol, usize) {
    let bytes = rest.as_bytes();
    let mut end = 0;
    while let Some(next) = bytes.get(end) {
        let sign = matches!(next, b'+' | b'-')
            && end > 0
            && matches!(bytes.get(end - 1), Some(b'e' | b'E'))
            && bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
        if !(next.is_ascii_alphanumeric() || matches!(next, b'.' | b'_') || sign) {
            break;
        }
        end += 1;
    }
    let text = rest.get(..end).unwrap_or(rest);
    (Symbol::Number(text.to_owned()), text.len())
}
