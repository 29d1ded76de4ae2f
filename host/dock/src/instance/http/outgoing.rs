//! Decides on each request of a plugin, and sends those that are granted.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use http::uri::Scheme;
use http::{Method, Request, Response};
use http_body::Body as _;
use http_body_util::BodyExt as _;
use tokio::sync::Semaphore;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpCtx, WasiHttpHooks};

use super::bounded::{Bounded, Direction};
use super::connection::{self, Destination, Driver, Waits};
use super::tls::Trust;
use crate::grants::{
    Capability, Grant, Granted, HttpAccess, HttpScheme, NetworkHost, Provision, Uses, is_internal,
    is_localhost,
};
use crate::instance::ledger::Ledger;
use crate::instance::limits::Limits;
use crate::instance::log::LogLevel;
use crate::instance::log_sink::LogSink;
use crate::instance::names::{Names, Unresolved};

/// What one instance may send, and the parts that send it.
pub(crate) struct Outgoing {
    pub(super) context: WasiHttpCtx,
    pub(super) hooks: Hooks,
}

pub(super) struct Hooks(Arc<Shared>);

pub(super) struct Shared {
    grants: Vec<(HttpAccess, u64)>,
    names: Names,
    uses: Arc<Uses>,
    log: LogSink,
    /// Of all instances of the plugin.
    places: Arc<Semaphore>,
    trust: Trust,
}

/// A request that is granted.
pub(super) struct Permitted {
    scheme: HttpScheme,
    method: Method,
    /// As the request names it, in lower case and without a dot at its end.
    host: String,
    port: u16,
    body_limit: u64,
}

impl Outgoing {
    pub(crate) fn new(
        granted: &Granted,
        limits: &Limits,
        ledger: &Ledger,
        uses: Arc<Uses>,
        log: LogSink,
    ) -> Self {
        let grants: Vec<_> = granted.grants.iter().filter_map(|grant| access(grant, limits)).collect();
        let hosts = grants.iter().map(|(access, _)| access.host().clone()).collect();
        let names = Names::for_requests(hosts, ledger.lookups.clone(), log.clone());
        let places = ledger.requests.clone();
        let shared = Shared { grants, names, uses, log, places, trust: Trust::System };
        Self { context: WasiHttpCtx::new(), hooks: Hooks(Arc::new(shared)) }
    }
}

/// A grant with the size of a body that it allows.
fn access(Grant { capability, provision }: &Grant, limits: &Limits) -> Option<(HttpAccess, u64)> {
    match (capability, provision) {
        (Capability::Http(access), Provision::Body(bytes)) => Some((access.clone(), *bytes)),
        (Capability::Http(access), _) => Some((access.clone(), limits.http_body_bytes)),
        _ => None,
    }
}

/// What `send_request` returns.
type Sending = Box<dyn Future<Output = Result<(Response<WasiBody>, Driver), Error>> + Send>;

impl WasiHttpHooks for Hooks {
    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _processed: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Sending {
        let shared = self.0.clone();
        let permitted = match shared.permit(&request) {
            Ok(permitted) => permitted,
            Err(error) => return Box::new(async { Err(error) }),
        };
        let Ok(place) = shared.places.clone().try_acquire_owned() else {
            shared
                .warn("a request was refused: the plugin has as many as its limits allow (`http_requests`)");
            return Box::new(async { Err(Error::ConnectionLimitReached) });
        };
        Box::new(async move {
            let (response, driver) = shared.send(permitted, Waits::new(options), request).await?;
            let driver: Driver = Box::new(async move {
                let _place = place;
                Box::into_pin(driver).await
            });
            Ok((response, driver))
        })
    }
}

#[cfg(test)]
impl Hooks {
    pub(super) fn with(self, look_up: crate::instance::names::LookUp, trust: Trust) -> Self {
        let mut shared = Arc::into_inner(self.0).unwrap();
        (shared.names, shared.trust) = (shared.names.looking_up(look_up), trust);
        Self(Arc::new(shared))
    }

    pub(super) fn shared(&self) -> &Shared {
        &self.0
    }
}

impl Shared {
    /// Whether a grant allows the request; counts it as a use.
    pub(super) fn permit(&self, request: &Request<WasiBody>) -> Result<Permitted, Error> {
        let uri = request.uri();
        let scheme = match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTP => HttpScheme::Http,
            Some(scheme) if *scheme == Scheme::HTTPS => HttpScheme::Https,
            _ => return Err(Error::HttpProtocolError),
        };
        let authority = uri.authority().ok_or(Error::HttpRequestUriInvalid)?;
        // Servers and people read what is before `@` in different ways.
        if authority.as_str().contains('@') {
            return Err(Error::HttpRequestUriInvalid);
        }
        let port = authority.port_u16().unwrap_or(scheme.port());
        // What is no name and no address is granted to nobody.
        let host =
            NetworkHost::with_port(authority.host(), port).map_err(|_| Error::HttpRequestUriInvalid)?;
        let method = request.method();
        let is_tunnel = *method == Method::CONNECT;
        let allows = |access: &HttpAccess| !is_tunnel && access.allows(scheme, &host, method.as_str());
        let allowed = || self.grants.iter().filter(|(access, _)| allows(access));
        let Some((access, _)) = allowed().next() else {
            self.warn(&format!("{method} {scheme}://{authority} was refused: it is not granted"));
            return Err(Error::HttpRequestDenied);
        };
        self.uses.count_http(access, port);
        let body_limit = allowed().map(|(_, limit)| *limit).max().unwrap_or_default();
        if request.body().size_hint().lower() > body_limit {
            return Err(self.too_large(Direction::Request, body_limit));
        }
        let host = authority.host().trim_end_matches('.').to_ascii_lowercase();
        Ok(Permitted { scheme, method: method.clone(), host, port, body_limit })
    }

    pub(super) async fn send(
        &self,
        permitted: Permitted,
        waits: Waits,
        request: Request<WasiBody>,
    ) -> Result<(Response<WasiBody>, Driver), Error> {
        let addresses = self.addresses(&permitted).await?;
        let Permitted { scheme, host, port, body_limit, .. } = permitted;
        let is_tls = scheme == HttpScheme::Https;
        let destination = Destination { host, port, is_tls, addresses };
        let request = request.map(|body| Bounded::new(body, Direction::Request, body_limit));
        let exceeded = request.body().exceeded();
        let sent = connection::send(destination, &self.trust, waits, request).await;
        let (response, driver) = match sent {
            Ok(sent) => sent,
            Err(_) if exceeded.load(Ordering::Relaxed) => {
                return Err(self.too_large(Direction::Request, body_limit));
            }
            Err(error) => return Err(error),
        };
        if response.body().size_hint().lower() > body_limit {
            return Err(self.too_large(Direction::Response, body_limit));
        }
        let response =
            response.map(|body| Bounded::new(body, Direction::Response, body_limit).boxed_unsync());
        Ok((response, driver))
    }

    /// The addresses of the host that may be used. One of this machine or its own network has to be granted as it is, with the method and
    /// the port.
    async fn addresses(&self, permitted: &Permitted) -> Result<Vec<IpAddr>, Error> {
        let Permitted { scheme, method, host, port, .. } = permitted;
        let found = self.names.resolve(host).await.map_err(|unresolved| match unresolved {
            Unresolved::NotGranted => Error::DestinationIpProhibited,
            Unresolved::NotFound => {
                Error::DnsError { rcode: Some("the name has no address".to_owned()), info_code: None }
            }
        })?;
        let may_use = |address: &IpAddr| {
            let is_granted = || {
                NetworkHost::with_port(&address.to_string(), *port).is_ok_and(|host| {
                    self.grants.iter().any(|(access, _)| access.allows(*scheme, &host, method.as_str()))
                })
            };
            !is_internal(*address) || is_localhost(host) && address.is_loopback() || is_granted()
        };
        let usable: Vec<_> = found.into_iter().filter(may_use).collect();
        if usable.is_empty() { Err(Error::DestinationIpProhibited) } else { Ok(usable) }
    }

    fn too_large(&self, direction: Direction, limit: u64) -> Error {
        let body = match direction {
            Direction::Request => "request",
            Direction::Response => "answer",
        };
        self.warn(&format!(
            "a {body} was refused: its body is larger than {limit} bytes, which the grant allows"
        ));
        direction.too_large(limit)
    }

    fn warn(&self, message: &str) {
        self.log.write(LogLevel::Warn, "witdock", message);
    }
}
