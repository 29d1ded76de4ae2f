//! Splits JSON text into tokens.

use std::ops::Range;
use witdock_editor_guest::Problem;

/// The kind of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    OpenObject,
    CloseObject,
    OpenArray,
    CloseArray,
    Colon,
    Comma,
    Text,
    /// A number, `true`, `false` or `null`.
    Plain,
}

/// A token and its bytes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) bytes: Range<usize>,
}

/// A problem at an offset.
pub(crate) fn problem(at: usize, message: impl Into<String>) -> Problem {
    Problem { at: u64::try_from(at).unwrap_or(u64::MAX), message: message.into() }
}

/// The tokens of a text, by RFC 8259.
pub(crate) fn tokens(text: &str) -> Result<Vec<Token>, Problem> {
    let mut tokens = Vec::new();
    let mut characters = text.char_indices().peekable();
    while let Some((start, character)) = characters.next() {
        let kind = match character {
            ' ' | '\t' | '\n' | '\r' => continue,
            '{' => Kind::OpenObject,
            '}' => Kind::CloseObject,
            '[' => Kind::OpenArray,
            ']' => Kind::CloseArray,
            ':' => Kind::Colon,
            ',' => Kind::Comma,
            '"' => Kind::Text,
            '-' | '0'..='9' | 'a'..='z' | 'A'..='Z' => Kind::Plain,
            '/' => return Err(problem(start, "JSON has no comments")),
            '\'' => return Err(problem(start, "strings need double quotes")),
            other => return Err(problem(start, format!("`{other}` cannot start a value"))),
        };
        let rest = text.get(start..).unwrap_or_default();
        let length = match kind {
            Kind::Text => text_length(rest).map_err(|(at, message)| problem(start + at, message))?,
            Kind::Plain => plain_length(rest).map_err(|message| problem(start, message))?,
            _ => 1,
        };
        let end = start + length;
        while characters.next_if(|(at, _)| *at < end).is_some() {}
        tokens.push(Token { kind, bytes: start..end });
    }
    Ok(tokens)
}

/// The length of the string that `rest` starts with.
fn text_length(rest: &str) -> Result<usize, (usize, String)> {
    let mut characters = rest.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Ok(at + 1),
            '\\' => match characters.next().map(|(_, escaped)| escaped) {
                Some('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't') => {}
                Some('u') => {
                    let digits =
                        characters.by_ref().take(4).filter(|(_, digit)| digit.is_ascii_hexdigit()).count();
                    if digits < 4 {
                        return Err((at, "`\\u` takes four hexadecimal digits".to_owned()));
                    }
                }
                _ => {
                    return Err((
                        at,
                        "unknown escape; valid escapes are \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u".to_owned(),
                    ));
                }
            },
            '\n' | '\r' => return Err((0, "the string has no closing `\"` on its line".to_owned())),
            control if control < ' ' => {
                let code = u32::from(control);
                return Err((at, format!("control characters in strings must be escaped: `\\u{code:04x}`")));
            }
            _ => {}
        }
    }
    Err((0, "the string has no closing `\"`".to_owned()))
}

/// The length of the number or name that `rest` starts with.
fn plain_length(rest: &str) -> Result<usize, String> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '+' | '.' | '_');
    let word = rest.find(|c| !is_part(c)).and_then(|end| rest.get(..end)).unwrap_or(rest);
    if matches!(word, "true" | "false" | "null") || is_number(word) {
        return Ok(word.len());
    }
    Err(if word.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
        format!("`{word}` is not a JSON number")
    } else {
        format!("`{word}` is not a value; expected true, false, null, or a string in double quotes")
    })
}

fn is_number(word: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (mantissa, exponent) = match word.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (word, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let whole = whole.strip_prefix('-').unwrap_or(whole);
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|exponent| digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_json() {
        for word in ["0", "-0", "10", "1.5", "1e9", "-1.25E-3", "1E+2"] {
            assert!(is_number(word), "{word}");
        }
        for word in ["", "-", "01", "1.", ".5", "1e", "1e+", "--1", "0x1", "1_000", "1e1.5"] {
            assert!(!is_number(word), "{word}");
        }
    }

    #[test]
    fn tokens_have_their_bytes() {
        let text = "{ \"é\\\"\": [1, null] }";
        let tokens: Vec<&str> = tokens(text).unwrap().into_iter().map(|token| &text[token.bytes]).collect();
        assert_eq!(tokens, ["{", "\"é\\\"\"", ":", "[", "1", ",", "null", "]", "}"]);
    }

    #[test]
    fn what_is_no_token_is_told_by_place() {
        let refused = |text: &str| {
            let problem = tokens(text).unwrap_err();
            (problem.at, problem.message)
        };
        assert_eq!(refused("[\"a"), (1, "the string has no closing `\"`".to_owned()));
        assert_eq!(refused("[\"a\n\"]"), (1, "the string has no closing `\"` on its line".to_owned()));
        assert_eq!(
            refused("[\"a\tb\"]"),
            (3, "control characters in strings must be escaped: `\\u0009`".to_owned())
        );
        assert_eq!(refused("\"\\u12x4\""), (1, "`\\u` takes four hexadecimal digits".to_owned()));
        assert_eq!(refused("[ // no"), (2, "JSON has no comments".to_owned()));
        assert_eq!(refused("[01]"), (1, "`01` is not a JSON number".to_owned()));
        assert!(refused("[True]").1.starts_with("`True` is not a value; expected true"));
    }
}
