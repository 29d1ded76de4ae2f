//! What the rules of a policy file say about one requested capability.

use serde::Serialize;

use super::RulePlace;

/// What the rules say about one requested capability.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Verdict {
    /// It is refused, whatever else grants it.
    Denied {
        /// The place of the entry.
        rule: RulePlace,
        /// The entry, as it stands in the rule's `deny`.
        entry: String,
    },
    /// A person decides. A host that can ask nobody refuses it, unless its own grants, which a person has written, have it.
    Ask {
        /// The place of the entry.
        rule: RulePlace,
    },
    /// The plugin runs without it, as if it had not requested it.
    Withheld {
        /// The place of the entry.
        rule: RulePlace,
    },
    /// It is granted without asking.
    Allowed {
        /// The place of the `allow`.
        rule: RulePlace,
    },
    /// No rule mentions it: the host decides as it would without the file.
    Unmentioned,
}

impl Verdict {
    /// The place of the rule that decided. `None` if no rule mentions the capability.
    pub fn rule(&self) -> Option<&RulePlace> {
        match self {
            Self::Denied { rule, .. }
            | Self::Ask { rule }
            | Self::Withheld { rule }
            | Self::Allowed { rule } => Some(rule),
            Self::Unmentioned => None,
        }
    }

    /// The verdict in a word: `denied`, `ask`, `withheld`, `allowed` or `unmentioned`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Denied { .. } => "denied",
            Self::Ask { .. } => "ask",
            Self::Withheld { .. } => "withheld",
            Self::Allowed { .. } => "allowed",
            Self::Unmentioned => "unmentioned",
        }
    }
}
