//! Connections in memory, through one filter.

use super::tester::{Cluster, answered};
use super::world::{Entered, World};
use crate::bindings::exports::witdock::proxy::filter::Configuration;
use crate::properties::Property;
use crate::tcp::{Peer, Running, TcpFilter, TcpStream};
use crate::testing::Message;
use crate::{Action, CallFailure, EditError};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;

/// A connection, with the functions that the bindings' has.
#[derive(Clone, Debug, Default)]
pub(crate) struct Connection(Rc<RefCell<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    /// From the client, and from the upstream.
    held: [Vec<u8>; 2],
    resumed: [bool; 2],
    closed: bool,
}

fn index(peer: Peer) -> usize {
    match peer {
        Peer::Client => 0,
        Peer::Upstream => 1,
    }
}

#[allow(clippy::indexing_slicing, reason = "the indices are those of an enum's values")]
impl Connection {
    pub(crate) fn data_size(&self, from: Peer) -> u64 {
        self.0.borrow().held[index(from)].len() as u64
    }

    pub(crate) fn data(&self, from: Peer, start: u64, length: u64) -> Vec<u8> {
        let inner = self.0.borrow();
        let held = &inner.held[index(from)];
        held.get(super::exchange::cut(held.len(), start, length)).unwrap_or_default().to_vec()
    }

    pub(crate) fn edit_data(
        &self,
        from: Peer,
        start: u64,
        length: u64,
        data: &[u8],
    ) -> Result<(), EditError> {
        let held = &mut self.0.borrow_mut().held[index(from)];
        held.splice(super::exchange::cut(held.len(), start, length), data.iter().copied());
        Ok(())
    }

    pub(crate) fn resume(&self, from: Peer) {
        self.0.borrow_mut().resumed[index(from)] = true;
    }

    pub(crate) fn close(&self) {
        self.0.borrow_mut().closed = true;
    }

    fn push(&self, from: Peer, data: &[u8]) {
        self.0.borrow_mut().held[index(from)].extend_from_slice(data);
    }

    fn take(&self, from: Peer) -> Vec<u8> {
        std::mem::take(&mut self.0.borrow_mut().held[index(from)])
    }

    fn take_resumed(&self, from: Peer) -> bool {
        std::mem::take(&mut self.0.borrow_mut().resumed[index(from)])
    }

    fn is_closed(&self) -> bool {
        self.0.borrow().closed
    }
}

/// What came of a connection.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Connected {
    to_upstream: Vec<u8>,
    to_client: Vec<u8>,
    is_closed: bool,
    is_paused: bool,
}

impl Connected {
    /// What the upstream got.
    pub fn to_upstream(&self) -> Vec<u8> {
        self.to_upstream.clone()
    }

    /// What the client got.
    pub fn to_client(&self) -> Vec<u8> {
        self.to_client.clone()
    }

    /// Whether the filter closed it.
    pub fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// Whether the filter paused it, and nothing was left that could resume it.
    pub fn is_paused(&self) -> bool {
        self.is_paused
    }
}

/// A proxy in memory with one filter of connections. See [`tcp`](crate::tcp).
pub struct TcpTester<F: TcpFilter> {
    running: Running<F>,
    world: Rc<RefCell<World>>,
    clusters: HashMap<String, Cluster>,
}

impl<F: TcpFilter> fmt::Debug for TcpTester<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TcpTester").field("world", &self.world).finish_non_exhaustive()
    }
}

impl<F: TcpFilter> TcpTester<F> {
    /// Configures the filter. The client is `203.0.113.7:50000`.
    ///
    /// # Errors
    ///
    /// What is wrong with the settings, as the operator would see it.
    pub fn new(settings: Value) -> Result<Self, String> {
        let world = Rc::new(RefCell::new(World::new()));
        let running = {
            let _entered = Entered::new(&world);
            let settings = settings.to_string().into_bytes();
            let name = "tested".to_owned();
            Running::configure(&Configuration { name, settings, shared_settings: Vec::new() })?
        };
        let mut tester = Self { running, world, clusters: HashMap::new() };
        tester.property(&["source", "address"], Property::Text(b"203.0.113.7:50000".to_vec()));
        Ok(tester)
    }

    /// Sets a property of all connections.
    pub fn property(&mut self, path: &[&str], value: Property) {
        let path: Vec<_> = path.iter().map(|part| (*part).to_owned()).collect();
        let mut world = self.world.borrow_mut();
        world.properties.retain(|(own, _)| *own != path);
        world.properties.push((path, value));
    }

    /// The value of a key of the shared data.
    pub fn shared(&self, key: &str) -> Option<Vec<u8>> {
        self.world.borrow().shared.get(key).map(|entry| entry.value.clone())
    }

    /// Gives the filter a cluster that it may call, and what answers there.
    pub fn cluster(
        &mut self,
        name: &str,
        answer: impl FnMut(&Message) -> Result<Message, CallFailure> + 'static,
    ) {
        self.clusters.insert(name.to_owned(), Box::new(answer));
        self.world.borrow_mut().clusters.insert(name.to_owned());
    }

    /// Takes what a client sends, in these pieces, and then what the upstream sends, through the filter. The last piece of each ends it.
    pub fn run<P: AsRef<[u8]>, const N: usize, Q: AsRef<[u8]>, const M: usize>(
        &mut self,
        client: [P; N],
        upstream: [Q; M],
    ) -> Connected {
        let _entered = Entered::new(&self.world);
        let connection = Connection::default();
        let mut stream = TcpStream::new(connection.clone());
        let mut connected = Connected::default();
        let action = self.running.open(&mut stream);
        let mut goes_on = self.goes_on(&mut stream, &connection, Peer::Client, action);
        connected.is_paused = !goes_on && !connection.is_closed();
        if goes_on {
            let client: Vec<_> = client.iter().map(AsRef::as_ref).collect();
            let upstream: Vec<_> = upstream.iter().map(AsRef::as_ref).collect();
            for (from, pieces) in [(Peer::Client, client), (Peer::Upstream, upstream)] {
                for (at, piece) in pieces.iter().enumerate() {
                    if connection.is_closed() {
                        break;
                    }
                    connection.push(from, piece);
                    let end = at + 1 == pieces.len();
                    let action = self.running.data(&mut stream, from, end);
                    goes_on = self.goes_on(&mut stream, &connection, from, action);
                    connected.is_paused |= end && !goes_on && !connection.is_closed();
                    if goes_on {
                        let to = match from {
                            Peer::Client => &mut connected.to_upstream,
                            Peer::Upstream => &mut connected.to_client,
                        };
                        to.extend(connection.take(from));
                    }
                }
                if !connection.is_closed() {
                    self.running.closed(&mut stream, from);
                }
            }
        }
        connected.is_closed = connection.is_closed();
        self.running.log(&mut stream);
        self.world.borrow_mut().calls.retain(|call| call.of_instance);
        connected
    }

    /// Answers the filter's calls. Returns whether what a callback saw goes on.
    fn goes_on(
        &mut self,
        stream: &mut TcpStream<F>,
        connection: &Connection,
        from: Peer,
        action: Action,
    ) -> bool {
        while let Some((number, outcome)) = answered(&self.world, &mut self.clusters, false) {
            self.running.call_ended(stream, number, outcome);
        }
        connection.take_resumed(from) || action == Action::Proceed
    }
}
