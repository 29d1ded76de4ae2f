//! The signers whose keys a policy file trusts, and which of them a rule demands.

use std::collections::BTreeMap;

use crate::grants::{PublicKey, Signature};

/// The trusted keys by their signers' names. A signer may have several keys, such as an old and a new one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Signers(BTreeMap<String, Vec<PublicKey>>);

impl Signers {
    pub(super) fn add(&mut self, name: String, key: PublicKey) {
        self.0.entry(name).or_default().push(key);
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub(super) fn knows(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The signer of these bytes, if one of the named ones is.
    pub(super) fn signer<'a>(&self, signature: &Signature, names: &'a [String]) -> Option<&'a str> {
        let signed = |name: &&String| self.0.get(*name).into_iter().flatten().any(|key| signature.is_by(key));
        names.iter().find(signed).map(String::as_str)
    }
}
