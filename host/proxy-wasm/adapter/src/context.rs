//! Proxy-Wasm's contexts: the root is 1, each stream has the next number.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};

use crate::semantics;
use crate::single::Single;
use crate::stream::Stream;
use crate::tcp::Connection;

/// The root context, of which an instance has one.
pub(crate) const ROOT: u32 = 1;

/// A context apart from the root.
#[derive(Clone)]
pub(crate) enum Context {
    Http(Rc<Stream>),
    Tcp(Rc<Connection>),
}

impl Context {
    fn id(&self) -> u32 {
        match self {
            Self::Http(stream) => stream.id,
            Self::Tcp(connection) => connection.id,
        }
    }
}

struct Contexts {
    /// Sorted by their numbers.
    streams: RefCell<Vec<Context>>,
    last: Cell<u32>,
    /// The context whose callback runs. 0 while the module starts.
    current: Cell<u32>,
    /// What `proxy_set_effective_context` has set in this callback. 0: nothing.
    effective: Cell<u32>,
}

static CONTEXTS: Single<Contexts> = Single::new(Contexts {
    streams: RefCell::new(Vec::new()),
    last: Cell::new(ROOT),
    current: Cell::new(0),
    effective: Cell::new(0),
});

/// Returns the number of a new stream: one that no living stream has.
pub(crate) fn next() -> u32 {
    let streams = CONTEXTS.streams.borrow();
    let mut id = CONTEXTS.last.get();
    loop {
        id = id.checked_add(1).unwrap_or(ROOT + 1);
        if streams.binary_search_by_key(&id, Context::id).is_err() {
            CONTEXTS.last.set(id);
            return id;
        }
    }
}

pub(crate) fn insert(stream: Context) {
    let mut streams = CONTEXTS.streams.borrow_mut();
    let at = streams.partition_point(|other| other.id() < stream.id());
    streams.insert(at, stream);
}

pub(crate) fn remove(id: u32) -> Option<Context> {
    let mut streams = CONTEXTS.streams.borrow_mut();
    let at = streams.binary_search_by_key(&id, Context::id).ok()?;
    Some(streams.remove(at))
}

fn find(id: u32) -> Option<Context> {
    let streams = CONTEXTS.streams.borrow();
    let at = streams.binary_search_by_key(&id, Context::id).ok()?;
    streams.get(at).cloned()
}

/// Runs a callback of a context.
pub(crate) fn enter<R>(id: u32, run: impl FnOnce() -> R) -> R {
    let before = (CONTEXTS.current.replace(id), CONTEXTS.effective.replace(0));
    let result = run();
    CONTEXTS.current.set(before.0);
    CONTEXTS.effective.set(before.1);
    result
}

/// The number of the context that host functions act on.
pub(crate) fn acting() -> u32 {
    match CONTEXTS.effective.get() {
        0 => CONTEXTS.current.get(),
        effective if effective == ROOT || find(effective).is_some() => effective,
        // It has ended meanwhile.
        _ => CONTEXTS.current.get(),
    }
}

/// The stream that host functions act on. None for the root and for connections.
pub(crate) fn stream() -> Option<Rc<Stream>> {
    match find(acting())? {
        Context::Http(stream) => Some(stream),
        Context::Tcp(_) => None,
    }
}

/// The connection that host functions act on.
pub(crate) fn connection() -> Option<Rc<Connection>> {
    match find(acting())? {
        Context::Http(_) => None,
        Context::Tcp(connection) => Some(connection),
    }
}

/// Returns false for a context that is not there. For Envoy, 0 is the context whose callback runs.
pub(crate) fn set_effective(id: u32) -> bool {
    let is_current = id == 0 && !semantics::is_spec();
    let is_there = is_current || id == ROOT || find(id).is_some();
    if is_there {
        CONTEXTS.effective.set(id);
    }
    is_there
}
