//! The name of an import of the host's world.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::InvalidCapability;
use crate::check::InterfaceName;

/// The name of an import: an interface (`demo:shop/stock`), a function of the world itself (`now`), or in a grant
/// every interface of a package (`demo:shop/*`). Each may have a version, and without one means every version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImportName(InterfaceName);

impl ImportName {
    /// Takes a name unchecked, for names in code. An invalid name covers nothing.
    pub fn new(name: &str) -> Self {
        Self(InterfaceName::new(name))
    }

    /// The name of a component's import. Functions of a resource in the world itself use the resource's name.
    pub fn of(name: &InterfaceName) -> Self {
        let path = name.path();
        match path.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((_, of_resource)) => Self::new(of_resource.split('.').next().unwrap_or(of_resource)),
            None => Self(name.clone()),
        }
    }

    /// The name without its version.
    pub fn path(&self) -> &str {
        self.0.path()
    }

    pub(super) fn without_version(&self) -> Self {
        Self::new(self.path())
    }

    /// Whether a grant under this name allows an import of the other.
    pub fn covers(&self, wanted: &Self) -> bool {
        let is_version = self.0.version().is_none() || self.0.version() == wanted.0.version();
        let is_path = self.path() == wanted.path()
            || self.path().strip_suffix("/*").is_some_and(|package| {
                wanted.path().rsplit_once('/').is_some_and(|(wanted, _)| wanted == package)
            });
        is_version && is_path
    }
}

impl fmt::Display for ImportName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for ImportName {
    type Err = InvalidCapability;

    fn from_str(text: &str) -> Result<Self, InvalidCapability> {
        let name = Self::new(text);
        let path = name.path();
        let is_word = |word: &str| {
            word.starts_with(|c: char| c.is_ascii_alphabetic())
                && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        };
        // A package with an interface or `*`, or a function.
        let is_valid = match path.split_once('/') {
            Some((package, interface)) => {
                package.contains(':')
                    && package.split(':').all(is_word)
                    && (interface == "*" || interface.split('/').all(is_word))
            }
            None => is_word(path),
        };
        if is_valid {
            return Ok(name);
        }
        Err(InvalidCapability(format!(
            "`{}` is not a valid import name: write an interface (\"demo:shop/stock\"), all interfaces of a package \
             (\"demo:shop/*\"), or a function of the world (\"now\"); a version has three numbers (\"@0.1.0\")",
            text.escape_debug()
        )))
    }
}

impl Serialize for ImportName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ImportName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_covers_all_versions_and_a_package_all_interfaces() {
        let covers =
            |grant: &str, import: &str| grant.parse::<ImportName>().unwrap().covers(&import.parse().unwrap());
        assert!(covers("a:b/c", "a:b/c@0.1.0"));
        assert!(covers("a:b/c@0.1.0", "a:b/c@0.1.0"));
        assert!(covers("a:b/*", "a:b/c@0.1.0"));
        assert!(covers("now", "now"));
        assert!(!covers("a:b/c@0.1.0", "a:b/c@0.2.0"));
        assert!(!covers("a:b/c@0.1.0", "a:b/c"));
        assert!(!covers("a:b/*", "a:bb/c"));
        assert!(!covers("a:b/*", "now"));
        assert!(!covers("a:b/c", "a:b/cc"));
    }

    #[test]
    fn functions_of_a_resource_in_the_world_use_the_resources_name() {
        for name in ["[constructor]ticket", "[method]ticket.price", "[static]ticket.all", "ticket"] {
            assert_eq!(ImportName::of(&InterfaceName::new(name)).path(), "ticket");
        }
    }

    #[test]
    fn rejects_invalid_names() {
        for text in ["", "*", "a:b/", "a:b", "now()", "a b", "a:b/*/c", "witdock/etl", "a:b/c@1", "é", "/x"]
        {
            let error = text.parse::<ImportName>().unwrap_err().to_string();
            assert!(error.starts_with(&format!("`{text}` is not a valid import name: write")), "{error}");
        }
    }
}
