//! The layout of JSON. Tokens are not changed, only the whitespace between them.

use crate::syntax::check;
use crate::token::{Kind, Token, tokens};
use witdock_editor_guest::{Edit, Problem};

/// The rules of the layout.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    /// One level of indentation.
    pub(crate) indent: String,
    pub(crate) line_ending: String,
    /// An array of scalars stays on one line up to this many bytes, including the indentation.
    pub(crate) width: usize,
}

/// The edits that format a text, in ascending order; empty if it is formatted. An error says why it is not JSON.
pub(crate) fn layout(text: &str, layout: &Layout) -> Result<Vec<Edit>, Problem> {
    let tokens = tokens(text)?;
    check(&tokens, text.len())?;

    let mut edits = Vec::new();
    let mut end = 0;
    // For each open bracket, whether its content is on separate lines.
    let mut open: Vec<bool> = Vec::new();
    let mut previous: Option<Kind> = None;
    let mut column = 0;
    for (index, token) in tokens.iter().enumerate() {
        let closes = matches!(token.kind, Kind::CloseObject | Kind::CloseArray);
        let closes_broken = closes && open.pop().unwrap_or(false);
        let is_broken = open.last().copied().unwrap_or(false);
        let line = || format!("{}{}", layout.line_ending, layout.indent.repeat(open.len()));
        let space = match (previous, token.kind) {
            (Some(Kind::OpenObject | Kind::OpenArray), _) if closes => String::new(),
            _ if closes => {
                if closes_broken {
                    line()
                } else {
                    String::new()
                }
            }
            (Some(Kind::OpenObject | Kind::OpenArray), _) => {
                if is_broken {
                    line()
                } else {
                    String::new()
                }
            }
            (Some(Kind::Comma), _) => {
                if is_broken {
                    line()
                } else {
                    " ".to_owned()
                }
            }
            (Some(Kind::Colon), _) => " ".to_owned(),
            _ => String::new(),
        };
        match space.rfind('\n') {
            Some(at) => column = space.len() - at - 1,
            None => column += space.len(),
        }
        replace(text, end..token.bytes.start, &space, &mut edits);
        if matches!(token.kind, Kind::OpenObject | Kind::OpenArray) {
            let rest = tokens.get(index..).unwrap_or_default();
            let fits = token.kind == Kind::OpenArray
                && flat_length(rest).is_some_and(|length| column + length <= layout.width);
            open.push(!fits);
        }
        column += token.bytes.len();
        previous = Some(token.kind);
        end = token.bytes.end;
    }
    replace(text, end..text.len(), &layout.line_ending, &mut edits);
    Ok(edits)
}

fn replace(text: &str, range: std::ops::Range<usize>, space: &str, edits: &mut Vec<Edit>) {
    if text.get(range.clone()) != Some(space) {
        edits.push(Edit::replace(range, space));
    }
}

/// The length of the array that `tokens` start with on one line; `None` if it contains another array or an object.
fn flat_length(tokens: &[Token]) -> Option<usize> {
    let mut length = 0;
    for (index, token) in tokens.iter().enumerate() {
        length += token.bytes.len();
        match token.kind {
            Kind::OpenObject | Kind::OpenArray if index > 0 => return None,
            Kind::CloseArray => return Some(length),
            Kind::Comma => length += 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use witdock_editor_guest::apply;

    fn formatted(text: &str) -> String {
        let rules = Layout { indent: "  ".to_owned(), line_ending: "\n".to_owned(), width: 32 };
        let result = apply(text, &layout(text, &rules).unwrap()).unwrap();
        assert_eq!(layout(&result, &rules), Ok(Vec::new()), "what is formatted is formatted");
        result
    }

    #[test]
    fn objects_break_and_short_arrays_do_not() {
        let text = r#" {"a":[1,2 , 3],"b":{},"c":[ ],"d":[{"e":null}],
            "long":[100000,200000,300000]}"#;
        let expected = r#"{
  "a": [1, 2, 3],
  "b": {},
  "c": [],
  "d": [
    {
      "e": null
    }
  ],
  "long": [
    100000,
    200000,
    300000
  ]
}
"#;
        assert_eq!(formatted(text), expected);
    }

    #[test]
    fn what_is_written_stays_as_it_is_written() {
        assert_eq!(formatted(r#"["\u00e9","é",1.50,1E3]"#), "[\"\\u00e9\", \"é\", 1.50, 1E3]\n");
        assert_eq!(formatted("{\"b\":1,\"a\":2,\"b\":3}"), "{\n  \"b\": 1,\n  \"a\": 2,\n  \"b\": 3\n}\n");
        assert_eq!(formatted("  7\n\n"), "7\n");
    }

    #[test]
    fn only_the_space_that_is_wrong_is_edited() {
        let rules = Layout { indent: "\t".to_owned(), line_ending: "\r\n".to_owned(), width: 80 };
        let text = "{\r\n\t\"a\":1\r\n}\r\n";
        assert_eq!(layout(text, &rules), Ok(vec![Edit::insert(8, " ")]));
    }
}
