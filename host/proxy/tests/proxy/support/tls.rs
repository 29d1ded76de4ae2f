use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::pki_types::pem::PemObject as _;
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use super::soon;

/// An authority, and certificates that it has signed.
pub(crate) struct Authority {
    issuer: rcgen::Issuer<'static, rcgen::KeyPair>,
    pem: String,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut parameters = rcgen::CertificateParams::new(Vec::new()).unwrap();
        parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        parameters.distinguished_name.push(rcgen::DnType::CommonName, "test authority");
        let certificate = parameters.self_signed(&key).unwrap();
        Self { pem: pem("CERTIFICATE", certificate.der()), issuer: rcgen::Issuer::new(parameters, key) }
    }

    /// Writes the authority's certificate.
    pub(crate) fn write(&self, path: &Path) {
        std::fs::write(path, &self.pem).unwrap();
    }

    /// Writes `NAME.pem` and `NAME.key` for names.
    pub(crate) fn issue(&self, folder: &Path, file: &str, names: &[&str]) {
        let key = rcgen::KeyPair::generate().unwrap();
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let mut parameters = rcgen::CertificateParams::new(names).unwrap();
        parameters.distinguished_name.push(rcgen::DnType::CommonName, file);
        let certificate = parameters.signed_by(&key, &self.issuer).unwrap();
        std::fs::write(folder.join(format!("{file}.key")), pem("PRIVATE KEY", &key.serialize_der())).unwrap();
        std::fs::write(folder.join(format!("{file}.pem")), pem("CERTIFICATE", certificate.der())).unwrap();
    }

    pub(crate) fn client(&self, alpn: &[&str]) -> rustls::ClientConfig {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(self.roots())
            .with_no_client_auth();
        config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
        config
    }

    /// Connects with a certificate of this authority for a person.
    pub(crate) async fn connect_as(
        &self,
        address: SocketAddr,
        name: &'static str,
        person: &str,
    ) -> std::io::Result<TlsStream<TcpStream>> {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut parameters = rcgen::CertificateParams::new(Vec::new()).unwrap();
        parameters.distinguished_name = rcgen::DistinguishedName::new();
        parameters.distinguished_name.push(rcgen::DnType::CommonName, person);
        let certificate = parameters.signed_by(&key, &self.issuer).unwrap();
        let key = rustls::pki_types::PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(self.roots())
            .with_client_auth_cert(vec![certificate.der().clone()], key)
            .unwrap();
        let stream = soon(TcpStream::connect(address)).await?;
        let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
        soon(connector.connect(ServerName::try_from(name).unwrap(), stream)).await
    }

    fn roots(&self) -> rustls::RootCertStore {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(rustls::pki_types::CertificateDer::from_pem_slice(self.pem.as_bytes()).unwrap()).unwrap();
        roots
    }

    /// Connects, asking for a name.
    pub(crate) async fn connect(
        &self,
        address: SocketAddr,
        name: &'static str,
        alpn: &[&str],
    ) -> std::io::Result<TlsStream<TcpStream>> {
        let stream = soon(TcpStream::connect(address)).await?;
        let connector = tokio_rustls::TlsConnector::from(Arc::new(self.client(alpn)));
        soon(connector.connect(ServerName::try_from(name).unwrap(), stream)).await
    }
}

/// Bytes in a file of text.
fn pem(what: &str, der: &[u8]) -> String {
    let text = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, der);
    let lines: Vec<_> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {what}-----\n{}\n-----END {what}-----\n", lines.join("\n"))
}

/// The names in the certificate that a server showed.
pub(crate) fn names(stream: &TlsStream<TcpStream>) -> Vec<String> {
    let certificate = &stream.get_ref().1.peer_certificates().unwrap()[0];
    let parsed = webpki::EndEntityCert::try_from(certificate).unwrap();
    parsed.valid_dns_names().map(str::to_owned).collect()
}
