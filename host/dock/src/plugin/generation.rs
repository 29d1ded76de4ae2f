//! One generation of a plugin, with its idle instances.

use std::sync::Arc;

use tokio::sync::broadcast;

use super::candidate::Identity;
use super::event::Event;
use super::instance::Instance;
use super::linked::Linked;
use crate::Interface;
use crate::instance::Handover;

/// One generation, from which its instances are started.
pub(crate) struct Generation<I: Interface> {
    pub(crate) number: u64,
    pub(crate) identity: Identity,
    pub(crate) linked: Linked<I>,
    events: broadcast::Sender<Event>,
}

impl<I: Interface> Generation<I> {
    /// The hand-over of an instance that replaces a failed one.
    pub(crate) fn handover_after_failure(&self) -> Handover {
        if self.linked.keeps_state { Handover::Lost } else { Handover::None }
    }
}

/// A generation is retired when its last user drops it: an instance with a running call, or the probation of its
/// successor.
impl<I: Interface> Drop for Generation<I> {
    fn drop(&mut self) {
        // Fails only if nobody listens.
        let _ = self.events.send(Event::Retired { generation: self.number });
    }
}

/// A generation with those of its instances that no call uses.
pub(crate) struct Serving<I: Interface> {
    pub(crate) generation: Arc<Generation<I>>,
    pub(crate) idle: Vec<Member<I>>,
}

impl<I: Interface> Serving<I> {
    pub(crate) fn new(successor: Successor<I>, events: broadcast::Sender<Event>) -> Self {
        let Successor { number, identity, linked, first } = successor;
        let generation = Arc::new(Generation { number, identity, linked, events });
        let first = Member { generation: generation.clone(), instance: first };
        Self { generation, idle: vec![first] }
    }
}

/// A new generation that is ready to serve.
pub(crate) struct Successor<I: Interface> {
    pub(crate) number: u64,
    pub(crate) identity: Identity,
    pub(crate) linked: Linked<I>,
    pub(crate) first: Box<Instance<I>>,
}

/// An instance with the generation that it belongs to.
pub(crate) struct Member<I: Interface> {
    pub(crate) instance: Box<Instance<I>>,
    pub(crate) generation: Arc<Generation<I>>,
}
