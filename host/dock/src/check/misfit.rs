//! The error for a plugin that does not fit its interface.

use std::fmt;

use serde::Serialize;

use super::budget::OverBudget;
use super::bytes::NotAComponent;
use super::difference::{Difference, DifferenceKind};
use super::name::InterfaceName;

/// Why a plugin does not fit an interface. Its text is for the plugin's author, and may have several lines.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Misfit {
    /// The bytes are not a component.
    #[error(transparent)]
    NotAComponent(#[from] NotAComponent),
    /// The component is too large to look at.
    #[error(transparent)]
    OverBudget(#[from] OverBudget),
    /// The component's imports or exports differ from the world's.
    #[error(transparent)]
    Differences(#[from] Differences),
    /// The host's encoded world is invalid. This is an error of the host, not of the plugin.
    #[error(
        "the host's encoded world cannot be read: {reason}. Use the `COMPONENT_TYPE` that `bindgen!` generates with \
         `include_component_type: true`"
    )]
    World {
        /// The message of the decoder.
        reason: String,
    },
}

impl Misfit {
    /// The differences; empty for the other errors.
    pub fn differences(&self) -> &[Difference] {
        match self {
            Self::Differences(differences) => &differences.differences,
            Self::NotAComponent(_) | Self::OverBudget(_) | Self::World { .. } => &[],
        }
    }
}

/// All differences between a plugin and its host. There is at least one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize)]
#[non_exhaustive]
pub struct Differences {
    /// The host's world.
    pub world: InterfaceName,
    /// The differences: exports first, then imports.
    pub differences: Vec<Difference>,
}

/// A limit on the text: a malicious plugin may have millions of differences.
const SHOWN: usize = 12;

impl fmt::Display for Differences {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { world, differences } = self;
        let count = differences.len();
        let noun = if count == 1 { "difference" } else { "differences" };
        writeln!(f, "the plugin does not fit the world {world}: {count} {noun}\n")?;
        for difference in differences.iter().take(SHOWN) {
            writeln!(f, "{difference}\n")?;
        }
        if count > SHOWN {
            writeln!(f, "… and {} more\n", count - SHOWN)?;
        }
        let only_unsatisfied =
            differences.iter().all(|difference| difference.kind == DifferenceKind::UnsatisfiedImport);
        if only_unsatisfied {
            f.write_str("Remove these imports from the plugin, or load it in a host that provides them.")
        } else {
            write!(
                f,
                "Build the plugin with this host's WIT of {world}, or load it in a host of the version that it was built for."
            )
        }
    }
}
