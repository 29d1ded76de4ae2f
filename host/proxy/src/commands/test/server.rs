//! The servers of a test: one for each cluster, which answers what the case says and remembers what it got.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpListener;

use super::case::Answer;

/// The servers of all clusters.
#[derive(Clone, Default)]
pub(super) struct Servers(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    answers: HashMap<String, Answer>,
    seen: Vec<Seen>,
}

/// A request that a server got.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) cluster: String,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl Servers {
    fn state<R>(&self, use_it: impl FnOnce(&mut State) -> R) -> R {
        use_it(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Begins a case.
    pub(super) fn answer(&self, answers: HashMap<String, Answer>) {
        self.state(|state| *state = State { answers, seen: Vec::new() });
    }

    /// What the servers got since then.
    pub(super) fn seen(&self) -> Vec<Seen> {
        self.state(|state| state.seen.clone())
    }

    /// Starts the server of a cluster.
    pub(super) async fn start(&self, cluster: &str, http2: bool) -> std::io::Result<SocketAddr> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (servers, cluster) = (self.clone(), cluster.to_owned());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (servers, cluster) = (servers.clone(), cluster.clone());
                let service = service_fn(move |request| servers.clone().serve(cluster.clone(), request));
                let io = TokioIo::new(stream);
                // A connection ends when the proxy closes it.
                tokio::spawn(async move {
                    if http2 {
                        let _ = hyper::server::conn::http2::Builder::new(TokioExecutor::new())
                            .serve_connection(io, service)
                            .await;
                    } else {
                        let _ =
                            hyper::server::conn::http1::Builder::new().serve_connection(io, service).await;
                    }
                });
            }
        });
        Ok(address)
    }

    async fn serve(
        self,
        cluster: String,
        request: Request<Incoming>,
    ) -> Result<Response<Full<Bytes>>, Infallible> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
        let seen = Seen {
            method: head.method.to_string(),
            path: head.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
            headers: head.headers,
            body: String::from_utf8_lossy(&body).into_owned(),
            cluster,
        };
        let answer = self.state(|state| {
            let answer = state.answers.get(&seen.cluster).cloned().unwrap_or_default();
            state.seen.push(seen);
            answer
        });
        let mut response = Response::new(Full::new(Bytes::from(answer.body)));
        *response.status_mut() =
            answer.status.and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(StatusCode::OK);
        for (name, values) in &answer.headers {
            for value in values.all() {
                if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                    response.headers_mut().append(name, value);
                }
            }
        }
        Ok(response)
    }
}
