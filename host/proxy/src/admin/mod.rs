//! The address for those who run the proxy: a status page, health, metrics, open connections, and exchanges as they end.

mod figures;
mod filters;
mod page;

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll};
use std::time::SystemTime;

use bytes::Bytes;
use http::header::{self, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use http_body::Frame;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};

use crate::plan::Plan;
use crate::proxy::Reloads;
use crate::shared::Shared;
use crate::worker::Workers;

/// What the address shows.
pub(crate) struct Admin {
    pub(crate) plan: watch::Receiver<Arc<Plan>>,
    pub(crate) shared: Arc<Shared>,
    pub(crate) workers: Weak<Workers>,
    pub(crate) reloads: watch::Receiver<Reloads>,
    pub(crate) stopping: watch::Receiver<bool>,
    pub(crate) reload: mpsc::Sender<()>,
}

type Answer = Response<UnsyncBoxBody<Bytes, Infallible>>;

/// Connections at a time. People and scrapers need a few.
const CONNECTIONS: usize = 64;

impl Admin {
    /// Answers until the proxy is dropped.
    pub(crate) async fn serve(self: Arc<Self>, socket: TcpListener) {
        let places = Arc::new(tokio::sync::Semaphore::new(CONNECTIONS));
        let mut plan = self.plan.clone();
        loop {
            let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
            let accepted = tokio::select! {
                accepted = socket.accept() => accepted,
                // Fails when the proxy is gone.
                gone = async { while plan.changed().await.is_ok() {} } => return gone,
            };
            if let Ok((stream, _)) = accepted {
                let admin = Arc::clone(&self);
                tokio::spawn(async move {
                    admin.connection(stream).await;
                    drop(place);
                });
            }
        }
    }

    async fn connection(self: Arc<Self>, stream: TcpStream) {
        let service = service_fn(move |request| {
            let admin = Arc::clone(&self);
            async move { Ok::<_, Infallible>(admin.answer(&request)) }
        });
        let served =
            http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service);
        if let Err(error) = served.await {
            tracing::debug!("connection to the admin address closed: {error}");
        }
    }

    fn answer(&self, request: &Request<Incoming>) -> Answer {
        if !is_local(request) {
            return plain(StatusCode::FORBIDDEN, "a page of another site may not ask here");
        }
        match (request.method(), request.uri().path()) {
            (&Method::GET, "/") => page::answer(self),
            (&Method::GET, "/health") => self.health(),
            (&Method::GET, "/metrics") => figures::answer(self),
            (&Method::GET, "/connections") => self.connections(),
            (&Method::GET, "/tail") => self.tail(),
            (&Method::POST, "/reload") => match self.reload.try_send(()) {
                Ok(()) => {
                    plain(StatusCode::ACCEPTED, "the configuration is loaded again; `/` shows the outcome")
                }
                Err(_) => plain(StatusCode::SERVICE_UNAVAILABLE, "another reload is waiting"),
            },
            (&Method::POST, path) if path.starts_with("/filters/") => filters::act(self, path),
            (_, "/" | "/health" | "/metrics" | "/connections" | "/tail" | "/reload") => plain(
                StatusCode::METHOD_NOT_ALLOWED,
                "GET shows, and POST /reload loads the configuration again",
            ),
            _ => plain(StatusCode::NOT_FOUND, "see /, /health, /metrics, /connections, /tail"),
        }
    }

    /// 200 while requests are taken: for load balancers and container platforms.
    fn health(&self) -> Answer {
        if *self.stopping.borrow() {
            plain(StatusCode::SERVICE_UNAVAILABLE, "stopping")
        } else {
            plain(StatusCode::OK, "ok")
        }
    }

    fn connections(&self) -> Answer {
        let age = |since: SystemTime| since.elapsed().map_or(0.0, |age| age.as_secs_f64());
        let open: Vec<_> = self
            .shared
            .open()
            .into_iter()
            .map(|(worker, entry)| {
                json!({
                    "id": entry.info.id,
                    "worker": worker,
                    "client": entry.info.peer.to_string(),
                    "local": entry.info.local.to_string(),
                    "protocol": if entry.info.http2 { "HTTP/2" } else { "HTTP/1.1 or TCP" },
                    "tls": entry.info.tls.as_ref().map(|tls| json!({
                        "version": tls.version, "server_name": tls.server_name, "alpn": tls.alpn,
                        "client_subject": tls.client_subject,
                    })),
                    "age_s": age(entry.info.accepted_at),
                    "requests_running": entry.activity.running(),
                })
            })
            .collect();
        body(StatusCode::OK, "application/json", format!("{:#}\n", json!(open)))
    }

    /// Exchanges as they end, one JSON object a line, until the reader leaves.
    fn tail(&self) -> Answer {
        let records = self.shared.tail.subscribe();
        let lines = futures_util::stream::unfold(records, |mut records| async {
            loop {
                return match records.recv().await {
                    Ok(record) => {
                        let Ok(line) = serde_json::to_string(&*record) else { continue };
                        Some((format!("{line}\n"), records))
                    }
                    Err(tokio::sync::broadcast::error::RecvError::Lagged(count)) => {
                        Some((format!("{}\n", json!({ "lost": count })), records))
                    }
                    Err(tokio::sync::broadcast::error::RecvError::Closed) => None,
                };
            }
        });
        let mut response = Response::new(UnsyncBoxBody::new(Lines(Box::pin(lines))));
        let kind = HeaderValue::from_static("application/x-ndjson");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        response
    }
}

/// A body of lines.
struct Lines<S>(Pin<Box<S>>);

impl<S: futures_util::Stream<Item = String>> http_body::Body for Lines<S> {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.as_mut().poll_next(context).map(|line| Some(Ok(Frame::data(line?.into()))))
    }
}

/// Whether a request comes from a person or a program, and not from a page of another site in a person's browser.
fn is_local(request: &Request<Incoming>) -> bool {
    let field = |name| request.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    // A name of another site that resolves to this address.
    let host = field(header::HOST).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let is_address = name.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok();
    if !is_address && name != "localhost" {
        return false;
    }
    match field(header::ORIGIN) {
        None => true,
        Some(origin) => origin.strip_prefix("http://") == Some(host),
    }
}

fn plain(status: StatusCode, line: &str) -> Answer {
    body(status, "text/plain; charset=utf-8", format!("{line}\n"))
}

fn body(status: StatusCode, kind: &'static str, text: String) -> Answer {
    let mut response = Response::new(Full::new(Bytes::from(text)).boxed_unsync());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
