//! JSON values as they are written. A number keeps its digits, and an object both of two members with the same key.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

/// A value that is not parsed any further.
#[derive(Debug, Clone, Copy)]
pub(super) enum Value<'a> {
    Null,
    Boolean(bool),
    Number(&'a str),
    /// With the quotes.
    Text(&'a str),
    Object(&'a str),
    List(&'a str),
}

impl<'a> Value<'a> {
    pub(super) fn of(raw: &'a RawValue) -> Self {
        let text = raw.get();
        match text.as_bytes().first() {
            Some(b'"') => Self::Text(text),
            Some(b'{') => Self::Object(text),
            Some(b'[') => Self::List(text),
            Some(b't') => Self::Boolean(true),
            Some(b'f') => Self::Boolean(false),
            Some(b'n') => Self::Null,
            _ => Self::Number(text),
        }
    }

    /// The kind in words.
    pub(super) fn kind(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Text(_) => "text",
            Self::Object(_) => "an object",
            Self::List(_) => "a list",
        }
    }

    /// The text of a scalar: a string's content, or the value as it is written.
    pub(super) fn scalar(self) -> Option<Result<Cow<'a, str>, String>> {
        match self {
            Self::Text(quoted) => Some(unquoted(quoted)),
            Self::Number(text) => Some(Ok(text.into())),
            Self::Boolean(value) => Some(Ok(if value { "true" } else { "false" }.into())),
            Self::Null | Self::Object(_) | Self::List(_) => None,
        }
    }

    /// The value as it is written.
    pub(super) fn raw(self) -> &'a str {
        match self {
            Self::Null => "null",
            Self::Boolean(value) => {
                if value {
                    "true"
                } else {
                    "false"
                }
            }
            Self::Number(text) | Self::Text(text) | Self::Object(text) | Self::List(text) => text,
        }
    }
}

fn unquoted(quoted: &str) -> Result<Cow<'_, str>, String> {
    let inside = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default();
    if inside.contains('\\') {
        serde_json::from_str(quoted).map(Cow::Owned).map_err(|error| problem(&error))
    } else {
        Ok(inside.into())
    }
}

/// The members of an object, in order.
pub(super) fn members(text: &str) -> Result<Members<'_>, String> {
    serde_json::from_str(text).map_err(|error| problem(&error))
}

/// The items of a list, in order.
pub(super) fn items(text: &str) -> Result<Vec<&RawValue>, String> {
    serde_json::from_str(text).map_err(|error| problem(&error))
}

fn problem(error: &serde_json::Error) -> String {
    // A record is one line, which has a number of its own.
    let text = error.to_string();
    let text = text.replacen(" at line 1 column ", " at column ", 1);
    format!("not JSON: {text}")
}

/// A line that may hold any JSON value.
pub(super) enum Top<'a> {
    Object(Members<'a>),
    Other,
}

impl<'a> Top<'a> {
    pub(super) fn parse(text: &'a str) -> Result<Self, String> {
        if text.trim_ascii_start().starts_with('{') {
            return members(text).map(Self::Object);
        }
        serde_json::from_str::<IgnoredAny>(text).map(|_| Self::Other).map_err(|error| problem(&error))
    }
}

/// An object's keys and values.
pub(super) struct Members<'a>(pub(super) Vec<(Cow<'a, str>, Value<'a>)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((Key(key), value)) = map.next_entry::<Key<'de>, &'de RawValue>()? {
                    members.push((key, Value::of(value)));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

/// A key, without a copy if it has no escapes.
struct Key<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Borrowed(key)))
            }

            fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Owned(key.to_owned())))
            }
        }
        deserializer.deserialize_str(Text)
    }
}
