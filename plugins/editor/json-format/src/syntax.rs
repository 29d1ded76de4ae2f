//! Checks whether tokens are one JSON value. The nesting is kept in a list, so that no text can exhaust the stack.

use crate::token::{Kind, Token, problem};
use witdock_editor_guest::Problem;

/// The tokens that may come next.
#[derive(Clone, Copy, PartialEq)]
enum Expected {
    Value,
    ValueOrEnd,
    Key,
    KeyOrEnd,
    Colon,
    CommaOrEnd,
    Nothing,
}

/// Checks that the tokens of a text of this length are one value.
pub(crate) fn check(tokens: &[Token], length: usize) -> Result<(), Problem> {
    let mut open: Vec<&Token> = Vec::new();
    let mut expected = Expected::Value;
    for token in tokens {
        let in_object = open.last().is_some_and(|open| open.kind == Kind::OpenObject);
        let after_value =
            |open: &[&Token]| if open.is_empty() { Expected::Nothing } else { Expected::CommaOrEnd };
        expected = match (expected, token.kind) {
            (Expected::Value | Expected::ValueOrEnd, Kind::OpenObject) => {
                open.push(token);
                Expected::KeyOrEnd
            }
            (Expected::Value | Expected::ValueOrEnd, Kind::OpenArray) => {
                open.push(token);
                Expected::ValueOrEnd
            }
            (Expected::Value | Expected::ValueOrEnd, Kind::Text | Kind::Plain) => after_value(&open),
            (Expected::Key | Expected::KeyOrEnd, Kind::Text) => Expected::Colon,
            (Expected::Colon, Kind::Colon) => Expected::Value,
            (Expected::CommaOrEnd, Kind::Comma) if in_object => Expected::Key,
            (Expected::CommaOrEnd, Kind::Comma) => Expected::Value,
            (Expected::KeyOrEnd | Expected::CommaOrEnd, Kind::CloseObject) if in_object => {
                open.pop();
                after_value(&open)
            }
            (Expected::ValueOrEnd | Expected::CommaOrEnd, Kind::CloseArray) if !in_object => {
                open.pop();
                after_value(&open)
            }
            (Expected::Key | Expected::Value, Kind::CloseObject | Kind::CloseArray) => {
                return Err(problem(token.bytes.start, "a comma is not allowed before a closing bracket"));
            }
            _ => return Err(problem(token.bytes.start, name(expected, in_object))),
        };
    }
    match (open.last(), expected) {
        (Some(open), _) => {
            let closing = if open.kind == Kind::OpenObject { '}' } else { ']' };
            Err(problem(open.bytes.start, format!("this bracket has no closing `{closing}`")))
        }
        (None, Expected::Nothing) => Ok(()),
        (None, _) => Err(problem(length, "expected a value")),
    }
}

fn name(expected: Expected, in_object: bool) -> &'static str {
    match expected {
        Expected::Value => "expected a value",
        Expected::ValueOrEnd => "expected a value or `]`",
        Expected::Key => "expected a name in double quotes",
        Expected::KeyOrEnd => "expected a name in double quotes or `}`",
        Expected::Colon => "expected `:` after the name",
        Expected::CommaOrEnd if in_object => "expected `,` or `}` after the value",
        Expected::CommaOrEnd => "expected `,` or `]` after the value",
        Expected::Nothing => "expected nothing after the value",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::tokens;

    fn checked(text: &str) -> Result<(), (u64, String)> {
        check(&tokens(text).unwrap(), text.len()).map_err(|problem| (problem.at, problem.message))
    }

    #[test]
    fn values_of_every_kind_pass() {
        for text in ["null", "[]", "{}", "[[], {}, 1]", r#"{"a": {"b": [true]}, "c": "d"}"#] {
            assert_eq!(checked(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_by_place() {
        let refused = |text: &str, at: u64, message: &str| {
            assert_eq!(checked(text), Err((at, message.to_owned())), "{text}");
        };
        refused("", 0, "expected a value");
        refused("1 2", 2, "expected nothing after the value");
        refused("[1 2]", 3, "expected `,` or `]` after the value");
        refused("[1}", 2, "expected `,` or `]` after the value");
        refused("[1,]", 3, "a comma is not allowed before a closing bracket");
        refused(r#"{"a": 1,}"#, 8, "a comma is not allowed before a closing bracket");
        refused(r#"{"a" 1}"#, 5, "expected `:` after the name");
        refused(r#"{"a": 1 "b"}"#, 8, "expected `,` or `}` after the value");
        refused("{1: 2}", 1, "expected a name in double quotes or `}`");
        refused("[{\"a\": [1]", 1, "this bracket has no closing `}`");
    }

    #[test]
    fn deep_nesting_is_no_danger() {
        let text = "[".repeat(200_000) + &"]".repeat(200_000);
        assert_eq!(checked(&text), Ok(()));
    }
}
