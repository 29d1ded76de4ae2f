//! Certificates of listeners.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert, WebPkiClientVerifier};
use rustls::sign::CertifiedKey;
use thiserror::Error;

use crate::config::ListenerConfig;

/// Why certificates cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TlsError {
    /// A file cannot be read, or is not PEM.
    #[error("cannot read {what} {path}: {error}; it has to be a PEM file")]
    Read {
        /// What the file is for.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What the reader says.
        error: rustls::pki_types::pem::Error,
    },
    /// A file has no certificate.
    #[error("{path} has no certificate; it has to have at least one `-----BEGIN CERTIFICATE-----`")]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// The key does not fit the certificate, or is of an unsupported kind.
    #[error(
        "the key {key} cannot be used with the certificate {certificate}: {error}; check that they belong together"
    )]
    Key {
        /// The key.
        key: PathBuf,
        /// The certificate.
        certificate: PathBuf,
        /// What rustls says.
        error: rustls::Error,
    },
    /// The system's authorities cannot be read.
    #[error("the system has no authorities that could be read: {0}; set `tls = {{ roots = \"FILE\" }}`")]
    NoRoots(String),
    /// The authorities cannot be used.
    #[error("the authorities of {path} cannot be used: {error}")]
    Roots {
        /// The file.
        path: PathBuf,
        /// What rustls says.
        error: String,
    },
    /// Something else in the settings.
    #[error("TLS cannot be set up: {0}")]
    Setup(rustls::Error),
}

/// The TLS settings of a listener, from its files as they are now.
pub(crate) fn server_config(listener: &ListenerConfig) -> Result<Arc<rustls::ServerConfig>, TlsError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut certificates = Certificates { by_name: HashMap::new(), default: None };
    for files in &listener.certificates {
        let chain = chain(&files.certificate, "the certificate")?;
        let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|error| TlsError::Read {
            what: "the key",
            path: files.key.clone(),
            error,
        })?;
        let names = names(&chain);
        let certified = CertifiedKey::from_der(chain, key, &provider).map_err(|error| TlsError::Key {
            key: files.key.clone(),
            certificate: files.certificate.clone(),
            error,
        })?;
        let certified = Arc::new(certified);
        for name in names {
            certificates.by_name.entry(name).or_insert_with(|| Arc::clone(&certified));
        }
        certificates.default.get_or_insert(certified);
    }
    let builder = rustls::ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Setup)?;
    let builder = match &listener.client_roots {
        None => builder.with_no_client_auth(),
        Some(path) => {
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots(path)?), provider)
                .build()
                .map_err(|error| TlsError::Roots { path: path.clone(), error: error.to_string() })?;
            builder.with_client_cert_verifier(verifier)
        }
    };
    let mut config = builder.with_cert_resolver(Arc::new(certificates));
    config.alpn_protocols =
        if listener.http2 { vec![b"h2".to_vec(), b"http/1.1".to_vec()] } else { vec![b"http/1.1".to_vec()] };
    if listener.protocol == crate::config::Protocol::Tcp {
        config.alpn_protocols.clear();
    }
    Ok(Arc::new(config))
}

/// The authorities of a file.
pub(crate) fn roots(path: &Path) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in chain(path, "the file of authorities")? {
        roots
            .add(certificate)
            .map_err(|error| TlsError::Roots { path: path.to_owned(), error: error.to_string() })?;
    }
    Ok(roots)
}

fn chain(path: &Path, what: &'static str) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let read = |error| TlsError::Read { what, path: path.to_owned(), error };
    let chain: Vec<_> = CertificateDer::pem_file_iter(path)
        .map_err(read)?
        .collect::<Result<_, _>>()
        .map_err(|error| TlsError::Read { what, path: path.to_owned(), error })?;
    if chain.is_empty() {
        return Err(TlsError::Empty { path: path.to_owned() });
    }
    Ok(chain)
}

/// The DNS names that the first certificate of a chain is for, in lower case.
fn names(chain: &[CertificateDer<'_>]) -> Vec<String> {
    let Some(first) = chain.first() else { return Vec::new() };
    // A certificate that cannot be taken apart is still served to clients that ask for no other.
    let Ok(certificate) = webpki::EndEntityCert::try_from(first) else { return Vec::new() };
    certificate.valid_dns_names().map(str::to_ascii_lowercase).collect()
}

/// Selects a certificate by the name that a client asks for.
#[derive(Debug)]
struct Certificates {
    by_name: HashMap<String, Arc<CertifiedKey>>,
    /// For clients that ask for no name, or for one that no certificate has: the first.
    default: Option<Arc<CertifiedKey>>,
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let by_name = hello.server_name().and_then(|name| {
            let name = name.to_ascii_lowercase();
            let below = || name.split_once('.').and_then(|(_, rest)| self.by_name.get(&format!("*.{rest}")));
            self.by_name.get(&name).or_else(below)
        });
        by_name.or(self.default.as_ref()).cloned()
    }
}
