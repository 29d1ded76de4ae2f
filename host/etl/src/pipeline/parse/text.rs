//! Strings of a pipeline file, in which `${NAME}` stands for an environment variable.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::de::{Deserialize, Deserializer, Error};

/// A string with its variables expanded.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, JsonSchema)]
#[schemars(transparent)]
pub(super) struct Text(pub(super) String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        expand(&text, |name| std::env::var(name).ok()).map(Self).map_err(Error::custom)
    }
}

/// A path with its variables expanded.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema)]
#[schemars(transparent)]
pub(super) struct PathText(pub(super) PathBuf);

impl<'de> Deserialize<'de> for PathText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Text::deserialize(deserializer).map(|text| Self(text.0.into()))
    }
}

/// Expands variables: `${NAME}`, `${NAME:-default}`, and `$${` for the characters `${`.
pub(super) fn expand(text: &str, variable: impl Fn(&str) -> Option<String>) -> Result<String, String> {
    let mut expanded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        if let Some(before) = before.strip_suffix('$') {
            expanded.push_str(before);
            expanded.push_str("${");
            rest = after;
            continue;
        }
        expanded.push_str(before);
        let Some((inside, behind)) = after.split_once('}') else {
            return Err(
                "a `${` is not closed: write `${NAME}`, or `$${` for the characters themselves".to_owned()
            );
        };
        let (name, default) = match inside.split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (inside, None),
        };
        if name.is_empty()
            || !name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
        {
            return Err(format!("`{name}` is not a valid name of an environment variable"));
        }
        match (variable(name), default) {
            (Some(value), _) => expanded.push_str(&value),
            (None, Some(default)) => expanded.push_str(default),
            (None, None) => {
                return Err(format!(
                    "the environment variable `{name}` is not set: set it, or write `${{{name}:-default}}`"
                ));
            }
        }
        rest = behind;
    }
    expanded.push_str(rest);
    Ok(expanded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(text: &str) -> Result<String, String> {
        expand(text, |name| (name == "HOME").then(|| "/home/ada".to_owned()))
    }

    #[test]
    fn variables_are_put_in_place() {
        assert_eq!(expanded("${HOME}/x and ${HOME}").unwrap(), "/home/ada/x and /home/ada");
        assert_eq!(expanded("${PORT:-5432}").unwrap(), "5432");
        assert_eq!(expanded("no $variable, $${HOME} stays").unwrap(), "no $variable, ${HOME} stays");
    }

    #[test]
    fn what_is_no_variable_is_told() {
        assert!(expanded("${PORT}").unwrap_err().contains("`PORT` is not set"));
        assert!(expanded("${HOME").unwrap_err().contains("not closed"));
        assert!(expanded("${a b}").unwrap_err().contains("not a valid name"));
    }
}
