//! One generation of a plugin, with its idle instances.

use std::sync::Mutex;

use tokio::sync::broadcast;

use crate::Interface;
use crate::candidate::Identity;
use crate::event::Event;
use crate::instance::Live;
use crate::linked::Linked;
use crate::lock::lock;

/// One generation. It is retired when the last one lets go of it: a call that still runs, or the probation of its
/// successor.
pub(crate) struct Generation<I: Interface> {
    pub(crate) number: u64,
    pub(crate) identity: Identity,
    pub(crate) linked: Linked<I>,
    idle: Mutex<Vec<Live<I>>>,
    events: broadcast::Sender<Event>,
}

impl<I: Interface> Generation<I> {
    /// A generation with its first instance.
    pub(crate) fn new(
        number: u64,
        identity: Identity,
        linked: Linked<I>,
        first: Live<I>,
        events: broadcast::Sender<Event>,
    ) -> Self {
        Self { number, identity, linked, idle: Mutex::new(vec![first]), events }
    }

    pub(crate) fn take_idle(&self) -> Option<Live<I>> {
        lock(&self.idle).pop()
    }

    pub(crate) fn put_idle(&self, live: Live<I>) {
        lock(&self.idle).push(live);
    }
}

impl<I: Interface> Drop for Generation<I> {
    fn drop(&mut self) {
        // Nobody listening is no failure.
        let _ = self.events.send(Event::Retired { generation: self.number });
    }
}
