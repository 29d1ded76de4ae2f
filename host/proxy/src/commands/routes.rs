//! `witdock-proxy routes`.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use http::header::{HeaderName, HeaderValue};
use http::{Method, Request, Uri};
use serde_json::json;
use witdock_proxy::config::{Action, Config, RouteConfig};
use witdock_proxy::route::{Route, Routes};

use super::print;
use crate::arguments::RoutesArguments;

/// Shows the routes, or the one that takes a request.
pub(crate) fn routes(arguments: &RoutesArguments) -> anyhow::Result<ExitCode> {
    let config = Config::open(&arguments.config)?;
    let Some(request) = &arguments.request else {
        let lines: Vec<_> = config.routes.iter().map(|route| shown(route, arguments.json)).collect();
        print(&lines)?;
        return Ok(ExitCode::SUCCESS);
    };
    let parts = parse(request, &arguments.header)?;
    match Routes::new(config.routes.iter().map(Route::new)).find(&parts) {
        Some(route) => {
            print(&[shown(&route.config, arguments.json)])?;
            Ok(ExitCode::SUCCESS)
        }
        None => {
            print(&[if arguments.json {
                "null".to_owned()
            } else {
                "no route: the answer is 404".to_owned()
            }])?;
            Ok(ExitCode::FAILURE)
        }
    }
}

fn shown(route: &RouteConfig, json: bool) -> String {
    let methods: Vec<_> = route.methods.iter().map(Method::as_str).collect();
    let text = |value: &Option<_>| value.as_ref().map_or_else(|| "*".to_owned(), ToString::to_string);
    let path = route.path.as_ref().map_or_else(|| "*".to_owned(), ToString::to_string);
    if json {
        let headers: Vec<_> = route.headers.iter().map(|(name, value)| field(name, value)).collect();
        let host = route.host.as_ref().map(ToString::to_string);
        let path = route.path.as_ref().map(ToString::to_string);
        let (kind, to) = target(&route.action);
        return json!({
            "name": route.name, "host": host, "path": path, "methods": methods, "headers": headers, kind: to,
            "filters": route.filters,
        })
        .to_string();
    }
    let mut line = format!("{}: {}{path}", route.name, text(&route.host));
    if !methods.is_empty() {
        line = format!("{line} {}", methods.join(","));
    }
    for (name, value) in &route.headers {
        line = format!("{line} [{}]", field(name, value));
    }
    let (kind, to) = target(&route.action);
    line = format!("{line} -> {kind} {to}");
    if !route.filters.is_empty() {
        line = format!("{line} through {}", route.filters.join(", "));
    }
    line
}

fn field(name: &HeaderName, value: &HeaderValue) -> String {
    format!("{name}: {}", String::from_utf8_lossy(value.as_bytes()))
}

fn target(action: &Action) -> (&'static str, String) {
    match action {
        Action::Cluster(name) => ("cluster", name.clone()),
        Action::Application(name) => ("application", name.clone()),
        Action::Redirect(to, status) => ("redirect", format!("{to} ({})", status.as_u16())),
        Action::Respond(respond) => ("respond", respond.status.as_u16().to_string()),
    }
}

/// `GET http://host/path`, as the proxy sees it.
fn parse(request: &str, fields: &[String]) -> anyhow::Result<http::request::Parts> {
    let help = "write a method and a url, for example \"GET http://example.org/api\"";
    let (method, url) = request.split_once(' ').unwrap_or(("GET", request));
    let uri: Uri = url.trim().parse().with_context(|| format!("`{url}` is not a url; {help}"))?;
    let Some(authority) = uri.authority().cloned() else { bail!("`{url}` has no host; {help}") };
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let mut builder = Request::builder()
        .method(
            Method::from_bytes(method.as_bytes())
                .with_context(|| format!("`{method}` is not a method; {help}"))?,
        )
        .uri(path)
        .header(http::header::HOST, authority.as_str());
    for field in fields {
        let Some((name, value)) = field.split_once(':') else {
            bail!("`{field}` is not a header field; write `name: value`");
        };
        builder = builder.header(name.trim(), value.trim());
    }
    Ok(builder.body(())?.into_parts().0)
}
