//! What the rules say about a plugin, and how that combines with the host's own grants.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::grants::{Capability, Policy, Provision, Unsigned, Verdict};

/// What the rules of a policy file say about all that a plugin requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdicts {
    pub(super) signer: Option<String>,
    pub(super) unsigned: Option<Unsigned>,
    pub(super) decided: BTreeMap<Capability, (Verdict, Option<Provision>)>,
}

impl Verdicts {
    /// Each requested capability with its verdict, sorted.
    pub fn iter(&self) -> impl Iterator<Item = (&Capability, &Verdict)> {
        self.decided.iter().map(|(capability, (verdict, _))| (capability, verdict))
    }

    /// The verdict on a capability. What was not requested is not mentioned.
    pub fn on(&self, capability: &Capability) -> &Verdict {
        self.decided.get(capability).map_or(&Verdict::Unmentioned, |(verdict, _)| verdict)
    }

    /// The signer that a rule demands, where the plugin is signed by it.
    pub fn signer(&self) -> Option<&str> {
        self.signer.as_deref()
    }

    /// Why the plugin is refused as a whole: a rule demands a signature that it does not have.
    pub fn unsigned(&self) -> Option<&Unsigned> {
        self.unsigned.as_ref()
    }

    /// Combines the rules with what the host grants to this plugin by itself: what a person has answered, the grants of a pipeline.
    ///
    /// | verdict | granted |
    /// |---|---|
    /// | denied | never; the refusal names the rule |
    /// | ask | if the host grants it; otherwise the refusal names the rule |
    /// | withheld | never, and the plugin runs without it |
    /// | allowed | yes, with the host's own folder or value if it has one |
    /// | unmentioned | if the host grants it |
    #[must_use]
    pub fn policy(&self, host: Policy) -> Policy {
        let mut policy = host.unless_unsigned(self.unsigned.clone());
        for (capability, (verdict, provision)) in &self.decided {
            if let Some(provision) = provision {
                // Behind the host's own: the first grant that covers a request counts.
                policy = policy.with(capability.clone(), provision.clone());
            }
            if !matches!(verdict, Verdict::Allowed { .. } | Verdict::Unmentioned) {
                policy = policy.ruled(capability.clone(), verdict.clone());
            }
        }
        policy
    }
}

/// A row of [`Verdicts`] in JSON.
#[derive(Serialize)]
struct Row<'a> {
    capability: &'a Capability,
    #[serde(flatten)]
    verdict: &'a Verdict,
}

/// A list of objects with `capability`, `verdict` and `rule`.
impl Serialize for Verdicts {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(|(capability, verdict)| Row { capability, verdict }))
    }
}
