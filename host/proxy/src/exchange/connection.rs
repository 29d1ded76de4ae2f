use std::net::SocketAddr;
use std::time::SystemTime;

use http::HeaderValue;

/// A client's connection.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ConnectionInfo {
    /// The number of the connection, unique while the proxy runs.
    pub id: u64,
    /// The client's address.
    pub peer: SocketAddr,
    /// The address that it connected to.
    pub local: SocketAddr,
    /// When it was accepted.
    pub accepted_at: SystemTime,
    /// Its encryption, if it has one.
    pub tls: Option<TlsInfo>,
    /// Whether HTTP/2 is spoken.
    pub http2: bool,
    /// The client's address without its port, as a header's value.
    pub(crate) peer_value: HeaderValue,
}

/// The encryption of a connection.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct TlsInfo {
    /// `TLSv1.3`.
    pub version: Option<&'static str>,
    /// The cipher suite.
    pub cipher: Option<&'static str>,
    /// The name that the client asked for.
    pub server_name: Option<String>,
    /// The protocol that both agreed on: `h2`, `http/1.1`.
    pub alpn: Option<String>,
    /// The client's certificate, DER.
    pub client_certificate: Option<Vec<u8>>,
    /// The subject of the client's certificate, as RFC 4514 writes it: `CN=ada,O=Example`.
    pub client_subject: Option<String>,
}
