//! Connections that become streams of bytes: CONNECT, and protocols that `Upgrade` changes to.

use std::rc::Rc;
use std::time::Duration;

use http::{Request, Response, StatusCode};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;

use crate::body::Body;
use crate::config::Target;
use crate::copy::{Direction, copy};
use crate::exchange::{ExchangeInfo, Flag};
use crate::server::{self, HttpConnection};
use crate::upstream::{UpstreamError, tcp};

/// How long a CONNECT waits for its target.
const CONNECT_TIME: Duration = Duration::from_secs(5);

/// Answers CONNECT: by a tunnel to a target that the listener allows, and by a refusal otherwise.
pub(crate) async fn connect(
    connection: &Rc<HttpConnection>,
    mut request: Request<Body>,
    info: &Rc<ExchangeInfo>,
) -> Response<Body> {
    let config = &connection.listener.config;
    let target = info.authority.as_ref().and_then(|authority| Target::parse(authority.as_str(), None));
    let Some(target) = target.filter(|target| config.connect.contains(target)) else {
        info.flag(Flag::NoRoute);
        return server::text(StatusCode::FORBIDDEN, "CONNECT to this target is not allowed");
    };
    let stream = match tokio::time::timeout(CONNECT_TIME, tcp(&target)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => {
            let error = UpstreamError::Connect { endpoint: target.to_string(), error };
            return server::upstream_error(&error, info);
        }
        Err(_) => {
            let error = UpstreamError::ConnectTimeout { endpoint: target.to_string(), time: CONNECT_TIME };
            return server::upstream_error(&error, info);
        }
    };
    info.change_upstream(|upstream| upstream.address = stream.peer_addr().ok());
    let client = hyper::upgrade::on(&mut request);
    let (idle, info, open) = (config.limits.idle_timeout, Rc::clone(info), info.keep_open());
    tokio::task::spawn_local(async move {
        match client.await {
            Ok(client) => {
                let counted = |direction: Direction, bytes: usize| count(&info, direction, bytes);
                if let Err(error) = copy(TokioIo::new(client), stream, idle, counted).await {
                    tracing::debug!(request = info.id, "tunnel ended: {error}");
                }
            }
            Err(error) => tracing::debug!(request = info.id, "no tunnel: {error}"),
        }
        drop(open);
    });
    Response::new(Body::empty())
}

/// Joins a client and a server that have both changed to another protocol. `held` is kept for as long.
pub(crate) fn upgraded<H: 'static>(
    info: &Rc<ExchangeInfo>,
    client: OnUpgrade,
    server: OnUpgrade,
    idle: Duration,
    held: H,
) {
    let (info, open) = (Rc::clone(info), info.keep_open());
    tokio::task::spawn_local(async move {
        match tokio::try_join!(client, server) {
            Ok((client, server)) => {
                let counted = |direction: Direction, bytes: usize| count(&info, direction, bytes);
                let (client, server) = (TokioIo::new(client), TokioIo::new(server));
                if let Err(error) = copy(client, server, idle, counted).await {
                    tracing::debug!(request = info.id, "tunnel ended: {error}");
                }
            }
            Err(error) => tracing::debug!(request = info.id, "no tunnel: {error}"),
        }
        drop((open, held));
    });
}

fn count(info: &ExchangeInfo, direction: Direction, bytes: usize) {
    match direction {
        Direction::ToServer => info.add_request_bytes(bytes),
        Direction::ToClient => info.add_response_bytes(bytes),
    }
}
