//! Encryption of connections to servers.

use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;

use crate::config::{ClusterConfig, Endpoint};
use crate::listener::{TlsError, roots};

/// The TLS settings of a cluster that has an `https` server.
pub(super) fn connector(cluster: &ClusterConfig) -> Result<Option<TlsConnector>, TlsError> {
    if !cluster.endpoints.iter().any(|endpoint| endpoint.tls) {
        return Ok(None);
    }
    let roots = match &cluster.tls.roots {
        Some(path) => roots(path)?,
        None => system_roots()?,
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Setup)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![if cluster.http2 { b"h2".to_vec() } else { b"http/1.1".to_vec() }];
    Ok(Some(Arc::new(config).into()))
}

fn system_roots() -> Result<RootCertStore, TlsError> {
    let mut store = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    store.add_parsable_certificates(found.certs);
    if store.is_empty() {
        let errors: Vec<_> = found.errors.iter().map(ToString::to_string).collect();
        return Err(TlsError::NoRoots(errors.join(", ")));
    }
    Ok(store)
}

/// The name that a server's certificate has to have.
pub(super) fn server_name(
    cluster: &ClusterConfig,
    endpoint: &Endpoint,
) -> std::io::Result<ServerName<'static>> {
    let name = cluster.tls.name.as_ref().unwrap_or(&endpoint.target.host);
    ServerName::try_from(name.clone())
        .map_err(|_| std::io::Error::other(format!("`{name}` is not a name for a certificate; set tls.name")))
}
