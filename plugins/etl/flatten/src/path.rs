//! Paths into JSON.

use serde_json::Value;
use std::fmt;

/// A path such as `user.name`, `tags[0]` or `items[].sku`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Path {
    text: String,
    /// The path to the array to iterate over, if there is one.
    array: Option<Vec<Step>>,
    /// The path from its element, or from the whole value.
    rest: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    Name(String),
    /// An index from the array's start, or from its end if negative.
    Index(i64),
}

impl Path {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let wrong = |rest: &str, problem: &str| {
            let at = text.chars().count() - rest.chars().count() + 1;
            Err(format!("the path `{text}`: {problem} at character {at}"))
        };
        let mut path = Self { text: text.to_owned(), array: None, rest: Vec::new() };
        let mut rest = text;
        // The first name has no dot.
        let mut named = match rest.strip_prefix('$') {
            Some(after) => {
                rest = after;
                false
            }
            None if rest.starts_with('[') => false,
            None => true,
        };
        loop {
            if std::mem::take(&mut named) {
                let Some((name, after)) = name(rest) else { return wrong(rest, "expected a name") };
                path.rest.push(Step::Name(name));
                rest = after;
            } else if let Some(after) = rest.strip_prefix('.') {
                named = true;
                rest = after;
            } else if let Some(after) = rest.strip_prefix("[]") {
                if path.array.is_some() {
                    return wrong(rest, "a path can iterate over one array only");
                }
                path.array = Some(std::mem::take(&mut path.rest));
                rest = after;
            } else if let Some(inside) = rest.strip_prefix('[') {
                let index =
                    inside.split_once(']').and_then(|(index, after)| Some((index.parse().ok()?, after)));
                let Some((index, after)) = index else {
                    return wrong(inside, "expected a whole number and `]`");
                };
                path.rest.push(Step::Index(index));
                rest = after;
            } else if rest.is_empty() {
                return Ok(path);
            } else {
                return wrong(rest, "expected `.` or `[`");
            }
        }
    }

    /// The path to the array to iterate over.
    pub(crate) fn array(&self) -> Option<&[Step]> {
        self.array.as_deref()
    }

    /// The array to iterate over.
    pub(crate) fn array_in<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        walk(value, self.array()?)
    }

    /// The value at the path, given the whole value and the current element.
    pub(crate) fn find<'v>(&self, value: &'v Value, element: Option<&'v Value>) -> Option<&'v Value> {
        walk(if self.array.is_some() { element? } else { value }, &self.rest)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn walk<'v>(value: &'v Value, steps: &[Step]) -> Option<&'v Value> {
    steps.iter().try_fold(value, |value, step| match (step, value) {
        (Step::Name(name), Value::Object(members)) => members.get(name),
        (Step::Index(index), Value::Array(elements)) => {
            let from_end = usize::try_from(index.unsigned_abs()).ok()?;
            let place = if *index < 0 { elements.len().checked_sub(from_end)? } else { from_end };
            elements.get(place)
        }
        _ => None,
    })
}

/// A name, which may be quoted, and the rest.
fn name(text: &str) -> Option<(String, &str)> {
    if text.starts_with('"') {
        // A JSON string, so that a name can contain quotes.
        let mut strings = serde_json::Deserializer::from_str(text).into_iter::<String>();
        let name = strings.next()?.ok()?;
        return Some((name, text.get(strings.byte_offset()..)?));
    }
    let end = text.find(['.', '[', ']', '"', '$']).unwrap_or(text.len());
    text.split_at_checked(end)
        .filter(|(name, _)| !name.is_empty())
        .map(|(name, rest)| (name.to_owned(), rest))
}
