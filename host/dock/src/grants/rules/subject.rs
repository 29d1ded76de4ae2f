//! What an entry of a rule is about: one capability, or all of a kind.

use std::fmt;
use std::path::{Component, Path};
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::grants::{Capability, CapabilityKind, InvalidCapability};

/// All capabilities of a kind (`network`), or one of them (`network example.org:443`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// All of this kind.
    Kind(CapabilityKind),
    /// One, with what overlaps with it.
    One(Capability),
}

impl Subject {
    /// Whether a request and this have something in common, so that a rule that forbids this must not let the request pass: the request is
    /// covered by this, or covers it, as `network example.org` covers one of its ports. A folder overlaps with those in it and around it.
    /// `network` is about requests by HTTP too. `folder /data read-write` is about writing, and `folder /data read-only` about any use of the folder.
    pub fn overlaps(&self, request: &Capability) -> bool {
        match (self, request) {
            // A request by HTTP is a connection too.
            (Self::Kind(CapabilityKind::Network), Capability::Http(_)) => true,
            (Self::One(Capability::Network(host)), Capability::Http(access)) => {
                host.covers(access.host()) || access.host().covers(host)
            }
            (Self::Kind(kind), request) => *kind == request.kind(),
            (
                Self::One(Capability::Folder { path, access }),
                Capability::Folder { path: requested, access: wanted },
            ) => wanted >= access && is_in_or_around(path, requested),
            (Self::One(Capability::Http(one)), Capability::Http(request)) => one.overlaps(request),
            (Self::One(one), request) => one.covers(request) || request.covers(one),
        }
    }
}

/// Whether one path of the plugin's file system is in the other.
fn is_in_or_around(one: &str, other: &str) -> bool {
    let parts = |path| {
        let parts = Path::new(path).components();
        // `/data` and `data` are the same place; `.` is none.
        parts.filter(|part| !matches!(part, Component::RootDir | Component::CurDir))
    };
    let mut both = parts(one).zip(parts(other));
    both.all(|(one, other)| one == other || one == Component::ParentDir || other == Component::ParentDir)
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kind(kind) => f.write_str(kind.word()),
            Self::One(one) => one.fmt(f),
        }
    }
}

impl FromStr for Subject {
    type Err = InvalidCapability;

    fn from_str(text: &str) -> Result<Self, InvalidCapability> {
        match CapabilityKind::ALL.into_iter().find(|kind| kind.word() == text) {
            Some(kind) => Ok(Self::Kind(kind)),
            None => text.parse().map(Self::One),
        }
    }
}

impl<'de> Deserialize<'de> for Subject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_overlaps_with_what_has_something_in_common() {
        for (subject, overlapping, others) in [
            (
                "network",
                &["network a.org", "network 10.0.0.1:80", "http GET https://a.org"][..],
                &["clocks", "env NETWORK"][..],
            ),
            (
                "network a.org:443",
                &["network a.org:443", "network a.org", "http GET https://a.org", "http http://a.org:*"],
                &["network a.org:80", "network b.org", "http http://a.org"],
            ),
            ("network a.org", &["network a.org:443", "network a.org"], &["network b.a.org"]),
            (
                "http GET,PUT https://a.org:*",
                &["http GET https://a.org", "http https://a.org:8443"],
                &["http POST https://a.org", "http GET http://a.org", "network a.org"],
            ),
            ("import a:b/*", &["import a:b/c@0.1.0", "import a:b/*"], &["import a:bb/c", "import now"]),
            ("import a:b/c@0.1.0", &["import a:b/c", "import a:b/*"], &["import a:b/c@0.2.0"]),
            ("env A", &["env A"], &["env AB", "env a"]),
            (
                "folder /data read-only",
                &[
                    "folder /data read-only",
                    "folder /data read-write",
                    "folder / read-only",
                    "folder . read-only",
                    "folder data/x read-only",
                    "folder /data/../etc read-only",
                ],
                &["folder /database read-write", "folder /etc read-write"],
            ),
            (
                "folder /data read-write",
                &["folder /data read-write", "folder /data/x read-write"],
                &["folder /data read-only"],
            ),
        ] {
            let subject: Subject = subject.parse().unwrap();
            let overlaps = |text: &&&str| subject.overlaps(&text.parse().unwrap());
            let missed: Vec<_> = overlapping.iter().filter(|text| !overlaps(text)).collect();
            let wrong: Vec<_> = others.iter().filter(overlaps).collect();
            assert!(missed.is_empty() && wrong.is_empty(), "{subject}: {missed:?} {wrong:?}");
        }
    }
}
