//! What one version of a plugin requests more or less than another.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{Capability, Requested};

/// The difference between the requests of two versions of a plugin. Versions of imports do not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What the new version requests and nothing that the old one requests covers.
    pub gained: BTreeSet<Capability>,
    /// What the old version requests and nothing that the new one requests covers.
    pub lost: BTreeSet<Capability>,
}

impl Difference {
    /// Compares two versions. `read-write` where there was `read-only` is gained; the other way round, it is lost.
    ///
    /// ```
    /// use witdock::grants::{Difference, Request, Requested};
    ///
    /// let version = |capability: &str| {
    ///     let request = Request::default().with(capability.parse().unwrap());
    ///     Requested::by_names("tidy", witdock::Digest::of(capability.as_bytes()), &request, [])
    /// };
    /// let (old, new) = (version("folder /data read-only"), version("folder /data read-write"));
    /// assert_eq!(Difference::between(&old, &new).gained, new.capabilities);
    /// assert!(Difference::between(&new, &old).gained.is_empty());
    /// ```
    pub fn between(old: &Requested, new: &Requested) -> Self {
        Self { gained: beyond(new, old), lost: beyond(old, new) }
    }

    /// Whether the two request the same.
    pub fn is_empty(&self) -> bool {
        self.gained.is_empty() && self.lost.is_empty()
    }
}

/// What one requests beyond the other.
fn beyond(one: &Requested, other: &Requested) -> BTreeSet<Capability> {
    let plain = |requested: &Requested| -> Vec<_> {
        requested.capabilities.iter().map(Capability::without_version).collect()
    };
    let covering = plain(other);
    plain(one).into_iter().filter(|wanted| !covering.iter().any(|one| one.covers(wanted))).collect()
}
