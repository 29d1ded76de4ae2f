//! The life of a request: checked, routed, forwarded or answered, and noted.

use std::rc::Rc;

use http::uri::{Authority, Scheme};
use http::{HeaderValue, Request, Response, StatusCode, header};
use tokio::time::Instant;

use super::answer;
use super::check;
use super::connection::HttpConnection;
use crate::body::{Body, BodyError, Guarded, Limited, Observer, Steady};
use crate::config::Action;
use crate::exchange::{EndOfExchange, ExchangeInfo, Flag, OpenExchange, ResponseEnd};
use crate::filter::Cut;
use crate::route::Route;
use crate::running::Running;
use crate::tunnel;
use crate::upstream::{Forward, UpstreamError};
use crate::worker::Worker;

/// Answers a request of a client.
pub(super) async fn answer(
    connection: &Rc<HttpConnection>,
    request: Request<Body>,
) -> Result<Response<Body>, Cut> {
    connection.activity.begin();
    let id = connection.worker.next_request();
    let (mut parts, body) = request.into_parts();
    let checked = check::request(&mut parts, &connection.listener.config);
    let authority = checked.as_ref().ok().cloned().flatten();
    let request = Request::from_parts(parts, body);
    let info = Rc::new(ExchangeInfo::new(Rc::clone(&connection.info), id, &request, authority));
    let open = OpenExchange::new(Rc::clone(&info), Rc::clone(connection) as Rc<dyn EndOfExchange>);
    let response = match checked {
        Ok(_) => connection.worker.handle(connection, request, &info).await?,
        Err(problem) => {
            info.flag(Flag::BadRequest);
            answer::problem(&problem)
        }
    };
    info.set_status(response.status());
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        // A tunnel keeps the exchange open.
        open.complete();
        return Ok(response);
    }
    Ok(response.map(|body| Guarded::wrap(body, ResponseEnd(open))))
}

impl EndOfExchange for HttpConnection {
    fn ended(&self, info: &ExchangeInfo) {
        self.activity.end();
        self.worker.shared.ended(&self.worker, info);
    }
}

impl Worker {
    /// Answers a request whose head has been checked: by its route.
    pub(crate) async fn handle(
        self: &Rc<Self>,
        connection: &Rc<HttpConnection>,
        request: Request<Body>,
        info: &Rc<ExchangeInfo>,
    ) -> Result<Response<Body>, Cut> {
        let running = self.running();
        if request.method() == http::Method::CONNECT {
            return Ok(tunnel::connect(connection, request, info).await);
        }
        let (parts, body) = request.into_parts();
        let Some(route) = running.routes.find(&parts) else {
            info.flag(Flag::NoRoute);
            return Ok(answer::text(StatusCode::NOT_FOUND, "no route takes this request"));
        };
        info.set_route(&route.name);
        let limits = &connection.listener.config.limits;
        let deadline = route.config.timeout.map(|time| (Instant::now() + time, time));
        let body = match limited(body, route.config.body_bytes.or(limits.body_bytes)) {
            Ok(body) => Guarded::wrap(body, RequestEnd(Rc::clone(info))),
            Err(error) => return Ok(answer::upstream_error(&UpstreamError::Request(error), info)),
        };
        let body = Steady::wrap(body, limits.idle_timeout, None);
        let request = Request::from_parts(parts, body);
        let chain = running.chain(&connection.listener.config.filters, &route.config.filters);
        if chain.is_empty() {
            return Ok(self.run_route(&running, &route, request, info, deadline).await);
        }
        let scheme = if connection.info.tls.is_some() { Scheme::HTTPS } else { Scheme::HTTP };
        let forward = async |request: Request<Body>| {
            // What the filters have made of the request may belong to another route.
            let (parts, body) = request.into_parts();
            let Some(route) = running.routes.find(&parts) else {
                info.flag(Flag::NoRoute);
                return answer::text(StatusCode::NOT_FOUND, "no route takes this request");
            };
            info.set_route(&route.name);
            self.run_route(&running, &route, Request::from_parts(parts, body), info, deadline).await
        };
        chain.run(request, scheme, info, forward).await
    }

    /// What becomes of a request on its route.
    async fn run_route(
        self: &Rc<Self>,
        running: &Rc<Running>,
        route: &Rc<Route>,
        request: Request<Body>,
        info: &Rc<ExchangeInfo>,
        deadline: Option<(Instant, std::time::Duration)>,
    ) -> Response<Body> {
        match &route.config.action {
            Action::Cluster(_) => {
                let response = match Forward::by_route(running, route, info, deadline) {
                    Ok(forward) => forward.run(request).await,
                    Err(error) => Err(error),
                };
                response.unwrap_or_else(|error| answer::upstream_error(&error, info))
            }
            Action::Respond(respond) => {
                let mut response = Response::new(Body::full(respond.body.clone()));
                *response.status_mut() = respond.status;
                for (name, value) in &respond.headers {
                    response.headers_mut().append(name, value.clone());
                }
                response
            }
            Action::Redirect(to, status) => redirect(to, *status, &request, info.authority.as_ref()),
            Action::Application(name) => match running.applications.get(name) {
                Some(desk) => desk.respond(request, info, deadline).await,
                None => answer::text(StatusCode::SERVICE_UNAVAILABLE, "the application is not there"),
            },
        }
    }
}

/// A body with its limit. One that declares more is refused before anything is read.
fn limited(body: Body, limit: Option<u64>) -> Result<Body, BodyError> {
    let Some(limit) = limit else { return Ok(body) };
    if http_body::Body::size_hint(&body).lower() > limit {
        return Err(BodyError::TooLarge { limit });
    }
    Ok(Limited::wrap(body, limit))
}

/// Follows the request's body from the client.
struct RequestEnd(Rc<ExchangeInfo>);

impl Observer for RequestEnd {
    fn passed(&mut self, bytes: usize) {
        self.0.add_request_bytes(bytes);
    }

    fn ended(&mut self, result: Result<(), &BodyError>) {
        if let Err(BodyError::TooLarge { .. }) = result {
            self.0.flag(Flag::BodyTooLarge);
        }
    }
}

fn redirect(
    to: &str,
    status: StatusCode,
    request: &Request<Body>,
    authority: Option<&Authority>,
) -> Response<Body> {
    let host = authority.map_or("", Authority::as_str);
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    // One pass: what a client sends is not looked at for placeholders.
    let mut location = String::with_capacity(to.len() + path.len());
    let mut rest = to;
    while let Some(start) = rest.find('{') {
        let (before, after) = rest.split_at(start);
        location.push_str(before);
        rest = if let Some(after) = after.strip_prefix("{host}") {
            location.push_str(host);
            after
        } else if let Some(after) = after.strip_prefix("{path}") {
            location.push_str(path);
            after
        } else {
            location.push('{');
            after.get(1..).unwrap_or_default()
        };
    }
    location.push_str(rest);
    match HeaderValue::try_from(location) {
        Ok(location) => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = status;
            response.headers_mut().insert(header::LOCATION, location);
            response
        }
        Err(_) => answer::text(StatusCode::BAD_REQUEST, "the path cannot be part of a redirect"),
    }
}
