//! Cross-origin requests, as the Fetch standard has them (https://fetch.spec.whatwg.org/#http-cors-protocol): answers preflight requests, and
//! tells browsers which origins may read responses.
//!
//! ```toml
//! [filter.cors.settings]
//! origins = ["https://app.example.org", "https://*.example.com"]
//! methods = ["GET", "POST", "DELETE"]
//! headers = ["authorization", "content-type"]
//! expose = ["etag"]
//! credentials = true
//! max_age = 600
//! ```
//!
//! `origins = ["*"]` allows all, without `credentials`. `headers = ["*"]` allows those that the browser asks for. What the upstream itself says
//! of CORS is replaced. A preflight request of an origin that is not allowed gets 403; other requests go on, and the browser keeps the
//! response from the page.

mod origin;

use origin::Origins;
use serde::Deserialize;
use witdock_proxy_guest::{Action, Callbacks, Headers, HttpFilter, Response, Result, Stream};

witdock_proxy_guest::export!(Cors);

/// The settings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    origins: Vec<String>,
    #[serde(default = "methods")]
    methods: Vec<String>,
    #[serde(default)]
    headers: Vec<String>,
    #[serde(default)]
    expose: Vec<String>,
    #[serde(default)]
    credentials: bool,
    max_age: Option<u32>,
}

fn methods() -> Vec<String> {
    // Those that pages may send without a preflight request.
    ["GET", "HEAD", "POST"].map(str::to_owned).to_vec()
}

/// The filter.
#[derive(Debug)]
pub struct Cors {
    origins: Origins,
    settings: Settings,
}

/// The origin of a request, if it is allowed.
#[derive(Debug, Default)]
pub struct Allowed(Option<String>);

impl HttpFilter for Cors {
    type Settings = Settings;
    type State = Allowed;

    fn configure(mut settings: Settings) -> Result<Self, String> {
        let origins = Origins::parse(&settings.origins)?;
        if settings.credentials && origins.are_all() {
            return Err(
                "`credentials` needs origins by name: `origins` is `*`, which browsers refuse with it"
                    .to_owned(),
            );
        }
        let is_token = |text: &String| {
            let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
            !text.is_empty() && text.bytes().all(is_token)
        };
        let lists =
            [("methods", &settings.methods), ("headers", &settings.headers), ("expose", &settings.expose)];
        for (name, list) in lists {
            if let Some(wrong) = list.iter().find(|text| !is_token(text)) {
                return Err(format!("`{name}` has `{wrong}`: expected a name, such as `GET` or `etag`"));
            }
        }
        for header in settings.headers.iter_mut().chain(&mut settings.expose) {
            header.make_ascii_lowercase();
        }
        Ok(Self { origins, settings })
    }

    fn on_request_headers(&mut self, stream: &mut Stream<Self>, _end_of_stream: bool) -> Result<Action> {
        let request = stream.request();
        let origin = request.get("origin");
        let wanted = request.get("access-control-request-method");
        match (origin, wanted) {
            (Some(origin), Some(method)) if request.method() == "OPTIONS" => {
                stream.ignore(Callbacks::RESPONSE_HEADERS);
                let headers = request.list("access-control-request-headers");
                Ok(stream.respond(self.preflight(&origin, &method, &headers))?)
            }
            (origin, _) => {
                let allowed = origin.filter(|origin| self.origins.allow(origin));
                stream.state = Allowed(allowed);
                Ok(Action::Proceed)
            }
        }
    }

    fn on_response_headers(&mut self, stream: &mut Stream<Self>, _end_of_stream: bool) -> Result<Action> {
        let response = stream.response();
        for name in OF_CORS {
            response.remove(name)?;
        }
        // The response to other origins differs, so caches have to know (the standard's "CORS protocol and HTTP caches").
        if !self.origins.are_all() {
            vary(&response)?;
        }
        let Some(origin) = &stream.state.0 else { return Ok(Action::Proceed) };
        response.set("access-control-allow-origin", self.shown(origin))?;
        if self.settings.credentials {
            response.set("access-control-allow-credentials", "true")?;
        }
        if !self.settings.expose.is_empty() {
            response.set("access-control-expose-headers", self.settings.expose.join(", "))?;
        }
        Ok(Action::Proceed)
    }
}

/// What an upstream may say itself.
const OF_CORS: [&str; 6] = [
    "access-control-allow-origin",
    "access-control-allow-credentials",
    "access-control-expose-headers",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-max-age",
];

impl Cors {
    fn shown<'a>(&self, origin: &'a str) -> &'a str {
        if self.origins.are_all() { "*" } else { origin }
    }

    /// The answer to a preflight request.
    fn preflight(&self, origin: &str, method: &str, headers: &[String]) -> Response {
        const VARY: &str = "origin, access-control-request-method, access-control-request-headers";
        let Settings { methods, headers: allowed, credentials, max_age, .. } = &self.settings;
        let refused = |why: String| {
            let response =
                Response::new(403).header("content-type", "text/plain; charset=utf-8").header("vary", VARY);
            response.body(format!("{why}\n")).details(why)
        };
        if !self.origins.allow(origin) {
            return refused("this origin is not allowed".to_owned());
        }
        // Methods are compared as they are written, RFC 9110 section 9.1. Those of simple requests need no permission.
        if !methods.iter().any(|own| own == method) && !matches!(method, "GET" | "HEAD" | "POST") {
            return refused(format!("this method is not allowed: there are {}", methods.join(", ")));
        }
        let is_any = allowed.iter().any(|own| own == "*");
        let is_allowed = |name: &String| is_any || allowed.iter().any(|own| own.eq_ignore_ascii_case(name));
        if !headers.iter().all(is_allowed) {
            return refused(format!("a header is not allowed: there are {}", allowed.join(", ")));
        }
        let mut response = Response::new(204)
            .header("access-control-allow-origin", self.shown(origin))
            .header("access-control-allow-methods", methods.join(", "))
            .header("vary", VARY);
        if !headers.is_empty() {
            // With credentials, `*` is the name of a header; those that were asked for are named one by one.
            let named = if is_any { headers.join(", ") } else { allowed.join(", ") };
            response = response.header("access-control-allow-headers", named);
        }
        if *credentials {
            response = response.header("access-control-allow-credentials", "true");
        }
        if let Some(seconds) = max_age {
            response = response.header("access-control-max-age", seconds.to_string());
        }
        response
    }
}

fn vary(response: &Headers<'_>) -> Result<()> {
    let is_named =
        response.list("vary").iter().any(|name| name == "*" || name.eq_ignore_ascii_case("origin"));
    if !is_named {
        response.append("vary", "origin")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
