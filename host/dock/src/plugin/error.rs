//! The errors of loading, reloading and calling a plugin.

use std::sync::Arc;
use std::time::Duration;

use crate::check::Misfit;
use crate::duration::Short;
use crate::grants::Refused;
use crate::instance::Failure;
use crate::source::SourceError;

/// Why a plugin could not be loaded, or a new generation of it was rejected.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The component could not be read or built.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The bytes are no component, or one that does not fit the interface.
    #[error("{plugin} does not fit: {misfit}")]
    Misfit {
        /// The plugin.
        plugin: Arc<str>,
        /// What differs.
        misfit: Misfit,
    },
    /// The plugin asks for what the host does not grant.
    #[error("{plugin} asks for more than it is granted: {refused}")]
    Refused {
        /// The plugin.
        plugin: Arc<str>,
        /// What it asks for in vain, and how to grant it.
        refused: Refused,
    },
    /// The component is valid, but the runtime would not compile or link it.
    #[error("{plugin} could not be {step}: {message}")]
    Runtime {
        /// The plugin.
        plugin: Arc<str>,
        /// The step that failed: `compiled`, `linked` or `reloaded`.
        step: &'static str,
        /// The runtime's words.
        message: String,
    },
    /// A fresh instance failed before it could serve.
    #[error("{plugin} could not be started: it {failure}")]
    Start {
        /// The plugin.
        plugin: Arc<str>,
        /// Why it failed.
        failure: Failure,
    },
    /// The application's [`activate`](crate::Interface::activate) refused the fresh instance.
    #[error("{plugin} was not accepted: {message}")]
    NotAccepted {
        /// The plugin.
        plugin: Arc<str>,
        /// The application's, or the plugin's own, words.
        message: String,
    },
    /// The state of the old generation could not be handed to the new one.
    #[error("{plugin} could not hand over its state: {message}")]
    Handover {
        /// The plugin.
        plugin: Arc<str>,
        /// Which side failed, and its words.
        message: String,
    },
    /// A limit that this dock cannot hold a plugin to.
    #[error(
        "{plugin} has a fuel limit, but this dock does not meter fuel: build it with `Dock::builder().fuel(true)`"
    )]
    FuelNotMetered {
        /// The plugin.
        plugin: Arc<str>,
    },
    /// The plugin was stopped before or while it was loaded.
    #[error("{plugin} was stopped; revive it first")]
    Stopped {
        /// The plugin.
        plugin: Arc<str>,
    },
}

impl LoadError {
    /// The failure of a fresh instance, as one of the call that needed it.
    pub(crate) fn into_failure(self) -> Failure {
        match self {
            Self::Start { failure, .. } => failure,
            other => Failure::Host { message: other.to_string() },
        }
    }
}

/// A call to a plugin failed.
#[derive(Clone, Debug, thiserror::Error)]
#[error("plugin {plugin}, {export}: {kind}")]
pub struct CallError {
    pub(crate) plugin: Arc<str>,
    pub(crate) export: String,
    pub(crate) generation: u64,
    pub(crate) kind: CallErrorKind,
}

/// Why a call failed, before, during or after it.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallErrorKind {
    /// The guest or the host failed during the call; the instance is gone.
    #[error("it {failure}{}", rolled_back_note(*.rolled_back_to))]
    Failed {
        /// Why it failed.
        failure: Failure,
        /// The generation that serves again, if this one was on probation.
        rolled_back_to: Option<u64>,
    },
    /// A fresh instance was needed for the call and could not be started.
    #[error("a fresh instance could not be started: {message}")]
    Start {
        /// Why.
        message: String,
    },
    /// The plugin refused to save or to restore its state.
    #[error("it refused to hand over its state: {words}")]
    State {
        /// Its reason.
        words: String,
    },
    /// The plugin was stopped during the call.
    #[error("the call was cancelled because the plugin was stopped")]
    Cancelled,
    /// The plugin is backing off after a failure.
    #[error("it is backing off after a failure; call it again in {}", Short(*.retry_after))]
    BackingOff {
        /// How long from now.
        retry_after: Duration,
    },
    /// The plugin failed too often.
    #[error(
        "it is quarantined after {failures} failures; the last call {reason}; fix the plugin and reload it, or revive it"
    )]
    Quarantined {
        /// How many failures it took.
        failures: u32,
        /// The last one.
        reason: String,
    },
    /// The plugin was stopped before the call.
    #[error("it is stopped; revive it first")]
    Stopped,
}

fn rolled_back_note(rolled_back_to: Option<u64>) -> String {
    rolled_back_to.map(|generation| format!("; generation {generation} serves again")).unwrap_or_default()
}

impl CallError {
    /// The plugin's name.
    pub fn plugin(&self) -> &str {
        &self.plugin
    }

    /// What was called: the name that the call was made under.
    pub fn export(&self) -> &str {
        &self.export
    }

    /// The generation that failed.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Why the call failed.
    pub fn kind(&self) -> &CallErrorKind {
        &self.kind
    }

    /// Why the call failed, if it had begun.
    pub fn failure(&self) -> Option<&Failure> {
        match &self.kind {
            CallErrorKind::Failed { failure, .. } => Some(failure),
            _ => None,
        }
    }

    /// Whether the call took longer than its deadline.
    pub fn is_deadline(&self) -> bool {
        matches!(self.failure(), Some(Failure::Deadline { .. }))
    }

    /// Whether the guest hit its memory limit.
    pub fn is_memory(&self) -> bool {
        matches!(self.failure(), Some(Failure::Memory { .. }))
    }

    /// Whether the plugin was stopped, before or during the call.
    pub fn is_stopped(&self) -> bool {
        matches!(self.kind, CallErrorKind::Cancelled | CallErrorKind::Stopped)
    }

    /// When to try again, if the plugin is backing off.
    pub fn retry_after(&self) -> Option<Duration> {
        match self.kind {
            CallErrorKind::BackingOff { retry_after } => Some(retry_after),
            _ => None,
        }
    }

    /// The generation that serves again, if the failed one was on probation: the same call may succeed now.
    pub fn rolled_back_to(&self) -> Option<u64> {
        match self.kind {
            CallErrorKind::Failed { rolled_back_to, .. } => rolled_back_to,
            _ => None,
        }
    }
}
