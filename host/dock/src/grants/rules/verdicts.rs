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
    ///
    /// It is about this request alone: combine them again for each generation, in [`policy_for`](crate::PluginBuilder::policy_for).
    #[must_use]
    pub fn policy(&self, host: Policy) -> Policy {
        let forbidden = |verdict: &Verdict| {
            self.unsigned.is_some() || matches!(verdict, Verdict::Denied { .. } | Verdict::Withheld { .. })
        };
        // What is forbidden is not in the policy at all, so that whatever reads or stores it grants nothing of it.
        let mut policy = host.clone().without(|granted| {
            self.unsigned.is_some()
                || self.iter().any(|(request, verdict)| {
                    forbidden(verdict) && (granted.covers(request) || request.covers(granted))
                })
        });
        for (request, (verdict, provision)) in &self.decided {
            if !forbidden(verdict) && policy.provision(request).is_none() {
                // A grant of the host that also covered something forbidden went with that.
                if let Some(provision) = host.provision(request).or(provision.as_ref()) {
                    policy = policy.with(request.clone(), provision.clone());
                }
            }
            if !matches!(verdict, Verdict::Allowed { .. } | Verdict::Unmentioned) {
                policy = policy.ruled(request.clone(), verdict.clone());
            }
        }
        policy.unless_unsigned(self.unsigned.clone())
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
