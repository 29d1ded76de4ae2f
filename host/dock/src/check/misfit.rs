//! Why a plugin does not fit, as a whole.

use std::fmt;

use serde::Serialize;

use super::bytes::NotAComponent;
use super::difference::{Difference, DifferenceKind};
use super::name::InterfaceName;

/// Why a plugin does not fit an interface. Its text is for the plugin's author.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Misfit {
    /// The bytes are no component.
    #[error(transparent)]
    NotAComponent(#[from] NotAComponent),
    /// The component is of another shape than the world.
    #[error(transparent)]
    Differences(#[from] Differences),
    /// The host's own description of its world cannot be read, which is no fault of the plugin's.
    #[error(
        "the host's own encoded world cannot be read: {reason}. Give it what `bindgen!` makes with `include_component_type: true`"
    )]
    World {
        /// What is wrong with it.
        reason: String,
    },
}

impl Misfit {
    /// The differences, if it is types that do not agree.
    pub fn differences(&self) -> &[Difference] {
        match self {
            Self::Differences(differences) => &differences.differences,
            Self::NotAComponent(_) | Self::World { .. } => &[],
        }
    }
}

/// All that a plugin and its host do not agree about. There is at least one difference.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize)]
#[non_exhaustive]
pub struct Differences {
    /// The host's world.
    pub world: InterfaceName,
    /// What differs: exports first, then imports.
    pub differences: Vec<Difference>,
}

/// More than this says nothing new, and a plugin may be made to have millions.
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
        let only_unlent =
            differences.iter().all(|difference| difference.kind == DifferenceKind::UnsatisfiedImport);
        if only_unlent {
            f.write_str(
                "Remove what needs these imports from the plugin, or load it in a host that lends them.",
            )
        } else {
            write!(
                f,
                "Build the plugin with this host's WIT of {world}, or load it in a host of the version that it was built for."
            )
        }
    }
}
