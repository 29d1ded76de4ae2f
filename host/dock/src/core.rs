//! What all handles of a plugin share.

use std::sync::{Arc, Mutex, RwLock};

use tokio::sync::{Semaphore, watch};

use crate::Interface;
use crate::candidate::Identity;
use crate::event::Event;
use crate::generation::Generation;
use crate::settings::Settings;
use crate::statistics::Recorder;
use crate::status::Status;
use crate::supervisor::Supervisor;
use crate::task::OwnedTask;

/// What all handles of a plugin share.
pub(crate) struct Core<I: Interface> {
    pub(crate) settings: Arc<Settings<I>>,
    /// The generation that serves.
    pub(crate) current: RwLock<Arc<Generation<I>>>,
    /// The one before it, while the current one is on probation.
    pub(crate) previous: Mutex<Option<Previous<I>>>,
    /// One for each instance that may live at a time.
    pub(crate) permits: Semaphore,
    pub(crate) supervisor: Mutex<Supervisor>,
    pub(crate) recorder: Recorder,
    pub(crate) status: watch::Sender<Status>,
    pub(crate) stopped: watch::Sender<bool>,
    /// Held during a reload: one at a time.
    pub(crate) reloads: tokio::sync::Mutex<Reloads>,
    /// Follows the source's files, if it is watched.
    pub(crate) watch: Mutex<Option<OwnedTask>>,
}

impl<I: Interface> Core<I> {
    pub(crate) fn current(&self) -> Arc<Generation<I>> {
        self.current.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    pub(crate) fn set_current(&self, generation: Arc<Generation<I>>) {
        *self.current.write().unwrap_or_else(std::sync::PoisonError::into_inner) = generation;
    }

    pub(crate) fn emit(&self, event: Event) {
        // Nobody listening is no failure.
        let _ = self.settings.events.send(event);
    }
}

/// What earlier reloads left.
#[derive(Debug)]
pub(crate) struct Reloads {
    /// What was tried last, whatever came of it.
    pub(crate) last_tried: Identity,
    /// The highest generation that ever served.
    pub(crate) newest: u64,
}

/// The generation before the current one, kept with its idle instances in case the current one fails early.
pub(crate) struct Previous<I: Interface> {
    pub(crate) generation: Arc<Generation<I>>,
    /// The generation on probation.
    pub(crate) successor: u64,
}
