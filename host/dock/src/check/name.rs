//! Names of interfaces, and the compatibility of their versions.

use std::fmt;

use semver::Version;
use serde::{Serialize, Serializer};

/// The name of a component's import or export: `witdock:etl/lookup@0.1.0`, or a plain name without a version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InterfaceName {
    path: String,
    version: Option<Version>,
}

impl InterfaceName {
    /// Parses a name. A suffix after `@` that is not a version stays part of the name.
    pub fn new(name: &str) -> Self {
        if let Some((path, version)) = name.split_once('@')
            && let Ok(version) = Version::parse(version)
        {
            return Self { path: path.to_owned(), version: Some(version) };
        }
        Self { path: name.to_owned(), version: None }
    }

    /// The name without its version: `witdock:etl/lookup`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The version, if the name has one.
    pub fn version(&self) -> Option<&Version> {
        self.version.as_ref()
    }

    /// The namespace of the package: `witdock`. A plain name has none.
    pub fn namespace(&self) -> Option<&str> {
        self.path.split_once(':').map(|(namespace, _)| namespace)
    }

    /// Whether one may be linked in place of the other: the same path, and the same version or two versions
    /// that semver calls compatible. wasmtime's linker decides in the same way.
    pub fn is_compatible(&self, other: &Self) -> bool {
        self == other || self.path == other.path && self.track().is_some() && self.track() == other.track()
    }

    /// The part that compatible versions share. A 0.0.x or a prerelease is compatible only with itself.
    fn track(&self) -> Option<(u64, u64)> {
        let version = self.version.as_ref().filter(|version| version.pre.is_empty())?;
        match (version.major, version.minor) {
            (0, 0) => None,
            (0, minor) => Some((0, minor)),
            (major, _) => Some((major, 0)),
        }
    }

    /// The candidate that a linker uses for this name: the same name, or else the newest compatible version.
    pub(super) fn find<'a, T>(&self, candidates: &'a [(InterfaceName, T)]) -> Option<&'a (InterfaceName, T)> {
        candidates.iter().find(|(name, _)| name == self).or_else(|| {
            candidates
                .iter()
                .filter(|(name, _)| self.is_compatible(name))
                .max_by(|(a, _), (b, _)| a.version.cmp(&b.version))
        })
    }
}

impl fmt::Display for InterfaceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.version {
            Some(version) => write!(f, "{}@{version}", self.path),
            None => f.write_str(&self.path),
        }
    }
}

impl Serialize for InterfaceName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::InterfaceName;

    #[test]
    fn versions_are_compatible_as_in_wasmtimes_linker() {
        let compatible = |a: &str, b: &str| InterfaceName::new(a).is_compatible(&InterfaceName::new(b));
        for (a, b) in [
            ("a:b/c@0.1.0", "a:b/c@0.1.9"),
            ("a:b/c@1.0.0", "a:b/c@1.7.2"),
            ("a:b/c@0.0.1", "a:b/c@0.0.1"),
            ("a:b/c@0.1.0-rc.1", "a:b/c@0.1.0-rc.1"),
            ("a:b/c", "a:b/c"),
        ] {
            assert!(compatible(a, b) && compatible(b, a), "{a} {b}");
        }
        for (a, b) in [
            ("a:b/c@0.1.0", "a:b/c@0.2.0"),
            ("a:b/c@1.0.0", "a:b/c@2.0.0"),
            ("a:b/c@0.0.1", "a:b/c@0.0.2"),
            ("a:b/c@0.1.0", "a:b/c@0.1.0-rc.1"),
            ("a:b/c@0.1.0", "a:b/d@0.1.0"),
            ("a:b/c@0.1.0", "a:b/c"),
        ] {
            assert!(!compatible(a, b) && !compatible(b, a), "{a} {b}");
        }
    }
}
