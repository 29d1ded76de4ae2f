//! Requests to real servers on this machine, with the answers of a name server that the test chooses.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt as _, Empty};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::broadcast;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::{self, ServerConfig};
use wasmtime_wasi_http::{Error, WasiBody};

use super::connection::Waits;
use super::outgoing::{Hooks, Outgoing};
use super::tls::{Trust, trusting};
use crate::grants::{Policy, Request as Wanted, Requested};
use crate::instance::ledger::Ledger;
use crate::instance::limits::Limits;
use crate::instance::log_sink::LogSink;
use crate::{Digest, LogLevel, LogLine};

/// All names lead to this machine, but one.
fn inside(name: &str) -> io::Result<Vec<IpAddr>> {
    match name {
        "nowhere.org" => Err(io::ErrorKind::NotFound.into()),
        _ => Ok(vec!["127.0.0.1".parse().unwrap()]),
    }
}

/// What sends the requests of a plugin with these grants.
fn outgoing(grants: &[&str], trust: Trust) -> (Hooks, broadcast::Receiver<LogLine>) {
    let (mut policy, mut wanted) = (Policy::new(), Wanted::default());
    for grant in grants {
        let capability: crate::Capability = format!("http {grant}").parse().unwrap();
        (policy, wanted) = (policy.allow(capability.clone()), wanted.with(capability));
    }
    let granted = policy.grant(&Requested::by_names("p", Digest::of(b"p"), &wanted, [])).unwrap();
    let (sender, lines) = broadcast::channel(16);
    let log = LogSink::new("p".into(), LogLevel::Debug, 100, sender);
    let outgoing = Outgoing::new(&granted, &Limits::default(), &Ledger::default(), Arc::default(), log);
    (outgoing.hooks.with(inside, trust), lines)
}

async fn send(hooks: &Hooks, url: &str) -> Result<String, Error> {
    let body: WasiBody = Empty::<Bytes>::new().map_err(|never| match never {}).boxed_unsync();
    let request = Request::get(url).header("host", "x").body(body).unwrap();
    let shared = hooks.shared();
    let (response, driver) = shared.send(shared.permit(&request)?, Waits::new(None), request).await?;
    let driver = tokio::spawn(Box::into_pin(driver));
    let body = response.into_body().collect().await?.to_bytes();
    driver.abort();
    Ok(String::from_utf8(body.to_vec()).unwrap())
}

/// Answers one request after the other, with or without TLS.
async fn server(tls: Option<TlsAcceptor>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            match &tls {
                // Fails where the client does not trust it.
                Some(tls) => match tls.accept(stream).await {
                    Ok(stream) => answer(stream).await,
                    Err(_) => continue,
                },
                None => answer(stream).await,
            }
        }
    });
    port
}

async fn answer(mut stream: impl AsyncRead + AsyncWrite + Unpin) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        if stream.read_buf(&mut request).await.unwrap_or(0) == 0 {
            return;
        }
    }
    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello").await;
    let _ = stream.flush().await;
}

// attack: a granted name that leads to an address of this machine or a private network
// host: refuses the request, unless the address is granted with this port and method
#[tokio::test]
async fn a_granted_name_does_not_lead_inside() {
    let port = server(None).await;
    let url = format!("http://inside.org:{port}/");
    let name = format!("http://inside.org:{port}");
    let (hooks, mut lines) = outgoing(&[&name], Trust::System);
    assert!(matches!(send(&hooks, &url).await, Err(Error::DestinationIpProhibited)));
    let line = lines.try_recv().unwrap().message;
    assert!(line.contains("leads to 127.0.0.1") && line.ends_with("http = [\"http://127.0.0.1\"]"), "{line}");

    let (other_port, other_method) =
        (format!("http://127.0.0.1:{}", port ^ 1), format!("POST http://127.0.0.1:{port}"));
    for other in [other_port, other_method, format!("https://127.0.0.1:{port}")] {
        let (hooks, _lines) = outgoing(&[&name, &other], Trust::System);
        assert!(matches!(send(&hooks, &url).await, Err(Error::DestinationIpProhibited)), "{other}");
    }
    let (hooks, _lines) = outgoing(&[&name, &format!("GET http://127.0.0.1:{port}")], Trust::System);
    assert_eq!(send(&hooks, &url).await.unwrap(), "hello");
    let (hooks, _lines) = outgoing(&[&format!("http://localhost:{port}")], Trust::System);
    assert_eq!(send(&hooks, &format!("http://LOCALHOST.:{port}/")).await.unwrap(), "hello");
    let (hooks, _lines) = outgoing(&["http://nowhere.org"], Trust::System);
    assert!(matches!(send(&hooks, "http://nowhere.org/").await, Err(Error::DnsError { .. })));
}

// attack: a server with a certificate for another name, or by nobody who is trusted
// host: sends nothing to it
#[tokio::test]
async fn certificates_are_checked() {
    let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let certificate = certified.cert.der().clone();
    let key = rustls::pki_types::PrivateKeyDer::try_from(certified.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .unwrap();
    let port = server(Some(TlsAcceptor::from(Arc::new(config)))).await;
    let grants = [format!("https://localhost:{port}"), format!("https://127.0.0.1:{port}")];
    let grants = grants.each_ref().map(String::as_str);
    let (hooks, _lines) = outgoing(&grants, trusting(certificate));
    assert_eq!(send(&hooks, &format!("https://localhost:{port}/")).await.unwrap(), "hello");
    let by_address = send(&hooks, &format!("https://127.0.0.1:{port}/")).await;
    assert!(matches!(by_address, Err(Error::TlsCertificateError)), "{by_address:?}");
    let (hooks, _lines) = outgoing(&grants, Trust::System);
    let unknown = send(&hooks, &format!("https://localhost:{port}/")).await;
    assert!(matches!(unknown, Err(Error::TlsCertificateError)), "{unknown:?}");
}
