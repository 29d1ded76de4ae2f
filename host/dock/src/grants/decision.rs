//! The policy for each generation of a plugin.

use super::{Policy, Requested};

/// One policy for all generations of a plugin, or a function that returns one for each.
pub(crate) enum Decision {
    Fixed(Policy),
    Asked(Box<dyn Fn(&Requested) -> Policy + Send + Sync>),
}

impl Decision {
    pub(crate) fn on(&self, requested: &Requested) -> Policy {
        match self {
            Self::Fixed(policy) => policy.clone(),
            Self::Asked(decide) => decide(requested),
        }
    }
}
