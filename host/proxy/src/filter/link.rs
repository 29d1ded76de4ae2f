//! A connection without HTTP, as the filters of a chain share it.

use std::sync::{Arc, Mutex, MutexGuard};

use tokio::sync::Notify;
use tokio::sync::futures::Notified;
use wasmtime::component::ResourceAny;

use super::bindings::witdock::proxy::tcp::Peer;
use super::bindings::witdock::proxy::types::EditError;
use super::held::Held;
use super::lock;

/// A client's connection with the upstream's. Cheap to clone: all clones are the same one.
#[derive(Clone, Debug)]
pub(crate) struct Link(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    inner: Mutex<Inner>,
    /// Wakes the chain after a callback that the chain does not wait for.
    changed: Notify,
}

/// What a guest's `connection` is: the connection, seen from one filter of its chain.
#[derive(Clone, Debug)]
#[allow(unreachable_pub, reason = "generated code names it")]
pub struct ConnectionHandle {
    link: Link,
    filter: usize,
}

/// What the chain and its filters know of a connection.
#[derive(Debug)]
pub(crate) struct Inner {
    /// The number of the client's connection.
    pub(crate) id: u64,
    pub(crate) filters: Vec<Filter>,
}

/// What one filter holds of a connection, and what its callbacks have asked for.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    /// What it holds of the data from each peer.
    held: [Held; 2],
    /// Whether data from each peer is with it, so that it can change it.
    here: [bool; 2],
    resume: [bool; 2],
    close: bool,
    pub(crate) stream: Option<ResourceAny>,
    pub(crate) failed: Option<String>,
    most_held: usize,
}

fn index(peer: Peer) -> usize {
    match peer {
        Peer::Client => 0,
        Peer::Upstream => 1,
    }
}

impl Link {
    pub(super) fn new(id: u64, most_held: impl Iterator<Item = usize>) -> Self {
        let filters = most_held.map(|most_held| Filter { most_held, ..Filter::default() }).collect();
        Self(Arc::new(Shared { inner: Mutex::new(Inner { id, filters }), changed: Notify::new() }))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Inner> {
        lock(&self.0.inner)
    }

    /// Tells the chain to look at what its filters have asked for.
    pub(super) fn tell(&self) {
        self.0.changed.notify_waiters();
    }

    /// Completes when [`tell`](Self::tell) was called after this.
    pub(super) fn told(&self) -> Notified<'_> {
        self.0.changed.notified()
    }

    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    pub(super) fn handle(&self, filter: usize) -> ConnectionHandle {
        ConnectionHandle { link: self.clone(), filter }
    }
}

impl Filter {
    /// Adds a piece of data, and returns the size of all that is held.
    pub(super) fn push(&mut self, from: Peer, piece: &mut Held) -> usize {
        let at = index(from);
        if let (Some(held), Some(here)) = (self.held.get_mut(at), self.here.get_mut(at)) {
            held.append(piece);
            *here = true;
            return held.size();
        }
        0
    }

    /// Whether it holds more than it may.
    pub(super) fn is_too_much(&self, from: Peer) -> bool {
        self.held.get(index(from)).is_some_and(|held| held.size() > self.most_held)
    }

    /// Takes what is held.
    pub(super) fn take(&mut self, from: Peer) -> Held {
        let at = index(from);
        if let Some(here) = self.here.get_mut(at) {
            *here = false;
        }
        self.held.get_mut(at).map(Held::take).unwrap_or_default()
    }

    /// Takes whether data from this peer goes on.
    pub(super) fn take_resume(&mut self, from: Peer) -> bool {
        self.resume.get_mut(index(from)).is_some_and(std::mem::take)
    }

    /// Whether both connections are to be closed.
    pub(super) fn closes(&self) -> bool {
        self.close
    }
}

impl ConnectionHandle {
    pub(super) fn link(&self) -> &Link {
        &self.link
    }

    /// The place of the handle's filter in the chain.
    pub(super) fn filter(&self) -> usize {
        self.filter
    }

    fn own<R>(&self, use_it: impl FnOnce(&mut Filter) -> R) -> Option<R> {
        self.link.lock().filters.get_mut(self.filter).map(use_it)
    }

    pub(super) fn data_size(&self, from: Peer) -> u64 {
        self.own(|own| own.held.get(index(from)).map_or(0, Held::size) as u64).unwrap_or_default()
    }

    pub(super) fn data(&self, from: Peer, start: u64, length: u64) -> Vec<u8> {
        self.own(|own| own.held.get(index(from)).map(|held| held.read(start, length)))
            .flatten()
            .unwrap_or_default()
    }

    pub(super) fn edit_data(
        &self,
        from: Peer,
        start: u64,
        length: u64,
        data: Vec<u8>,
    ) -> Result<(), EditError> {
        self.own(|own| {
            let at = index(from);
            let (Some(held), Some(true)) = (own.held.get_mut(at), own.here.get(at)) else {
                return Err(EditError::Absent);
            };
            if held.size_after(start, length, data.len()) > own.most_held {
                return Err(EditError::TooLarge(own.most_held as u64));
            }
            held.splice(start, length, data);
            Ok(())
        })
        .unwrap_or(Err(EditError::Absent))
    }

    pub(super) fn resume(&self, from: Peer) {
        self.own(|own| {
            if let Some(resume) = own.resume.get_mut(index(from)) {
                *resume = true;
            }
        });
    }

    pub(super) fn close(&self) {
        self.own(|own| own.close = true);
    }
}
