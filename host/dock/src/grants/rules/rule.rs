//! One `[[plugin]]` of a policy file.

use super::pattern::NamePattern;
use super::subject::Subject;
use crate::foreign::Digest;
use crate::grants::{Policy, Requested, RulePlace};

/// A part of a rule, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry<T> {
    pub(super) place: RulePlace,
    pub(super) value: T,
}

/// One `[[plugin]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) name: NamePattern,
    pub(super) digest: Option<Digest>,
    pub(super) signed_by: Option<Entry<Vec<String>>>,
    pub(super) deny: Vec<Entry<Subject>>,
    pub(super) ask: Vec<Entry<Subject>>,
    pub(super) withhold: Vec<Entry<Subject>>,
    pub(super) allow: Option<Entry<Policy>>,
}

/// How closely a rule says which plugin it is about, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    Pattern,
    Name,
    Digest,
}

impl Rule {
    pub(super) fn rank(&self) -> Rank {
        match self.digest {
            Some(_) => Rank::Digest,
            None if self.name.is_exact() => Rank::Name,
            None => Rank::Pattern,
        }
    }

    pub(super) fn is_about(&self, requested: &Requested) -> bool {
        self.name.matches(&requested.plugin) && self.digest.is_none_or(|digest| digest == requested.digest)
    }
}
