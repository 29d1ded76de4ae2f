//! A connection: a context of Proxy-Wasm for one connection without HTTP.

use alloc::rc::Rc;
use core::cell::Cell;

use crate::bindings::exports::witdock::proxy::tcp_filter::{
    Action, Call, Connection as Handle, GuestTcpStream, Outcome, Peer,
};
use crate::context::{self, Context, ROOT};
use crate::module;
use crate::semantics;

pub(crate) struct Connection {
    pub(crate) id: u32,
    pub(crate) handle: Handle,
    /// The peers whose data a callback has seen and not let through, by [`bit`]. For Envoy, there is no other.
    seen: Cell<u8>,
    phase: Cell<Phase>,
    /// The proxy has dropped the resource.
    is_dropped: Cell<bool>,
}

#[derive(Clone, Copy, PartialEq)]
enum Phase {
    Open,
    /// `proxy_on_done` answered false, and `proxy_done` has not come.
    Pending,
    Done,
}

fn bit(peer: Peer) -> u8 {
    match peer {
        Peer::Client => 1,
        Peer::Upstream => 2,
    }
}

/// Who closed a connection: the ABI knows 0, unknown; 1, this side; 2, the other one.
const REMOTE: u32 = 2;

fn action(answer: u32) -> Action {
    if answer == 1 { Action::Pause } else { Action::Proceed }
}

impl Connection {
    pub(crate) fn has_data(&self, peer: Peer) -> bool {
        semantics::is_spec() || self.seen.get() & bit(peer) != 0
    }

    fn call<R>(&self, run: impl FnOnce() -> R) -> R {
        context::enter(self.id, run)
    }

    /// Done, log, delete: for connections, Envoy has the order of the specification.
    fn end(&self) {
        let done = self.call(|| module::proxy_on_done(self.id)) != 0;
        if done || !semantics::is_spec() {
            self.finish();
        } else {
            self.phase.set(Phase::Pending);
        }
    }

    fn finish(&self) {
        self.call(|| module::proxy_on_log(self.id));
        self.phase.set(Phase::Done);
    }

    fn delete(&self) {
        self.call(|| module::proxy_on_delete(self.id));
        context::remove(self.id);
    }

    /// `proxy_done`. Returns whether the connection waited for it.
    pub(crate) fn done(&self) -> bool {
        if self.phase.get() != Phase::Pending {
            return false;
        }
        self.finish();
        if self.is_dropped.get() {
            self.delete();
        }
        true
    }
}

/// The resource, which the proxy holds for as long as the connection is there.
pub(crate) struct TcpStream(Rc<Connection>);

impl Drop for TcpStream {
    fn drop(&mut self) {
        let connection = &self.0;
        if connection.phase.get() == Phase::Open {
            connection.end();
        }
        connection.is_dropped.set(true);
        if connection.phase.get() == Phase::Done {
            connection.delete();
        }
    }
}

impl GuestTcpStream for TcpStream {
    fn new(handle: Handle) -> Self {
        let connection = Rc::new(Connection {
            id: context::next(),
            handle,
            seen: Cell::new(0),
            phase: Cell::new(Phase::Open),
            is_dropped: Cell::new(false),
        });
        context::insert(Context::Tcp(connection.clone()));
        connection.call(|| module::proxy_on_context_create(connection.id, ROOT));
        Self(connection)
    }

    fn on_open(&self) -> Action {
        action(self.0.call(|| module::proxy_on_new_connection(self.0.id)))
    }

    fn on_data(&self, sender: Peer, size: u64, end: bool) -> Action {
        let connection = &self.0;
        connection.seen.set(connection.seen.get() | bit(sender));
        let size = u32::try_from(size).unwrap_or(u32::MAX);
        let answer = connection.call(|| match sender {
            Peer::Client => module::proxy_on_downstream_data(connection.id, size, end.into()),
            Peer::Upstream => module::proxy_on_upstream_data(connection.id, size, end.into()),
        });
        let action = action(answer);
        if action == Action::Proceed {
            connection.seen.set(connection.seen.get() & !bit(sender));
        }
        action
    }

    fn on_closed(&self, by: Peer) {
        let connection = &self.0;
        connection.call(|| match by {
            Peer::Client => module::proxy_on_downstream_connection_close(connection.id, REMOTE),
            Peer::Upstream => module::proxy_on_upstream_connection_close(connection.id, REMOTE),
        });
    }

    /// All calls of a module are its root's.
    fn on_call_ended(&self, _: Call, _: Outcome) {}

    fn log(&self) {
        if self.0.phase.get() == Phase::Open {
            self.0.end();
        }
    }
}
