//! Which route takes a request.

use std::rc::Rc;

use http::header;
use http::request::Parts;

use crate::config::RouteConfig;

/// A route of a worker.
#[derive(Debug)]
pub struct Route {
    /// Its name in logs and figures.
    pub name: Rc<str>,
    /// What the configuration says about it.
    pub config: RouteConfig,
}

impl Route {
    /// A route of a configuration.
    pub fn new(config: &RouteConfig) -> Self {
        Self { name: config.name.as_str().into(), config: config.clone() }
    }

    /// Whether a request is one of this route. Its host is the one of `Host`.
    pub fn matches(&self, request: &Parts) -> bool {
        let config = &self.config;
        config.path.as_ref().is_none_or(|path| path.matches(request.uri.path()))
            && config
                .host
                .as_ref()
                .is_none_or(|pattern| host(request).is_some_and(|host| pattern.matches(host)))
            && (config.methods.is_empty() || config.methods.contains(&request.method))
            && config
                .headers
                .iter()
                .all(|(name, value)| request.headers.get_all(name).iter().any(|one| one == value))
    }
}

/// Routes in their order: the first that matches takes a request.
#[derive(Debug)]
pub struct Routes(Vec<Rc<Route>>);

impl Routes {
    /// Routes in this order.
    pub fn new(routes: impl Iterator<Item = Route>) -> Self {
        Self(routes.map(Rc::new).collect())
    }

    /// The route that takes a request.
    pub fn find(&self, request: &Parts) -> Option<Rc<Route>> {
        self.0.iter().find(|route| route.matches(request)).cloned()
    }
}

/// The host that a request asks for, without the port.
fn host(request: &Parts) -> Option<&str> {
    let host = request.headers.get(header::HOST)?.to_str().ok()?;
    match host.rsplit_once(':') {
        // The colons within an IPv6 address are followed by its bracket.
        Some((name, port)) if !port.ends_with(']') => Some(name),
        _ => Some(host),
    }
}
