//! The capabilities that a plugin is refused, and the lines that grant them.

use std::fmt;
use std::path::Path;

use serde::Serialize;

use super::capability::folder_line;
use super::{Capability, RulePlace};
use crate::text;

/// A plugin is not loaded because it requests capabilities that are not granted, or lacks a signature. Its `Display` has a line for each
/// reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// The signature that a rule demands and the plugin does not have.
    pub unsigned: Option<Unsigned>,
    /// The refused capabilities. None only if the signature is missing.
    pub refusals: Vec<Refusal>,
}

/// A plugin lacks the signature that a rule demands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unsigned {
    /// The rule's `signed_by`.
    pub rule: RulePlace,
    /// The signers that it names.
    pub expected: Vec<String>,
    /// Whether a signature stands beside the component, by somebody else or over other bytes.
    pub is_signed: bool,
}

/// A capability that is refused, and the line of TOML that would grant it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Refusal {
    /// The requested capability.
    pub capability: Capability,
    /// The reason, which shows whose file has to change.
    pub reason: RefusalReason,
    /// The line to add: to the host's grants for this plugin, or to the `[grants]` of its manifest. Of a denial, the entry that denies.
    pub line: String,
    /// The rule of a policy file that decided, if one did.
    pub rule: Option<RulePlace>,
}

/// Why a capability is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum RefusalReason {
    /// The host's policy does not grant it.
    NotGranted,
    /// The component imports it, and its own manifest has a list of imports without it.
    NotRequested,
    /// A rule denies it.
    Denied,
    /// A rule leaves it to a person, and none has allowed it.
    NotAllowed,
    /// It was granted with another folder or value than the host provides now, or the host withholds it now. What runs has the old one.
    Replaced,
}

impl Refusal {
    /// `folder` is the folder on this machine, where it is known; `asks` is the rule that leaves the decision to a person.
    pub(super) fn ungranted(
        capability: &Capability,
        folder: Option<&Path>,
        asks: Option<&RulePlace>,
    ) -> Self {
        let line = match (capability, folder) {
            (Capability::Folder { path, access }, Some(host)) => {
                folder_line(path, &host.to_string_lossy(), *access)
            }
            _ => capability.grant_line(),
        };
        let reason = if asks.is_some() { RefusalReason::NotAllowed } else { RefusalReason::NotGranted };
        Self { capability: capability.clone(), reason, line, rule: asks.cloned() }
    }

    /// For a plugin that runs with what the host no longer provides.
    pub(crate) fn replaced(capability: &Capability) -> Self {
        let line = capability.grant_line();
        Self { capability: capability.clone(), reason: RefusalReason::Replaced, line, rule: None }
    }

    pub(super) fn denied(capability: &Capability, rule: &RulePlace, entry: &str) -> Self {
        Self {
            capability: capability.clone(),
            reason: RefusalReason::Denied,
            line: entry.to_owned(),
            rule: Some(rule.clone()),
        }
    }

    /// An import has the same line in both files.
    pub(super) fn undeclared(capability: &Capability) -> Self {
        let line = capability.grant_line();
        Self { capability: capability.clone(), reason: RefusalReason::NotRequested, line, rule: None }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { capability, reason, line, rule } = self;
        // A path may have characters that reorder the text around it.
        let (capability, line) = (capability.to_string(), text::line(line));
        write!(f, "{}", text::line(&capability))?;
        match (reason, rule) {
            (RefusalReason::NotRequested, _) => {
                write!(f, ", which its plugin.toml does not request; add to its [grants]: {line}")
            }
            (RefusalReason::Denied, Some(rule)) => write!(f, ", which {rule} denies: deny = [\"{line}\"]"),
            (RefusalReason::NotAllowed, Some(rule)) => {
                write!(f, ", which {rule} leaves to a person, and nobody has allowed it")?;
                write!(f, "; to allow it, add to the host's grants for this plugin: {line}")
            }
            (RefusalReason::Replaced, _) => f.write_str(
                ", for which the host has another folder or value now, or none; reload the plugin",
            ),
            _ => write!(f, "; to allow it, add to the host's grants for this plugin: {line}"),
        }
    }
}

impl fmt::Display for Unsigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, expected, is_signed } = self;
        let expected = expected.join("` or `");
        write!(f, "it must be signed by `{}` ({rule}), and ", text::line(&expected))?;
        f.write_str(match is_signed {
            true => "its signature is by another key, or over other bytes: sign this version again",
            false => "no signature stands beside it: a .minisig file with the component's name",
        })
    }
}

impl Refused {
    /// What is refused, on one line and without what to do: `clocks, env HOME`.
    pub fn summary(&self) -> String {
        let unsigned = self.unsigned.iter().map(|_| "a signature".to_owned());
        let refused = self.refusals.iter().map(|refusal| refusal.capability.to_string());
        text::line(&unsigned.chain(refused).collect::<Vec<_>>().join(", ")).to_string()
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.unsigned.iter().try_for_each(|unsigned| write!(f, "\n  {unsigned}"))?;
        self.refusals.iter().try_for_each(|refusal| write!(f, "\n  {refusal}"))
    }
}
