//! Filters of connections: [`TcpFilter`].
//!
//! ```
//! use witdock_proxy_guest::tcp::{Connection, Peer, TcpFilter, TcpStream};
//! use witdock_proxy_guest::testing::TcpTester;
//! use witdock_proxy_guest::{Action, NoSettings, Result};
//!
//! /// Lets only clients through that begin with a greeting.
//! struct Greeting;
//!
//! impl TcpFilter for Greeting {
//!     type Settings = NoSettings;
//!     /// Whether the greeting has come.
//!     type State = bool;
//!
//!     fn configure(_: NoSettings) -> Result<Self, String> {
//!         Ok(Self)
//!     }
//!
//!     fn on_data(&mut self, stream: &mut TcpStream<Self>, from: Peer, end: bool) -> Result<Action> {
//!         if stream.state || from == Peer::Upstream {
//!             return Ok(Action::Proceed);
//!         }
//!         let data = stream.data(Peer::Client);
//!         if data.size() < 6 && !end {
//!             return Ok(Action::Pause);
//!         }
//!         if data.read_range(..6) != b"HELLO " {
//!             stream.close();
//!             return Ok(Action::Pause);
//!         }
//!         data.splice(..6, "")?;
//!         stream.state = true;
//!         Ok(Action::Proceed)
//!     }
//! }
//!
//! witdock_proxy_guest::export_tcp!(Greeting);
//!
//! let mut tester = TcpTester::<Greeting>::new(serde_json::json!({}))?;
//! let connected = tester.run(["HEL", "LO you"], ["hi"]);
//! assert_eq!((connected.to_upstream(), connected.to_client()), (b"you".to_vec(), b"hi".to_vec()));
//! assert!(tester.run(["GET / HTTP/1.1"], [""]).is_closed());
//! # Ok::<(), String>(())
//! ```

use crate::bindings::exports::witdock::proxy::filter::Configuration;
pub use crate::bindings::witdock::proxy::http_calls::CallError;
pub use crate::bindings::witdock::proxy::tcp::Peer;
use crate::body::span;
use crate::host;
use crate::{Action, Call, EditError, Outcome, Property, Result, settings};
use serde::de::DeserializeOwned;
use std::fmt;
use std::net::SocketAddr;
use std::ops::{Deref, RangeBounds};
use witdock_guest::log;

/// A filter of connections, of a listener with `protocol = "tcp"`. Only [`configure`](Self::configure) is required.
///
/// An error from a callback is logged, and closes the connection.
pub trait TcpFilter: Sized + 'static {
    /// The filter's settings, as those of [`HttpFilter`](crate::HttpFilter::Settings).
    type Settings: DeserializeOwned;

    /// What the filter keeps for one connection until its end; `()` for nothing.
    type State: Default + 'static;

    /// Creates the filter.
    ///
    /// # Errors
    ///
    /// A text for whoever wrote the settings: what was found, and what is expected.
    fn configure(settings: Self::Settings) -> std::result::Result<Self, String>;

    /// A client has connected. The upstream is connected to when this proceeds.
    ///
    /// # Errors
    ///
    /// An error closes the connection.
    fn on_open(&mut self, stream: &mut TcpStream<Self>) -> Result<Action> {
        let _ = stream;
        Ok(Action::Proceed)
    }

    /// Data has come from this peer. `end`: it sends no more.
    ///
    /// # Errors
    ///
    /// An error closes the connection.
    fn on_data(&mut self, stream: &mut TcpStream<Self>, from: Peer, end: bool) -> Result<Action> {
        let _ = (stream, from, end);
        Ok(Action::Proceed)
    }

    /// This peer has closed its connection, or it broke.
    fn on_closed(&mut self, stream: &mut TcpStream<Self>, by: Peer) {
        let _ = (stream, by);
    }

    /// The connection has ended, in whatever way.
    fn log(&mut self, stream: &mut TcpStream<Self>) {
        let _ = stream;
    }
}

/// What the filter does with the answer to a call of one connection.
type Then<F> = Box<dyn FnOnce(&mut F, &mut TcpStream<F>, Outcome) -> Result<()>>;

/// The filter's part of one connection: the [`Connection`], and what the filter keeps for it.
pub struct TcpStream<F: TcpFilter> {
    /// What the filter keeps for this connection.
    pub state: F::State,
    connection: Connection,
    calls: Vec<(u64, Then<F>)>,
}

impl<F: TcpFilter> fmt::Debug for TcpStream<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TcpStream").field("calls", &self.calls.len()).finish_non_exhaustive()
    }
}

impl<F: TcpFilter> Deref for TcpStream<F> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl<F: TcpFilter> TcpStream<F> {
    pub(crate) fn new(connection: host::tcp::Connection) -> Self {
        Self { state: F::State::default(), connection: Connection(connection), calls: Vec::new() }
    }

    /// Begins a call to a cluster, and returns its number. `then` gets the answer, while the connection lasts; it resumes what was paused for
    /// it. An error from it closes the connection.
    ///
    /// # Errors
    ///
    /// [`CallError`] if the filter may not call the cluster, the request is invalid, or too many calls wait.
    pub fn call(
        &mut self,
        call: Call,
        then: impl FnOnce(&mut F, &mut Self, Outcome) -> Result<()> + 'static,
    ) -> std::result::Result<u64, CallError> {
        let number = host::http_calls::start_for_connection(&self.connection.0, call.as_wit())?;
        self.calls.push((number, Box::new(then)));
        Ok(number)
    }

    /// Closes the connection for an error.
    fn fail(&self, error: &crate::Error) -> Action {
        log::error!("{error}");
        self.close();
        Action::Pause
    }
}

/// One connection of a client with the upstream's.
pub struct Connection(host::tcp::Connection);

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Connection").finish_non_exhaustive()
    }
}

impl Connection {
    /// What is held of the data from this peer.
    pub fn data(&self, from: Peer) -> Data<'_> {
        Data { connection: self, from }
    }

    /// Lets data from this peer go on that was paused, after the callback. After a paused [`TcpFilter::on_open`], the client's.
    pub fn resume(&self, from: Peer) {
        self.0.resume(from);
    }

    /// Closes both connections, after the callback and after what was let through.
    pub fn close(&self) {
        self.0.close();
    }

    /// A property of the connection, by its path: `["source", "address"]`.
    pub fn property(&self, path: &[&str]) -> Option<Property> {
        let path: Vec<_> = path.iter().map(|part| (*part).to_owned()).collect();
        host::properties::of_connection(&self.0, &path)
    }

    /// The client's address and port.
    pub fn source_address(&self) -> Option<SocketAddr> {
        self.property(&["source", "address"])?.as_text()?.parse().ok()
    }
}

/// What is held of the data from one peer. A callback that proceeds lets it go; one that pauses keeps it, and the next one sees it with
/// what has come since.
#[derive(Clone, Copy, Debug)]
pub struct Data<'a> {
    connection: &'a Connection,
    from: Peer,
}

impl Data<'_> {
    /// Its size, in bytes.
    pub fn size(&self) -> u64 {
        self.connection.0.data_size(self.from)
    }

    /// All of it.
    pub fn read(&self) -> Vec<u8> {
        self.read_range(..)
    }

    /// Some of it; fewer bytes at its end.
    pub fn read_range(&self, range: impl RangeBounds<u64>) -> Vec<u8> {
        let (start, length) = span(range);
        self.connection.0.data(self.from, start, length)
    }

    /// Puts `data` in place of all of it.
    ///
    /// # Errors
    ///
    /// [`EditError`] if there is too much of it.
    pub fn replace(&self, data: impl AsRef<[u8]>) -> std::result::Result<(), EditError> {
        self.splice(.., data)
    }

    /// Puts `data` in place of these bytes. The range is cut at the end.
    ///
    /// # Errors
    ///
    /// As [`replace`](Self::replace).
    pub fn splice(
        &self,
        range: impl RangeBounds<u64>,
        data: impl AsRef<[u8]>,
    ) -> std::result::Result<(), EditError> {
        let (start, length) = span(range);
        self.connection.0.edit_data(self.from, start, length, data.as_ref())
    }
}

/// A configured filter.
pub(crate) struct Running<F: TcpFilter>(F);

impl<F: TcpFilter> Running<F> {
    pub(crate) fn configure(configuration: &Configuration) -> std::result::Result<Self, String> {
        Ok(Self(F::configure(settings::parse(&configuration.settings)?)?))
    }

    pub(crate) fn open(&mut self, stream: &mut TcpStream<F>) -> Action {
        self.0.on_open(stream).unwrap_or_else(|error| stream.fail(&error))
    }

    pub(crate) fn data(&mut self, stream: &mut TcpStream<F>, from: Peer, end: bool) -> Action {
        self.0.on_data(stream, from, end).unwrap_or_else(|error| stream.fail(&error))
    }

    pub(crate) fn closed(&mut self, stream: &mut TcpStream<F>, by: Peer) {
        self.0.on_closed(stream, by);
    }

    pub(crate) fn log(&mut self, stream: &mut TcpStream<F>) {
        self.0.log(stream);
    }

    pub(crate) fn call_ended(&mut self, stream: &mut TcpStream<F>, number: u64, outcome: Outcome) {
        let Some(at) = stream.calls.iter().position(|(own, _)| *own == number) else { return };
        let (_, then) = stream.calls.swap_remove(at);
        if let Err(error) = then(&mut self.0, stream, outcome) {
            stream.fail(&error);
        }
    }
}
