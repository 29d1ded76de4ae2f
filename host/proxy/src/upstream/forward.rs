use std::cell::Cell;
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use http::header::{self, HeaderValue};
use http::request::Parts;
use http::uri::{PathAndQuery, Scheme};
use http::{Method, Request, Response, StatusCode, Uri, Version};
use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;
use tokio::time::Instant;

use super::cluster::{Admitted, Counted};
use super::error::UpstreamError;
use super::fields::{self, Forwarding};
use super::pool::{ClusterPool, Lease, SendError};
use crate::body::{Body, BodyError, Gate, Gated, Guarded, Observer, Replay, Steady};
use crate::config::Action;
use crate::exchange::{ExchangeInfo, Flag};
use crate::route::Route;
use crate::running::Running;
use crate::tunnel;

/// How long a server has to answer `Expect: 100-continue`, before it gets the body all the same. As curl waits.
const CONTINUE_TIME: Duration = Duration::from_secs(1);
/// Attempts on connections that the server had closed meanwhile. They cost it nothing, so they are not retries.
const STALE_ATTEMPTS: u32 = 3;

/// A request on its way to a cluster.
pub(crate) struct Forward<'a> {
    pool: &'a Rc<ClusterPool>,
    /// When the exchange has to end, and the time that it was given.
    deadline: Option<(Instant, Duration)>,
    /// What a client's request has, and a request of the proxy's own has not.
    client: Option<ClientSide<'a>>,
}

struct ClientSide<'a> {
    route: &'a Route,
    info: &'a Rc<ExchangeInfo>,
    forwarding: &'a Forwarding,
}

/// What one attempt needs besides the request's head.
struct Outgoing {
    /// The body, where it may be sent again.
    replay: Option<Replay>,
    /// The body, where it is sent once.
    body: Option<Body>,
    /// The protocol that the client wants to change to, and its connection once it has.
    upgrade: Option<(HeaderValue, OnUpgrade)>,
    expects_continue: bool,
    takes_trailers: bool,
    /// When the body was sent to its end.
    sent: Rc<Cell<Option<Instant>>>,
}

impl<'a> Forward<'a> {
    /// A client's request, to the cluster of its route.
    pub(crate) fn by_route(
        running: &'a Running,
        route: &'a Route,
        info: &'a Rc<ExchangeInfo>,
        deadline: Option<(Instant, Duration)>,
    ) -> Result<Self, UpstreamError> {
        let Action::Cluster(name) = &route.config.action else {
            return Err(UpstreamError::NoCluster(route.name.to_string()));
        };
        let pool = running.clusters.get(name).ok_or_else(|| UpstreamError::NoCluster(name.clone()))?;
        let client = ClientSide { route, info, forwarding: &running.forwarding };
        Ok(Self { pool, deadline, client: Some(client) })
    }

    /// A request of the proxy's own, or of a filter. Nothing is added to it.
    pub(crate) fn call(pool: &'a Rc<ClusterPool>, time: Duration) -> Self {
        Self { pool, deadline: Some((Instant::now() + time, time)), client: None }
    }

    /// Notes something about the client's exchange.
    fn note(&self, note: impl FnOnce(&ExchangeInfo)) {
        if let Some(client) = &self.client {
            note(client.info);
        }
    }

    /// Sends the request and gives the response, whose body is still to be read.
    pub(crate) async fn run(&self, request: Request<Body>) -> Result<Response<Body>, UpstreamError> {
        let Some((deadline, time)) = self.deadline else { return self.attempts(request).await };
        match tokio::time::timeout_at(deadline, self.attempts(request)).await {
            Ok(result) => result,
            Err(_) => Err(UpstreamError::Timeout(time)),
        }
    }

    async fn attempts(&self, request: Request<Body>) -> Result<Response<Body>, UpstreamError> {
        let pool = self.pool;
        let cluster = pool.cluster();
        self.note(|info| {
            info.change_upstream(|upstream| {
                upstream.cluster = Some(Rc::clone(pool.name()));
                upstream.pool = Some(Rc::clone(pool));
            });
        });
        let mut admitted = Admitted::new(cluster).ok_or_else(|| pool.overflow("requests"))?;
        let (head, mut outgoing) = self.prepare(request, pool)?;
        let is_idempotent = is_idempotent(&head.method);
        let mut retries: Vec<Counted<'_>> = Vec::new();
        let (mut left, mut stale_left) = (cluster.config.retry.attempts, STALE_ATTEMPTS);
        let mut before = None;
        loop {
            let Some(server) = cluster.choose(before) else {
                return Err(UpstreamError::NoHealthyServer { cluster: cluster.name.clone() });
            };
            before = Some(server);
            admitted.at(server);
            let failure = match pool.lease(server).await {
                Ok(lease) => match self.attempt(&head, &mut outgoing, pool, lease, server).await? {
                    Attempt::Answered(answer) => {
                        let is_failure = is_server_failure(answer.response.status());
                        if !(is_failure && is_idempotent && left > 0 && outgoing.can_repeat()) {
                            return Ok(self.give(*answer, outgoing, pool, admitted));
                        }
                        let Some(retry) = cluster.retry() else {
                            return Ok(self.give(*answer, outgoing, pool, admitted));
                        };
                        answer.discard(&outgoing);
                        retries.push(retry);
                        left -= 1;
                        self.note(|info| info.flag(Flag::Retried));
                        continue;
                    }
                    // The connection had been closed before the request: the next one is tried, at no cost.
                    Attempt::Stale(error) => {
                        if stale_left > 0 && outgoing.can_repeat() {
                            stale_left -= 1;
                            before = None;
                            continue;
                        }
                        error
                    }
                    Attempt::Failed(error) => error,
                },
                Err(error) => error,
            };
            if failure.blames_server() {
                cluster.failed(server, &failure);
            }
            let may_repeat = failure.is_before_request()
                || (is_idempotent && matches!(failure, UpstreamError::Reset { .. }));
            if !(may_repeat && left > 0 && outgoing.can_repeat()) {
                return Err(failure);
            }
            let Some(retry) = cluster.retry() else { return Err(failure) };
            retries.push(retry);
            left -= 1;
            self.note(|info| info.flag(Flag::Retried));
        }
    }

    /// The head as the server gets it, and the rest.
    fn prepare(
        &self,
        mut request: Request<Body>,
        pool: &ClusterPool,
    ) -> Result<(Parts, Outgoing), UpstreamError> {
        let config = &pool.cluster().config;
        let on_upgrade = hyper::upgrade::on(&mut request);
        let (mut head, body) = request.into_parts();
        let upgrade = match &self.client {
            Some(client) if !config.http2 => fields::upgrade(&head, &client.route.config.upgrades),
            _ => None,
        };
        let expects_continue = head
            .headers
            .get(header::EXPECT)
            .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"));
        let takes_trailers = fields::takes_trailers(&head.headers);
        fields::remove_hop_by_hop(&mut head.headers);
        if let Some(client) = &self.client {
            client.forwarding.add(&mut head.headers, client.info);
        }
        head.extensions.clear();
        if let Some(host) = &config.host {
            let value = HeaderValue::from_str(host.as_str());
            head.headers.insert(header::HOST, value.map_err(|_| UpstreamError::Unsupported("invalid host"))?);
        }
        if let Some(uri) = self.replaced_prefix(&head.uri) {
            head.uri = uri;
        }
        // Only HTTP/1 servers are asked for the body with a `100 Continue`.
        let expects_continue = expects_continue && !config.http2 && !body.is_empty();
        if !expects_continue {
            head.headers.remove(header::EXPECT);
        }
        let sent = Rc::new(Cell::new(None));
        let body = Guarded::wrap(body, Sent(Rc::clone(&sent)));
        let (replay, body) = if config.retry.attempts > 0 && upgrade.is_none() {
            (Some(Replay::new(body, config.retry.body_bytes)), None)
        } else {
            (None, Some(body))
        };
        let upgrade = upgrade.map(|value| (value, on_upgrade));
        Ok((head, Outgoing { replay, body, upgrade, expects_continue, takes_trailers, sent }))
    }

    /// The target with another beginning, if the route says so.
    fn replaced_prefix(&self, uri: &Uri) -> Option<Uri> {
        let route = &self.client.as_ref()?.route.config;
        let (prefix, pattern) = (route.replace_prefix.as_ref()?, route.path.as_ref()?);
        let path = uri.path_and_query()?;
        let rest = path.as_str().strip_prefix(pattern.prefix())?;
        let joined = match (prefix.ends_with('/'), rest.starts_with('/')) {
            (true, true) => format!("{prefix}{}", rest.trim_start_matches('/')),
            _ => format!("{prefix}{rest}"),
        };
        PathAndQuery::try_from(joined).ok().map(Uri::from)
    }

    async fn attempt(
        &self,
        head: &Parts,
        outgoing: &mut Outgoing,
        pool: &ClusterPool,
        mut lease: Lease,
        server: usize,
    ) -> Result<Attempt, UpstreamError> {
        let cluster = pool.cluster();
        let endpoint =
            || cluster.servers.get(server).map_or_else(String::new, |server| server.endpoint.to_string());
        let connected = lease.connected;
        self.note(|info| {
            info.change_upstream(|upstream| {
                upstream.address = Some(lease.address);
                upstream.attempts += 1;
                upstream.connect = connected;
            });
        });
        let body = outgoing.next_body().ok_or(UpstreamError::Unsupported("the body cannot be sent again"))?;
        let request = outgoing.request(head, body, &lease, cluster, server)?;
        let time = cluster.config.timeouts.response;
        let result = match within(time, &outgoing.sent, lease.send(request)).await {
            Some(result) => result,
            None => {
                return Ok(Attempt::Failed(UpstreamError::ResponseTimeout { endpoint: endpoint(), time }));
            }
        };
        match result {
            Ok(response) => {
                self.note(|info| {
                    info.change_upstream(|upstream| upstream.first_byte = Some(info.started.elapsed()));
                });
                if is_server_failure(response.status()) {
                    cluster.failed(server, &response.status());
                } else {
                    cluster.succeeded(server);
                }
                Ok(Attempt::Answered(Box::new(Answer { response, lease })))
            }
            Err(failure) => {
                let SendError { error, unsent } = *failure;
                let is_stale = lease.reused && unsent.is_some();
                if unsent.is_some() {
                    lease.retire();
                }
                let error = UpstreamError::from_send(endpoint(), error);
                Ok(if is_stale { Attempt::Stale(error) } else { Attempt::Failed(error) })
            }
        }
    }

    /// The response as the client gets it.
    fn give(
        &self,
        answer: Answer,
        outgoing: Outgoing,
        pool: &ClusterPool,
        admitted: Admitted,
    ) -> Response<Body> {
        let Answer { mut response, lease } = answer;
        let idle = pool.cluster().config.timeouts.idle;
        if response.status() == StatusCode::SWITCHING_PROTOCOLS {
            let protocol = response.headers().get(header::UPGRADE).cloned();
            let (Some((_, on_upgrade)), Some(protocol), Some(client)) =
                (outgoing.upgrade, protocol, &self.client)
            else {
                self.note(|info| info.flag(Flag::UpstreamReset));
                return crate::server::text(
                    StatusCode::BAD_GATEWAY,
                    "the server changed to a protocol that nobody asked for",
                );
            };
            let server = hyper::upgrade::on(&mut response);
            lease.upgraded();
            tunnel::upgraded(client.info, on_upgrade, server, idle, admitted);
            let (mut head, _) = response.into_parts();
            fields::remove_hop_by_hop(&mut head.headers);
            head.headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
            head.headers.insert(header::UPGRADE, protocol);
            head.version = Version::HTTP_11;
            return Response::from_parts(head, Body::empty());
        }
        let (mut head, body) = response.into_parts();
        fields::settle_length(&mut head.headers);
        fields::remove_hop_by_hop(&mut head.headers);
        head.version = Version::HTTP_11;
        head.extensions.clear();
        let served = Served { lease: Some(lease), sent: outgoing.sent, _admitted: admitted };
        let body = Guarded::wrap(Body::incoming(body), served);
        Response::from_parts(head, Steady::wrap(body, idle, self.deadline))
    }
}

/// What came of one attempt.
enum Attempt {
    Answered(Box<Answer>),
    /// The connection was used before, and the server had closed it.
    Stale(UpstreamError),
    Failed(UpstreamError),
}

struct Answer {
    response: Response<Incoming>,
    lease: Lease,
}

impl Answer {
    /// Drops a response that the client does not get. One without a body leaves the connection as it was before.
    fn discard(self, outgoing: &Outgoing) {
        if http_body::Body::is_end_stream(self.response.body()) && outgoing.sent.get().is_some() {
            self.lease.give_back();
        }
    }
}

impl Outgoing {
    fn can_repeat(&self) -> bool {
        self.replay.as_ref().is_some_and(Replay::can_repeat)
    }

    fn next_body(&mut self) -> Option<Body> {
        match &self.replay {
            Some(replay) => replay.attempt(),
            None => self.body.take(),
        }
    }

    /// The request for one connection.
    fn request(
        &self,
        head: &Parts,
        body: Body,
        lease: &Lease,
        cluster: &super::Cluster,
        server: usize,
    ) -> Result<Request<Body>, UpstreamError> {
        let mut request = Request::new(body);
        *request.method_mut() = head.method.clone();
        *request.uri_mut() = head.uri.clone();
        *request.headers_mut() = head.headers.clone();
        let server = cluster.servers.get(server);
        if lease.is_http2() {
            *request.version_mut() = Version::HTTP_2;
            let host = request.headers_mut().remove(header::HOST);
            let mut uri = std::mem::take(request.uri_mut()).into_parts();
            let is_encrypted = server.is_some_and(|server| server.endpoint.tls);
            uri.scheme = Some(if is_encrypted { Scheme::HTTPS } else { Scheme::HTTP });
            let authority = match &host {
                Some(host) => host.as_bytes().try_into().ok(),
                None => server.and_then(|server| server.endpoint.target.to_string().parse().ok()),
            };
            uri.authority = authority;
            *request.uri_mut() =
                Uri::from_parts(uri).map_err(|_| UpstreamError::Unsupported("invalid target for HTTP/2"))?;
            if self.takes_trailers {
                request.headers_mut().insert(header::TE, HeaderValue::from_static("trailers"));
            }
            return Ok(request);
        }
        let headers = request.headers_mut();
        if !headers.contains_key(header::HOST)
            && let Some(server) = server
            && let Ok(host) = HeaderValue::try_from(server.endpoint.target.to_string())
        {
            headers.insert(header::HOST, host);
        }
        match (&self.upgrade, self.takes_trailers) {
            (Some((protocol, _)), _) => {
                headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
                headers.insert(header::UPGRADE, protocol.clone());
            }
            (None, true) => {
                headers.insert(header::CONNECTION, HeaderValue::from_static("te"));
                headers.insert(header::TE, HeaderValue::from_static("trailers"));
            }
            (None, false) => {}
        }
        if self.expects_continue {
            let gate = Gate::default();
            let opener = gate.clone();
            let body = std::mem::take(request.body_mut());
            *request.body_mut() = Gated::wrap(body, gate, CONTINUE_TIME);
            hyper::ext::on_informational(&mut request, move |response| {
                if response.status() == StatusCode::CONTINUE {
                    opener.open();
                }
            });
        }
        Ok(request)
    }
}

/// Notes when a request's body was sent.
struct Sent(Rc<Cell<Option<Instant>>>);

impl Observer for Sent {
    fn passed(&mut self, _: usize) {}

    fn ended(&mut self, result: Result<(), &BodyError>) {
        if result.is_ok() {
            self.0.set(Some(Instant::now()));
        }
    }
}

/// Gives the connection back when the response's body has ended. Dropped before, it closes it.
struct Served {
    lease: Option<Lease>,
    sent: Rc<Cell<Option<Instant>>>,
    _admitted: Admitted,
}

impl Observer for Served {
    fn passed(&mut self, _: usize) {}

    fn ended(&mut self, result: Result<(), &BodyError>) {
        let Some(lease) = self.lease.take() else { return };
        // A server may answer before it has the whole request; the rest of it is still on its way then.
        if result.is_ok() && self.sent.get().is_some() {
            lease.give_back();
        }
    }
}

/// Waits for a response, from the end of the request on. None: it took too long.
async fn within<T>(
    time: Duration,
    sent: &Cell<Option<Instant>>,
    response: impl Future<Output = T>,
) -> Option<T> {
    let mut response = pin!(response);
    // While the body is sent, its own limits hold.
    let mut deadline = sent.get().unwrap_or_else(Instant::now) + time;
    loop {
        if let Ok(response) = tokio::time::timeout_at(deadline, &mut response).await {
            return Some(response);
        }
        let end = sent.get().map_or_else(|| Instant::now() + time, |sent| sent + time);
        if end <= Instant::now() {
            return None;
        }
        deadline = end;
    }
}

/// Whether a request may be sent twice (RFC 9110, 9.2.2).
fn is_idempotent(method: &Method) -> bool {
    [Method::GET, Method::HEAD, Method::OPTIONS, Method::PUT, Method::DELETE].contains(method)
}

/// A status that says that the server could not do its work, and another one may.
fn is_server_failure(status: StatusCode) -> bool {
    matches!(status, StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT)
}

/// Connects to a server of a cluster, for what is not HTTP. The second value is to be kept for as long as the connection.
pub(crate) async fn connect_to_one(
    pool: &Rc<ClusterPool>,
) -> Result<(super::ServerStream, Admitted), UpstreamError> {
    let cluster = pool.cluster();
    let mut admitted = Admitted::new(cluster).ok_or_else(|| pool.overflow("connections"))?;
    let (mut before, mut left) = (None, cluster.config.retry.attempts);
    loop {
        let index = cluster.choose(before);
        let Some((index, server)) = index.and_then(|index| Some((index, cluster.servers.get(index)?))) else {
            return Err(UpstreamError::NoHealthyServer { cluster: cluster.name.clone() });
        };
        admitted.at(index);
        let time = cluster.config.timeouts.connect;
        let endpoint = server.endpoint.to_string();
        let connected = tokio::time::timeout(time, super::connect::connect(cluster, &server.endpoint)).await;
        let failure = match connected {
            Ok(Ok((stream, _))) => {
                cluster.succeeded(index);
                return Ok((stream, admitted));
            }
            Ok(Err(error)) => UpstreamError::Connect { endpoint, error },
            Err(_) => UpstreamError::ConnectTimeout { endpoint, time },
        };
        cluster.failed(index, &failure);
        if left == 0 {
            return Err(failure);
        }
        (before, left) = (Some(index), left - 1);
    }
}
