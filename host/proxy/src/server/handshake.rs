use std::io;

use tokio::net::TcpStream;
use tokio_rustls::TlsStream;
use x509_cert::der::Decode as _;

use crate::exchange::TlsInfo;
use crate::listener::{Listener, Transport};

/// Takes a connection into this thread, with the TLS handshake if the listener has certificates.
pub(super) async fn accept(
    stream: std::net::TcpStream,
    listener: &Listener,
) -> io::Result<(Transport, Option<TlsInfo>)> {
    let stream = TcpStream::from_std(stream)?;
    let Some(acceptor) = &listener.tls else { return Ok((Transport::Plain(stream), None)) };
    let stream = acceptor.accept(stream).await?;
    let (_, session) = stream.get_ref();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let certificate = session.peer_certificates().and_then(<[_]>::first);
    let info = TlsInfo {
        version: session.protocol_version().and_then(|version| match version {
            rustls::ProtocolVersion::TLSv1_2 => Some("TLSv1.2"),
            rustls::ProtocolVersion::TLSv1_3 => Some("TLSv1.3"),
            _ => None,
        }),
        cipher: session.negotiated_cipher_suite().and_then(|suite| suite.suite().as_str()),
        server_name: session.server_name().map(str::to_owned),
        alpn: session.alpn_protocol().map(text),
        client_certificate: certificate.map(|certificate| certificate.as_ref().to_vec()),
        client_subject: certificate.and_then(|certificate| {
            let parsed = x509_cert::Certificate::from_der(certificate.as_ref()).ok()?;
            Some(parsed.tbs_certificate.subject.to_string())
        }),
    };
    Ok((Transport::Tls(Box::new(TlsStream::Server(stream))), Some(info)))
}
