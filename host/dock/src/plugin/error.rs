//! The errors of loading, reloading and calling a plugin.

use std::sync::Arc;
use std::time::Duration;

use crate::check::Misfit;
use crate::compile::PreparationError;
use crate::foreign::Digest;
use crate::grants::{Conflict, Refused};
use crate::instance::Failure;
use crate::source::SourceError;
use crate::text;
use crate::text::Short;
use crate::text::counted::counted;

/// Why a plugin could not be loaded, or a new generation of it was rejected.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The component could not be read or built.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The bytes are not a component, or the component does not fit the interface.
    #[error("{plugin} does not fit: {}", text::block(&misfit.to_string()))]
    Misfit {
        /// The plugin's name.
        plugin: Arc<str>,
        /// The differences, or why the bytes are not a component.
        misfit: Misfit,
    },
    /// The plugin requests capabilities that the host does not grant.
    #[error("{plugin} asks for more than it is granted: {refused}")]
    Refused {
        /// The plugin's name.
        plugin: Arc<str>,
        /// The refused capabilities, and how to grant them.
        refused: Refused,
    },
    /// A folder that a plugin may write to overlaps with what becomes code, or with what the host protects.
    #[error("{plugin} was not loaded: {conflict}")]
    Protected {
        /// The plugin's name.
        plugin: Arc<str>,
        /// The two paths.
        conflict: Conflict,
    },
    /// The component is too large, or checking or compiling it took too much. None of its code ran.
    #[error("{plugin} cannot be loaded: {error}")]
    Preparation {
        /// The plugin's name.
        plugin: Arc<str>,
        /// What was exceeded.
        error: PreparationError,
    },
    /// The component is valid, but the runtime could not compile or link it.
    #[error("{plugin} could not be {step}: {}", text::block(message))]
    Runtime {
        /// The plugin's name.
        plugin: Arc<str>,
        /// The step that failed: `compiled`, `linked` or `reloaded`.
        step: &'static str,
        /// The runtime's message.
        message: String,
    },
    /// A fresh instance failed before it could serve.
    #[error("{plugin} could not be started: it {failure}")]
    Start {
        /// The plugin's name.
        plugin: Arc<str>,
        /// Why it failed.
        failure: Failure,
    },
    /// The application's [`activate`](crate::Interface::activate) refused the fresh instance.
    #[error("{plugin} was not accepted: {}", text::block(message))]
    NotAccepted {
        /// The plugin's name.
        plugin: Arc<str>,
        /// The message of the application or of the plugin.
        message: String,
    },
    /// The state of the old generation could not be handed to the new one.
    #[error("{plugin} could not hand over its state: {}", text::line(message))]
    Handover {
        /// The plugin's name.
        plugin: Arc<str>,
        /// The side that failed, and its message.
        message: String,
    },
    /// The plugin has a fuel limit, but the dock does not count fuel.
    #[error(
        "{plugin} has a fuel limit, but this dock does not meter fuel: build it with `Dock::builder().fuel(true)`"
    )]
    FuelNotMetered {
        /// The plugin's name.
        plugin: Arc<str>,
    },
    /// The component is not the one that was pinned.
    #[error(
        "{plugin} is another component than the one that was pinned: its digest is {found}, and {expected} is expected; \
         pin the new one if it is the one you want"
    )]
    Pinned {
        /// The plugin's name.
        plugin: Arc<str>,
        /// The digest that was pinned.
        expected: Digest,
        /// The digest of the component.
        found: Digest,
    },
    /// It is in a format that the application makes components of, and is not valid.
    #[error("{plugin} cannot become a component: {}", text::block(message))]
    Convert {
        /// The plugin's name.
        plugin: Arc<str>,
        /// Why, for the plugin's author.
        message: String,
    },
    /// The host's policy changed, again and again, while the plugin was loaded.
    #[error("{plugin} was not loaded: the host's policy changed while it was; load it again")]
    PolicyChanged {
        /// The plugin's name.
        plugin: Arc<str>,
    },
    /// The plugin was stopped before or while it was loaded.
    #[error("{plugin} was stopped; revive it first")]
    Stopped {
        /// The plugin's name.
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
    /// Boxed: a result with an error is as large as its larger side, and mostly a call succeeds.
    pub(crate) kind: Box<CallErrorKind>,
}

/// Why a call failed.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallErrorKind {
    /// The guest or the host failed during the call. The instance was dropped.
    #[error("it {failure}{}", rolled_back_note(*.rolled_back_to))]
    Failed {
        /// Why it failed.
        failure: Failure,
        /// The generation that serves again, if this one was on probation.
        rolled_back_to: Option<u64>,
    },
    /// A fresh instance was needed for the call and could not be started.
    #[error("a fresh instance could not be started: {}", text::block(message))]
    Start {
        /// The error of the start.
        message: String,
    },
    /// The plugin refused to save or to restore its state.
    #[error("it refused to hand over its state: {}", text::line(words))]
    State {
        /// The plugin's message.
        words: String,
    },
    /// The plugin was stopped during the call, or the host revoked a grant of an older generation whose calls still ran.
    #[error("the call was cancelled because the plugin was stopped")]
    Cancelled,
    /// The plugin is backing off after a failure.
    #[error("it is backing off after a failure; call it again in {}", Short(*.retry_after))]
    BackingOff {
        /// The rest of the back-off, from now.
        retry_after: Duration,
    },
    /// The plugin failed too often.
    #[error(
        "it is quarantined after {}; the last call {reason}; fix the plugin and reload it, or revive it",
        counted(u64::from(*.failures), "failure")
    )]
    Quarantined {
        /// The number of failures within the window.
        failures: u32,
        /// The reason of the last failure.
        reason: String,
    },
    /// The host no longer grants what the plugin runs with, or has revoked it during the call.
    #[error("the host has revoked grants of it:{refused}")]
    Revoked {
        /// What was revoked, and what to do.
        refused: Refused,
    },
    /// The plugin was stopped before the call.
    #[error("it is stopped; revive it first")]
    Stopped,
    /// The [resident](crate::Resident) instance has ended in an earlier call.
    #[error("its instance ended in an earlier call")]
    Ended,
}

fn rolled_back_note(rolled_back_to: Option<u64>) -> String {
    rolled_back_to.map(|generation| format!("; generation {generation} serves again")).unwrap_or_default()
}

impl CallError {
    /// The plugin's name.
    pub fn plugin(&self) -> &str {
        &self.plugin
    }

    /// The name that the call was made under, mostly the export's.
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

    /// The failure of the guest or the host, if the call ran.
    pub fn failure(&self) -> Option<&Failure> {
        match &*self.kind {
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
        matches!(*self.kind, CallErrorKind::Cancelled | CallErrorKind::Stopped)
    }

    /// Whether the host has revoked grants of the plugin, before or during the call.
    pub fn is_revoked(&self) -> bool {
        matches!(*self.kind, CallErrorKind::Revoked { .. })
    }

    /// How long to wait before the next call, if the plugin is backing off.
    pub fn retry_after(&self) -> Option<Duration> {
        match *self.kind {
            CallErrorKind::BackingOff { retry_after } => Some(retry_after),
            _ => None,
        }
    }

    /// The generation that serves again, if the failed one was on probation: the same call may succeed now.
    pub fn rolled_back_to(&self) -> Option<u64> {
        match *self.kind {
            CallErrorKind::Failed { rolled_back_to, .. } => rolled_back_to,
            _ => None,
        }
    }
}
