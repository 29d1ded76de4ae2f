use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;

use super::endpoint::Target;
use super::error::ConfigError;
use super::parser::Parser;

/// `[[listener]]` as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListenerToml {
    address: Spanned<SocketAddr>,
    #[serde(default)]
    protocol: Protocol,
    cluster: Option<Spanned<String>>,
    tls: Option<Spanned<TlsToml>>,
    #[serde(default)]
    filters: Vec<Spanned<String>>,
    #[serde(default = "yes")]
    http2: bool,
    #[serde(default)]
    normalize_path: bool,
    #[serde(default)]
    connect: Vec<Target>,
    #[serde(default)]
    limits: LimitsToml,
}

fn yes() -> bool {
    true
}

/// One certificate, or several of which the name that the client asks for selects one.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "expected { certificate = \"…\", key = \"…\" } or a list of them")]
enum TlsToml {
    One(CertificateToml),
    Several(Vec<CertificateToml>),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CertificateToml {
    certificate: PathBuf,
    key: PathBuf,
    client_roots: Option<PathBuf>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct LimitsToml {
    connections: Option<Spanned<usize>>,
    header_kb: Option<Spanned<u32>>,
    headers: Option<Spanned<usize>>,
    header_timeout_ms: Option<u64>,
    idle_timeout_ms: Option<u64>,
    body_mb: Option<u64>,
    requests_per_connection: Option<u64>,
    streams: Option<Spanned<u32>>,
    resets: Option<Spanned<usize>>,
}

/// An address that the proxy listens on.
#[derive(Debug, Clone, PartialEq)]
pub struct ListenerConfig {
    /// The address. Port 0 is a free one.
    pub address: SocketAddr,
    /// What is spoken.
    pub protocol: Protocol,
    /// Where connections of a `tcp` listener go.
    pub cluster: Option<String>,
    /// Certificates. None: the listener is not encrypted.
    pub certificates: Vec<CertificateFiles>,
    /// The authorities that clients must have a certificate of.
    pub client_roots: Option<PathBuf>,
    /// Filters that every request passes through.
    pub filters: Vec<String>,
    /// Whether HTTP/2 is spoken.
    pub http2: bool,
    /// Whether `.` and `..` in paths are resolved before a route is chosen.
    pub normalize_path: bool,
    /// Where CONNECT may go.
    pub connect: Vec<Target>,
    /// What a client may use.
    pub limits: ListenerLimits,
}

/// What is spoken on a listener.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// HTTP/1.1 and HTTP/2.
    #[default]
    Http,
    /// Bytes in both directions.
    Tcp,
}

/// The files of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateFiles {
    /// The chain, PEM.
    pub certificate: PathBuf,
    /// The private key, PEM.
    pub key: PathBuf,
}

/// What the clients of a listener may use.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ListenerLimits {
    /// Connections at a time. More wait in the backlog of the operating system.
    pub connections: usize,
    /// Bytes of a request's head.
    pub header_bytes: u32,
    /// Header fields of a request.
    pub headers: usize,
    /// Time for a request's head, and for a TLS handshake.
    pub header_timeout: Duration,
    /// Time that a connection may be idle, and that a body may stand still.
    pub idle_timeout: Duration,
    /// Bytes of a request's body.
    pub body_bytes: Option<u64>,
    /// Requests before a connection is closed.
    pub requests_per_connection: Option<u64>,
    /// Requests at a time on an HTTP/2 connection.
    pub streams: u32,
    /// Streams that an HTTP/2 client may have reset and the proxy has not seen the end of.
    pub resets: usize,
}

impl Default for ListenerLimits {
    fn default() -> Self {
        Self {
            connections: 10_000,
            header_bytes: 64 << 10,
            headers: 100,
            header_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(60),
            body_bytes: None,
            requests_per_connection: None,
            streams: 100,
            resets: 20,
        }
    }
}

impl Parser<'_> {
    pub(super) fn listeners(&self, listeners: Vec<ListenerToml>) -> Result<Vec<ListenerConfig>, ConfigError> {
        let mut parsed: Vec<ListenerConfig> = Vec::with_capacity(listeners.len());
        for toml in listeners {
            let listener = self.listener(&toml)?;
            if parsed.iter().any(|other| other.address == listener.address) {
                return Err(self.text.error(
                    toml.address.span(),
                    format!("two listeners have the address {}", listener.address),
                    "the second one",
                    "give each its own address and port".to_owned(),
                ));
            }
            parsed.push(listener);
        }
        Ok(parsed)
    }

    fn listener(&self, toml: &ListenerToml) -> Result<ListenerConfig, ConfigError> {
        let address = *toml.address.get_ref();
        let cluster = match (&toml.cluster, toml.protocol) {
            (Some(name), Protocol::Tcp) => Some(self.cluster_name(name)?),
            (None, Protocol::Tcp) => {
                return Err(self.text.error(
                    toml.address.span(),
                    "a tcp listener needs a cluster",
                    "add `cluster` to this table",
                    "for example cluster = \"database\", with a table [cluster.database]".to_owned(),
                ));
            }
            (Some(name), Protocol::Http) => {
                return Err(self.text.error(
                    name.span(),
                    "an http listener has no cluster of its own",
                    "not here",
                    "name the cluster in a [[route]], or set protocol = \"tcp\"".to_owned(),
                ));
            }
            (None, Protocol::Http) => None,
        };
        let (certificates, client_roots) = match &toml.tls {
            None => (Vec::new(), None),
            Some(tls) => self.certificates(tls)?,
        };
        Ok(ListenerConfig {
            address,
            protocol: toml.protocol,
            cluster,
            certificates,
            client_roots,
            filters: self.filter_names(&toml.filters)?,
            http2: toml.http2,
            normalize_path: toml.normalize_path,
            connect: toml.connect.clone(),
            limits: self.listener_limits(&toml.limits)?,
        })
    }

    fn certificates(
        &self,
        tls: &Spanned<TlsToml>,
    ) -> Result<(Vec<CertificateFiles>, Option<PathBuf>), ConfigError> {
        let all = match tls.get_ref() {
            TlsToml::One(one) => std::slice::from_ref(one),
            TlsToml::Several(several) => several.as_slice(),
        };
        if all.is_empty() {
            return Err(self.text.error(
                tls.span(),
                "a listener with TLS needs a certificate",
                "here",
                "for example tls = { certificate = \"site.pem\", key = \"site.key\" }".to_owned(),
            ));
        }
        let mut client_roots = None;
        let mut files = Vec::with_capacity(all.len());
        for one in all {
            files.push(CertificateFiles {
                certificate: self.existing(&one.certificate, tls.span(), "the certificate")?,
                key: self.existing(&one.key, tls.span(), "the key")?,
            });
            if let Some(roots) = &one.client_roots {
                client_roots = Some(self.existing(roots, tls.span(), "the file of authorities")?);
            }
        }
        Ok((files, client_roots))
    }

    fn listener_limits(&self, toml: &LimitsToml) -> Result<ListenerLimits, ConfigError> {
        let default = ListenerLimits::default();
        Ok(ListenerLimits {
            connections: self.in_range(&toml.connections, 1..=1_000_000, default.connections)?,
            header_bytes: self
                .in_range(&toml.header_kb, 8..=1024, default.header_bytes >> 10)?
                .saturating_mul(1024),
            headers: self.in_range(&toml.headers, 1..=10_000, default.headers)?,
            header_timeout: toml.header_timeout_ms.map_or(default.header_timeout, Duration::from_millis),
            idle_timeout: toml.idle_timeout_ms.map_or(default.idle_timeout, Duration::from_millis),
            body_bytes: toml.body_mb.map(|size| size.saturating_mul(1 << 20)).or(default.body_bytes),
            requests_per_connection: toml.requests_per_connection.or(default.requests_per_connection),
            streams: self.in_range(&toml.streams, 1..=10_000, default.streams)?,
            resets: self.in_range(&toml.resets, 1..=10_000, default.resets)?,
        })
    }
}
