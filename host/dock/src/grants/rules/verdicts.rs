//! What the rules say about a plugin, and how that combines with the host's own grants.

use std::collections::BTreeMap;

use serde::Serialize;

use super::precedence::Decided;
use crate::grants::{Capability, Policy, Unsigned, Verdict};

/// What the rules of a policy file say about all that a plugin requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdicts {
    pub(super) signer: Option<String>,
    pub(super) unsigned: Option<Unsigned>,
    pub(super) decided: BTreeMap<Capability, Decided>,
}

impl Verdicts {
    /// Each requested capability with its verdict, sorted.
    pub fn iter(&self) -> impl Iterator<Item = (&Capability, &Verdict)> {
        self.decided.iter().map(|(capability, decided)| (capability, &decided.verdict))
    }

    /// The verdict on a capability. What was not requested is not mentioned.
    pub fn on(&self, capability: &Capability) -> &Verdict {
        self.decided.get(capability).map_or(&Verdict::Unmentioned, |decided| &decided.verdict)
    }

    /// What is left of a request where a rule withholds a part of it: reading, of a folder that the plugin wants to write to. The verdict on the request is about
    /// that.
    pub fn narrowed(&self, capability: &Capability) -> Option<&Capability> {
        self.decided.get(capability)?.narrowed.as_ref()
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
    /// | withheld | never, and the plugin runs without it; where only writing a folder is withheld, the verdict is that on reading it |
    /// | allowed | yes, with the host's own folder or value if it has one |
    /// | unmentioned | if the host grants it |
    ///
    /// It is about this request alone: combine them again for each generation, in [`policy_for`](crate::PluginBuilder::policy_for).
    #[must_use]
    pub fn policy(&self, host: Policy) -> Policy {
        let forbidden = |verdict: &Verdict| {
            self.unsigned.is_some() || matches!(verdict, Verdict::Denied { .. } | Verdict::Withheld { .. })
        };
        let is_part = |decided: &Decided| decided.narrowed.is_some();
        // What is forbidden is not in the policy at all, so that whatever reads or stores it grants nothing of it.
        let mut policy = host.clone().without(|granted| {
            self.unsigned.is_some()
                || self.decided.iter().any(|(request, decided)| {
                    let is_forbidden = forbidden(&decided.verdict) || is_part(decided);
                    is_forbidden && (granted.covers(request) || request.covers(granted))
                })
        });
        for (request, Decided { verdict, provision, narrowed }) in &self.decided {
            let wanted = narrowed.as_ref().unwrap_or(request);
            if !forbidden(verdict) && policy.provision(wanted).is_none() {
                // A grant of the host that also covered something forbidden went with that.
                if let Some(provision) = host.provision(wanted).or(provision.as_ref()) {
                    policy = policy.with(wanted.clone(), provision.clone());
                }
            }
            if let Some(narrowed) = narrowed {
                policy = policy.narrowed(request.clone(), narrowed.clone());
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
    #[serde(skip_serializing_if = "Option::is_none")]
    narrowed: Option<&'a Capability>,
    #[serde(flatten)]
    verdict: &'a Verdict,
}

/// A list of objects with `capability`, `narrowed`, `verdict` and `rule`.
impl Serialize for Verdicts {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.decided.iter().map(|(capability, Decided { verdict, narrowed, .. })| {
            Row { capability, narrowed: narrowed.as_ref(), verdict }
        }))
    }
}
