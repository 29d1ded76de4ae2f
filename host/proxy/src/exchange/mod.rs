//! One request and its response, and the connection that it came on: what logs, figures and filters can ask.

mod connection;
mod flags;
mod open;
mod record;

use std::cell::{Cell, Ref, RefCell};
use std::net::SocketAddr;
use std::rc::{Rc, Weak};
use std::time::{Duration, Instant, SystemTime};

use http::uri::Authority;
use http::{Method, StatusCode, Uri, Version};

pub use self::connection::{ConnectionInfo, TlsInfo};
pub(crate) use self::flags::FLAGS;
pub use self::flags::{Flag, Flags};
pub(crate) use self::open::{EndOfExchange, OpenExchange, ResponseEnd};
pub use self::record::AccessRecord;
use crate::upstream::ClusterPool;

/// A request and its response. Shared by all that have to do with it, on one thread.
#[derive(Debug)]
pub struct ExchangeInfo {
    /// The connection of the client.
    pub connection: Rc<ConnectionInfo>,
    /// The number of the request, unique while the proxy runs.
    pub id: u64,
    /// When its head had been read.
    pub started: Instant,
    /// The same as a time of day.
    pub started_at: SystemTime,
    /// The method that the client sent.
    pub method: Method,
    /// The target that the client sent.
    pub uri: Uri,
    /// The version that the client spoke.
    pub version: Version,
    /// The host that the client asked for, with its port if it gave one.
    pub authority: Option<Authority>,
    route: RefCell<Option<Rc<str>>>,
    upstream: RefCell<Upstream>,
    status: Cell<Option<StatusCode>>,
    flags: Cell<Flags>,
    request_bytes: Cell<u64>,
    response_bytes: Cell<u64>,
    open: RefCell<Weak<OpenExchange>>,
}

/// The server that an exchange was forwarded to, and how long that took.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Upstream {
    /// The cluster.
    pub cluster: Option<Rc<str>>,
    pub(crate) pool: Option<Rc<ClusterPool>>,
    /// The server of the last attempt.
    pub address: Option<SocketAddr>,
    /// How often the request was sent.
    pub attempts: u32,
    /// The time to connect, if the last attempt had to.
    pub connect: Option<Duration>,
    /// From the start to the head of the response.
    pub first_byte: Option<Duration>,
}

impl ExchangeInfo {
    pub(crate) fn new<B>(
        connection: Rc<ConnectionInfo>,
        id: u64,
        request: &http::Request<B>,
        authority: Option<Authority>,
    ) -> Self {
        Self {
            connection,
            id,
            started: Instant::now(),
            started_at: SystemTime::now(),
            method: request.method().clone(),
            uri: request.uri().clone(),
            version: request.version(),
            authority,
            route: RefCell::default(),
            upstream: RefCell::default(),
            status: Cell::default(),
            flags: Cell::default(),
            request_bytes: Cell::default(),
            response_bytes: Cell::default(),
            open: RefCell::default(),
        }
    }

    /// The route that was chosen.
    pub fn route(&self) -> Option<Rc<str>> {
        self.route.borrow().clone()
    }

    /// Sets the chosen route. A filter that changes the request's head may make it another one.
    pub(crate) fn set_route(&self, route: &Rc<str>) {
        *self.route.borrow_mut() = Some(Rc::clone(route));
    }

    /// Where the request was forwarded to, so far.
    pub fn upstream(&self) -> Ref<'_, Upstream> {
        self.upstream.borrow()
    }

    pub(crate) fn change_upstream(&self, change: impl FnOnce(&mut Upstream)) {
        change(&mut self.upstream.borrow_mut());
    }

    /// The status that the client gets, once it is known.
    pub fn status(&self) -> Option<StatusCode> {
        self.status.get()
    }

    pub(crate) fn set_status(&self, status: StatusCode) {
        self.status.set(Some(status));
    }

    /// What went wrong.
    pub fn flags(&self) -> Flags {
        self.flags.get()
    }

    /// Notes what went wrong.
    pub fn flag(&self, flag: Flag) {
        self.flags.set(self.flags.get().with(flag));
    }

    /// Bytes of the request's body that were read.
    pub fn request_bytes(&self) -> u64 {
        self.request_bytes.get()
    }

    /// Bytes of the response's body that were written.
    pub fn response_bytes(&self) -> u64 {
        self.response_bytes.get()
    }

    pub(crate) fn add_request_bytes(&self, bytes: usize) {
        self.request_bytes.set(self.request_bytes.get() + bytes as u64);
    }

    pub(crate) fn add_response_bytes(&self, bytes: usize) {
        self.response_bytes.set(self.response_bytes.get() + bytes as u64);
    }

    pub(super) fn set_open(&self, open: &Rc<OpenExchange>) {
        *self.open.borrow_mut() = Rc::downgrade(open);
    }

    /// Keeps the exchange open, for what goes on after the response: a tunnel.
    pub(crate) fn keep_open(&self) -> Option<Rc<OpenExchange>> {
        self.open.borrow().upgrade()
    }
}
