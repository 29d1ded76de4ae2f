//! A rule: which requests it applies to, and what it does to headers.

use crate::template::Template;
use serde::Deserialize;
use std::collections::BTreeMap;
use witdock_proxy_guest::{Exchange, Explain, Headers, RequestView, log};

/// A rule's settings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    host: Option<String>,
    path: Option<String>,
    method: Option<Vec<String>>,
    #[serde(default)]
    request: EditSettings,
    #[serde(default)]
    response: EditSettings,
}

/// What the settings do to headers.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EditSettings {
    #[serde(default)]
    remove: Vec<String>,
    #[serde(default)]
    set: BTreeMap<String, String>,
    #[serde(default)]
    add: BTreeMap<String, String>,
}

#[derive(Debug)]
pub(crate) struct Rule {
    host: Option<Host>,
    path: Option<String>,
    methods: Option<Vec<String>>,
    pub(crate) request: Edits,
    pub(crate) response: Edits,
}

#[derive(Debug)]
enum Host {
    Is(String),
    /// With the dot before it.
    EndsWith(String),
}

#[derive(Debug)]
pub(crate) struct Edits {
    remove: Vec<String>,
    set: Vec<(String, Template)>,
    add: Vec<(String, Template)>,
}

impl Rule {
    pub(crate) fn new(settings: Settings) -> Result<Self, String> {
        let Settings { host, path, method, request, response } = settings;
        if let Some(path) = path.as_deref().filter(|path| !path.starts_with('/')) {
            return Err(format!("`path` is `{path}`: expected what a path begins with, from its `/` on"));
        }
        let host = host.map(|host| {
            let host = host.to_ascii_lowercase();
            match host.strip_prefix('*') {
                Some(end) if end.starts_with('.') && end.len() > 1 && !end.contains('*') => {
                    Ok(Host::EndsWith(end.to_owned()))
                }
                None if !host.is_empty() && !host.contains('*') => Ok(Host::Is(host)),
                _ => Err(format!(
                    "`host` is `{host}`: expected a name such as `example.org` or `*.example.org`"
                )),
            }
        });
        let rule = Self {
            host: host.transpose()?,
            path,
            methods: method,
            request: Edits::new(request).map_err(|problem| format!("`request`: {problem}"))?,
            response: Edits::new(response).map_err(|problem| format!("`response`: {problem}"))?,
        };
        match rule.request.is_empty() && rule.response.is_empty() {
            true => {
                Err("it does nothing: expected `set`, `add` or `remove` in `request` or `response`"
                    .to_owned())
            }
            false => Ok(rule),
        }
    }
}

/// The places of the rules that match a request. Only what a rule looks at is asked of the proxy.
pub(crate) fn matching(rules: &[Rule], request: &RequestView<'_>) -> Vec<usize> {
    let has = |condition: fn(&Rule) -> bool| rules.iter().any(condition);
    let host = if has(|rule| rule.host.is_some()) { request.host() } else { String::new() };
    let path = if has(|rule| rule.path.is_some()) { request.path() } else { String::new() };
    let method = if has(|rule| rule.methods.is_some()) { request.method() } else { String::new() };
    let matches = |rule: &Rule| {
        rule.host.as_ref().is_none_or(|own| match own {
            Host::Is(name) => *name == host,
            Host::EndsWith(end) => host.ends_with(end),
        }) && rule.path.as_ref().is_none_or(|begin| path.starts_with(begin))
            && rule.methods.as_ref().is_none_or(|methods| methods.contains(&method))
    };
    rules.iter().enumerate().filter(|(_, rule)| matches(rule)).map(|(place, _)| place).collect()
}

impl Edits {
    fn new(settings: EditSettings) -> Result<Self, String> {
        let EditSettings { remove, set, add } = settings;
        let remove: Vec<_> = remove.into_iter().map(name).collect::<Result<_, _>>()?;
        if let Some(name) = remove.iter().find(|name| name.starts_with(':')) {
            return Err(format!("`{name}` cannot be removed; `set` it"));
        }
        let templates = |pairs: BTreeMap<String, String>| {
            let pair = |(own, value): (String, String)| {
                Ok((
                    name(own.clone())?,
                    Template::parse(&value).map_err(|problem| format!("`{own}`: {problem}"))?,
                ))
            };
            pairs.into_iter().map(pair).collect::<Result<Vec<_>, String>>()
        };
        Ok(Self { remove, set: templates(set)?, add: templates(add)? })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.remove.is_empty() && self.set.is_empty() && self.add.is_empty()
    }

    pub(crate) fn apply(&self, headers: &Headers<'_>, exchange: &Exchange) {
        let removed = self.remove.iter().map(|name| (name, headers.remove(name)));
        let set = self.set.iter().map(|(name, value)| (name, headers.set(name, value.fill(exchange))));
        let added = self.add.iter().map(|(name, value)| (name, headers.append(name, value.fill(exchange))));
        for (name, edited) in removed.chain(set).chain(added) {
            if let Err(error) = edited {
                log::warn!("`{name}` stays as it is: {}", error.explain());
            }
        }
    }
}

/// Checks a header's name, RFC 9110 section 5.1.
fn name(name: String) -> Result<String, String> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let bare = name.strip_prefix(':').unwrap_or(&name);
    match !bare.is_empty() && bare.bytes().all(is_token) {
        true => Ok(name.to_ascii_lowercase()),
        false => Err(format!("`{name}` is not a header's name: expected letters, digits and hyphens")),
    }
}
