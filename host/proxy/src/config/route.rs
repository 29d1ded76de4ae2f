use std::time::Duration;

use http::header::{HeaderName, HeaderValue};
use http::{Method, StatusCode};
use indexmap::IndexMap;
use serde::Deserialize;
use toml::Spanned;

use super::error::ConfigError;
use super::parser::Parser;
use super::pattern::{HostPattern, PathPattern};

/// `[[route]]` as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RouteToml {
    name: Option<String>,
    host: Option<HostPattern>,
    path: Option<PathPattern>,
    #[serde(default)]
    methods: Vec<Spanned<String>>,
    #[serde(default)]
    headers: IndexMap<Spanned<String>, Spanned<String>>,
    cluster: Option<Spanned<String>>,
    application: Option<Spanned<String>>,
    redirect: Option<Spanned<String>>,
    redirect_status: Option<Spanned<u16>>,
    respond: Option<Spanned<RespondToml>>,
    #[serde(default)]
    filters: Vec<Spanned<String>>,
    replace_prefix: Option<Spanned<String>>,
    timeout_ms: Option<u64>,
    body_mb: Option<u64>,
    upgrades: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RespondToml {
    status: Spanned<u16>,
    #[serde(default)]
    body: String,
    #[serde(default)]
    headers: IndexMap<Spanned<String>, Spanned<String>>,
}

/// Which requests a route takes, and what becomes of them.
#[derive(Debug, Clone, PartialEq)]
pub struct RouteConfig {
    /// The name in logs and figures: its own, or `route-1` by its place.
    pub name: String,
    /// The hosts. None: all.
    pub host: Option<HostPattern>,
    /// The paths. None: all.
    pub path: Option<PathPattern>,
    /// The methods. Empty: all.
    pub methods: Vec<Method>,
    /// Header fields that a request must have, each with one of its values like this.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// What becomes of a request.
    pub action: Action,
    /// Filters that requests pass through, after those of the listener.
    pub filters: Vec<String>,
    /// What takes the place of the path pattern's fixed part.
    pub replace_prefix: Option<String>,
    /// Time for a whole exchange.
    pub timeout: Option<Duration>,
    /// Bytes of a request's body, in place of the listener's limit.
    pub body_bytes: Option<u64>,
    /// The protocols that `Upgrade` may ask for.
    pub upgrades: Vec<String>,
}

/// What becomes of a route's requests.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// They are forwarded to a cluster.
    Cluster(String),
    /// An application answers them.
    Application(String),
    /// The client is told to go elsewhere. `{host}` and `{path}` are the request's, the path with its query.
    Redirect(String, StatusCode),
    /// The proxy answers.
    Respond(Respond),
}

/// An answer of the proxy itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Respond {
    /// The status.
    pub status: StatusCode,
    /// Header fields.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The body.
    pub body: String,
}

impl Parser<'_> {
    pub(super) fn routes(&self, routes: Vec<Spanned<RouteToml>>) -> Result<Vec<RouteConfig>, ConfigError> {
        routes.into_iter().enumerate().map(|(index, route)| self.route(index, &route)).collect()
    }

    fn route(&self, index: usize, route: &Spanned<RouteToml>) -> Result<RouteConfig, ConfigError> {
        let toml = route.get_ref();
        if let (Some(prefix), None) = (&toml.replace_prefix, &toml.path) {
            return Err(self.text.error(
                prefix.span(),
                "`replace_prefix` needs a path to replace a part of",
                "not here",
                "add for example path = \"/api/*\" to the route".to_owned(),
            ));
        }
        if let Some(prefix) = &toml.replace_prefix
            && !prefix.get_ref().starts_with('/')
        {
            return Err(self.text.error(
                prefix.span(),
                "a path begins with /",
                "here",
                "write for example \"/\"".to_owned(),
            ));
        }
        let methods = toml.methods.iter().map(|name| {
            Method::from_bytes(name.get_ref().as_bytes()).map_err(|_| {
                let message = format!("`{}` is not a method", name.get_ref());
                self.text.error(name.span(), message, "here", "write for example \"GET\"".to_owned())
            })
        });
        let default_upgrades = || vec!["websocket".to_owned()];
        Ok(RouteConfig {
            name: toml.name.clone().unwrap_or_else(|| format!("route-{}", index + 1)),
            host: toml.host.clone(),
            path: toml.path.clone(),
            methods: methods.collect::<Result<_, _>>()?,
            headers: self.header_fields(&toml.headers)?,
            action: self.action(route)?,
            filters: self.filter_names(&toml.filters)?,
            replace_prefix: toml.replace_prefix.as_ref().map(|prefix| prefix.get_ref().clone()),
            timeout: toml.timeout_ms.map(Duration::from_millis),
            body_bytes: toml.body_mb.map(|size| size.saturating_mul(1 << 20)),
            upgrades: toml.upgrades.clone().unwrap_or_else(default_upgrades),
        })
    }

    fn action(&self, route: &Spanned<RouteToml>) -> Result<Action, ConfigError> {
        let toml = route.get_ref();
        if let (Some(status), None) = (&toml.redirect_status, &toml.redirect) {
            let help = "add `redirect`, or remove this key".to_owned();
            return Err(self.text.error(
                status.span(),
                "`redirect_status` without `redirect`",
                "not here",
                help,
            ));
        }
        let mut actions = Vec::new();
        if let Some(name) = &toml.cluster {
            actions.push((name.span(), Action::Cluster(self.cluster_name(name)?)));
        }
        if let Some(name) = &toml.application {
            actions.push((name.span(), Action::Application(self.application_name(name)?)));
        }
        if let Some(to) = &toml.redirect {
            let status = match &toml.redirect_status {
                // The method and the body stay, and clients may remember it.
                None => StatusCode::PERMANENT_REDIRECT,
                Some(status) => self.status(status, 300..400)?,
            };
            if HeaderValue::from_str(to.get_ref()).is_err() {
                let message = "the redirect is not a valid header value";
                return Err(self.text.error(to.span(), message, "here", None));
            }
            actions.push((to.span(), Action::Redirect(to.get_ref().clone(), status)));
        }
        if let Some(respond) = &toml.respond {
            let answer = Respond {
                status: self.status(&respond.get_ref().status, 200..600)?,
                headers: self.header_fields(&respond.get_ref().headers)?,
                body: respond.get_ref().body.clone(),
            };
            actions.push((respond.span(), Action::Respond(answer)));
        }
        let mut actions = actions.into_iter();
        match (actions.next(), actions.next()) {
            (Some((_, action)), None) => Ok(action),
            (None, _) => Err(self.text.error(
                route.span(),
                "the route does not say what becomes of its requests",
                "this route",
                "add one of `cluster`, `application`, `redirect`, `respond`".to_owned(),
            )),
            (Some(_), Some((span, _))) => Err(self.text.error(
                span,
                "the route says twice what becomes of its requests",
                "the second one",
                "keep one of `cluster`, `application`, `redirect`, `respond`".to_owned(),
            )),
        }
    }

    fn status(&self, status: &Spanned<u16>, range: std::ops::Range<u16>) -> Result<StatusCode, ConfigError> {
        let valid = range.contains(status.get_ref()).then(|| StatusCode::from_u16(*status.get_ref()).ok());
        valid.flatten().ok_or_else(|| {
            let message = format!("the status {} is not valid here", status.get_ref());
            let help = format!("use a number from {} to {}", range.start, range.end - 1);
            self.text.error(status.span(), message, "here", help)
        })
    }

    fn header_fields(
        &self,
        fields: &IndexMap<Spanned<String>, Spanned<String>>,
    ) -> Result<Vec<(HeaderName, HeaderValue)>, ConfigError> {
        let one = |(name, value): (&Spanned<String>, &Spanned<String>)| {
            let invalid = |part: &Spanned<String>, what: &str| {
                let message = format!("`{}` is not a valid {what} of a header field", part.get_ref());
                self.text.error(part.span(), message, "here", None)
            };
            let parsed_name =
                HeaderName::try_from(name.get_ref().as_str()).map_err(|_| invalid(name, "name"))?;
            let parsed_value =
                HeaderValue::try_from(value.get_ref().as_str()).map_err(|_| invalid(value, "value"))?;
            Ok((parsed_name, parsed_value))
        };
        fields.iter().map(one).collect()
    }
}
