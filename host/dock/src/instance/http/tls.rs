//! TLS to the hosts that plugins make requests to.

use std::sync::Arc;

use rustls::ClientConfig;
use tokio::net::TcpStream;
use tokio::sync::OnceCell;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use wasmtime_wasi_http::Error;

/// The roots that the system trusts, read once a process.
static OF_SYSTEM: OnceCell<Arc<ClientConfig>> = OnceCell::const_new();

/// Whom to trust.
#[derive(Clone, Debug, Default)]
pub(super) enum Trust {
    /// The roots of the system, or those that `SSL_CERT_FILE` and `SSL_CERT_DIR` name.
    #[default]
    System,
    #[cfg(test)]
    These(Arc<ClientConfig>),
}

impl Trust {
    async fn config(&self) -> Result<Arc<ClientConfig>, Error> {
        match self {
            Self::System => OF_SYSTEM.get_or_try_init(of_system).await.cloned(),
            #[cfg(test)]
            Self::These(config) => Ok(config.clone()),
        }
    }
}

/// Makes a TLS connection over an open one. `host` is the name or the address that the certificate must be for.
pub(super) async fn connect(
    trust: &Trust,
    host: &str,
    stream: TcpStream,
) -> Result<TlsStream<TcpStream>, Error> {
    let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    let name =
        rustls::pki_types::ServerName::try_from(bare.to_owned()).map_err(|_| Error::HttpRequestUriInvalid)?;
    let connector = TlsConnector::from(trust.config().await?);
    connector.connect(name, stream).await.map_err(|error| {
        let is_certificate = error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<rustls::Error>())
            .is_some_and(|error| matches!(error, rustls::Error::InvalidCertificate(_)));
        if is_certificate { Error::TlsCertificateError } else { Error::Tls(error) }
    })
}

async fn of_system() -> Result<Arc<ClientConfig>, Error> {
    // It reads hundreds of files.
    let loaded = tokio::task::spawn_blocking(|| {
        let mut roots = rustls::RootCertStore::empty();
        let found = rustls_native_certs::load_native_certs();
        for error in found.errors {
            tracing::warn!("a root certificate of the system cannot be read: {error}");
        }
        roots.add_parsable_certificates(found.certs);
        config(roots)
    });
    loaded.await.map_err(|error| Error::InternalError(Some(error.to_string())))?
}

fn config(roots: rustls::RootCertStore) -> Result<Arc<ClientConfig>, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::InternalError(Some(error.to_string())))?;
    Ok(Arc::new(builder.with_root_certificates(roots).with_no_client_auth()))
}

#[cfg(test)]
pub(super) fn trusting(certificate: rustls::pki_types::CertificateDer<'static>) -> Trust {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(certificate).unwrap();
    Trust::These(config(roots).unwrap())
}
