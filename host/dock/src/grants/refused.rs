//! The capabilities that a plugin is refused, and the lines that grant them.

use std::fmt;
use std::path::Path;

use serde::Serialize;

use super::Capability;
use super::capability::folder_line;
use crate::text;

/// A plugin is not loaded because it requests capabilities that are not granted. Its `Display` has a line for each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// The refused capabilities, at least one.
    pub refusals: Vec<Refusal>,
}

/// A capability that is refused, and the line of TOML that would grant it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Refusal {
    /// The requested capability.
    pub capability: Capability,
    /// The reason, which shows whose file has to change.
    pub reason: RefusalReason,
    /// The line to add: to the host's grants for this plugin, or to the `[grants]` of its manifest.
    pub line: String,
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
}

impl Refusal {
    /// `folder` is the folder on this machine, where it is known.
    pub(super) fn ungranted(capability: &Capability, folder: Option<&Path>) -> Self {
        let line = match (capability, folder) {
            (Capability::Folder { path, access }, Some(host)) => {
                folder_line(path, &host.to_string_lossy(), *access)
            }
            _ => capability.grant_line(),
        };
        Self { capability: capability.clone(), reason: RefusalReason::NotGranted, line }
    }

    /// An import has the same line in both files.
    pub(super) fn undeclared(capability: &Capability) -> Self {
        let line = capability.grant_line();
        Self { capability: capability.clone(), reason: RefusalReason::NotRequested, line }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { capability, reason, line } = self;
        // A path may have characters that reorder the text around it.
        let (capability, line) = (capability.to_string(), text::line(line));
        let capability = text::line(&capability);
        match reason {
            RefusalReason::NotGranted => {
                write!(f, "{capability}; to allow it, add to the host's grants for this plugin: {line}")
            }
            RefusalReason::NotRequested => {
                write!(f, "{capability}, which its plugin.toml does not request; add to its [grants]: {line}")
            }
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.refusals.iter().try_for_each(|refusal| write!(f, "\n  {refusal}"))
    }
}
