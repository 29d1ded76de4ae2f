//! From the text of a configuration file to a [`Config`]. Each part has its own file with an `impl Parser`.

use std::ops::{Range, RangeInclusive};
use std::path::{Path, PathBuf};
use std::time::Duration;

use indexmap::IndexMap;
use serde::Deserialize;
use toml::Spanned;

use super::access_log::AccessLogToml;
use super::application::ApplicationToml;
use super::cluster::ClusterToml;
use super::diagnostics::ConfigText;
use super::filter::FilterToml;
use super::forwarding::ForwardingConfig;
use super::listener::ListenerToml;
use super::route::RouteToml;
use super::{Config, ConfigError};

/// A configuration file as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ConfigToml {
    threads: Option<Spanned<usize>>,
    drain_ms: Option<u64>,
    #[serde(default)]
    listener: Vec<ListenerToml>,
    #[serde(default)]
    route: Vec<Spanned<RouteToml>>,
    #[serde(default)]
    cluster: IndexMap<String, ClusterToml>,
    #[serde(default)]
    filter: IndexMap<String, FilterToml>,
    #[serde(default)]
    application: IndexMap<String, ApplicationToml>,
    #[serde(default)]
    access_log: AccessLogToml,
    #[serde(default)]
    forwarding: ForwardingConfig,
}

/// How long a stop waits for requests, by default. Container platforms kill a program 10 to 30 seconds after they asked it
/// to stop.
const DEFAULT_DRAIN: Duration = Duration::from_secs(10);

pub(super) struct Parser<'a> {
    pub(super) text: &'a ConfigText,
    /// The folder that paths are relative to.
    pub(super) base: &'a Path,
    clusters: Vec<String>,
    filters: Vec<String>,
    applications: Vec<String>,
}

impl Config {
    /// Reads and checks a configuration file. Certificates that it names must exist; none is opened.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, is not TOML, or does not describe a proxy.
    pub fn open(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| ConfigError::Read { path: path.display().to_string(), error })?;
        Self::parse(path, text)
    }

    /// Checks the text of a configuration file. Paths in it are relative to the folder of `path`.
    ///
    /// # Errors
    ///
    /// When the text is not TOML, or does not describe a proxy.
    pub fn parse(path: &Path, text: String) -> Result<Self, ConfigError> {
        let text = ConfigText::new(path, text);
        let file: ConfigToml = toml::from_str(text.text()).map_err(|error| text.toml_error(&error))?;
        let parser = Parser {
            text: &text,
            base: path.parent().unwrap_or(Path::new("")),
            clusters: file.cluster.keys().cloned().collect(),
            filters: file.filter.keys().cloned().collect(),
            applications: file.application.keys().cloned().collect(),
        };
        if file.listener.is_empty() {
            let end = text.text().len();
            return Err(text.error(
                end..end,
                "the proxy has no listener",
                "it needs an address",
                "add for example:\n\n[[listener]]\naddress = \"127.0.0.1:8080\"".to_owned(),
            ));
        }
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Self {
            path: path.to_owned(),
            threads: parser.in_range(&file.threads, 1..=1024, cores)?,
            drain: file.drain_ms.map_or(DEFAULT_DRAIN, Duration::from_millis),
            listeners: parser.listeners(file.listener)?,
            routes: parser.routes(file.route)?,
            clusters: parser.clusters(file.cluster)?,
            filters: parser.filters(file.filter)?,
            applications: parser.applications(file.application)?,
            access_log: parser.access_log(file.access_log),
            forwarding: file.forwarding,
        })
    }
}

impl Parser<'_> {
    /// The resolved path of a file, which must exist.
    pub(super) fn existing(
        &self,
        path: &Path,
        span: Range<usize>,
        what: &str,
    ) -> Result<PathBuf, ConfigError> {
        let resolved = self.base.join(path);
        if resolved.exists() {
            return Ok(resolved);
        }
        Err(self.text.error(
            span,
            format!("{what} {} does not exist", resolved.display()),
            "no such file",
            "paths are relative to the configuration file".to_owned(),
        ))
    }

    pub(super) fn cluster_name(&self, name: &Spanned<String>) -> Result<String, ConfigError> {
        self.known("cluster", name, &self.clusters)
    }

    pub(super) fn application_name(&self, name: &Spanned<String>) -> Result<String, ConfigError> {
        self.known("application", name, &self.applications)
    }

    pub(super) fn filter_names(&self, names: &[Spanned<String>]) -> Result<Vec<String>, ConfigError> {
        names.iter().map(|name| self.known("filter", name, &self.filters)).collect()
    }

    fn known(&self, what: &str, name: &Spanned<String>, known: &[String]) -> Result<String, ConfigError> {
        if known.contains(name.get_ref()) {
            return Ok(name.get_ref().clone());
        }
        Err(self.text.unknown(name.span(), what, name.get_ref(), known.iter().map(String::as_str)))
    }

    /// A number that must be in a range, or the default.
    pub(super) fn in_range<N: PartialOrd + Copy + std::fmt::Display>(
        &self,
        value: &Option<Spanned<N>>,
        range: RangeInclusive<N>,
        default: N,
    ) -> Result<N, ConfigError> {
        match value {
            None => Ok(default),
            Some(value) if range.contains(value.get_ref()) => Ok(*value.get_ref()),
            Some(value) => Err(self.text.error(
                value.span(),
                format!("{} is out of range", value.get_ref()),
                "here",
                format!("use a number from {} to {}", range.start(), range.end()),
            )),
        }
    }
}
