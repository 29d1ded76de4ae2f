//! HTTP/2, trailers, TLS, `Expect`, upgrades, tunnels and plain TCP.

use http::Request;
use http_body_util::BodyExt as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::support::http2::{self, Http2Server, Pieces};
use crate::support::server::Reply;
use crate::support::tls::{self, Authority};
use crate::support::{Client, LISTENER, Server, soon, start, to};

fn get(path: &str) -> Request<Pieces> {
    Request::get(format!("http://example.org{path}")).body(Pieces::new(&[], &[])).unwrap()
}

#[tokio::test]
async fn http2_clients_reach_http1_servers() {
    let server = Server::named("ok").await;
    let (_proxy, address) = start(&to(server.address)).await;
    let mut client = http2::connect(address).await;
    let request = Request::post("http://example.org/a?b")
        .header("x-a", "1")
        .body(Pieces::new(&["bo", "dy"], &[]))
        .unwrap();
    let response = soon(client.send_request(request)).await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(soon(response.collect()).await.unwrap().to_bytes(), "ok");
    let seen = server.last();
    assert!(seen.head.starts_with("POST /a?b HTTP/1.1\r\n"), "{}", seen.head);
    assert_eq!(seen.header("host").as_deref(), Some("example.org"));
    assert_eq!(seen.header("via").as_deref(), Some("2 witdock"));
    assert_eq!(seen.body, "body");
}

#[tokio::test]
async fn grpc_passes_with_its_trailers() {
    let server = Http2Server::start().await;
    let text = format!("{}http2 = true\n", to(server.address));
    let (_proxy, address) = start(&text).await;
    let client = http2::connect(address).await;
    let calls = (0..20).map(|_| {
        let mut client = client.clone();
        async move {
            let request = Request::post("http://example.org/service/method")
                .header("content-type", "application/grpc")
                .header("te", "trailers")
                .body(Pieces::new(&["re", "quest"], &[("x-checksum", "1")]))
                .unwrap();
            let response = soon(client.send_request(request)).await.unwrap();
            let body = soon(response.collect()).await.unwrap();
            assert_eq!(body.trailers().unwrap()["grpc-status"], "0");
            assert_eq!(body.to_bytes(), "ok");
        }
    });
    futures_util::future::join_all(calls).await;
    let seen = server.seen();
    assert_eq!((seen.len(), server.connections()), (20, 1));
    for (head, body, trailers) in seen {
        assert_eq!(head.uri, "http://example.org/service/method");
        assert_eq!(head.headers["te"], "trailers");
        assert_eq!(
            (body.as_ref(), &trailers.unwrap()["x-checksum"]),
            (&b"request"[..], &"1".parse().unwrap())
        );
    }
}

#[tokio::test]
async fn trailers_pass_in_http1() {
    let server = Server::start(|_| {
        Reply::Bytes(
            b"HTTP/1.1 200 OK\r\nTrailer: x-sum\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nx-sum: 2\r\n\r\n".to_vec(),
        )
    })
    .await;
    let (_proxy, address) = start(&to(server.address)).await;
    let mut client = Client::connect(address).await;
    client
        .send(
            "POST / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nConnection: te\r\nTrailer: x-end\r\nTransfer-Encoding: chunked\r\n\r\n\
             4\r\nbody\r\n0\r\nx-end: 1\r\n\r\n",
        )
        .await;
    let response = client.response().await;
    assert_eq!((response.body.as_str(), response.trailers.as_str()), ("ok", "x-sum: 2\r\n"));
    let seen = server.last();
    assert_eq!((seen.body.as_str(), seen.trailers.as_str()), ("body", "x-end: 1\r\n"));
    assert_eq!(seen.header("te").as_deref(), Some("trailers"));
    assert_eq!(seen.header("connection").as_deref(), Some("te"));
}

#[tokio::test]
async fn http2_authority_and_host_have_to_agree() {
    let server = Server::named("ok").await;
    let (_proxy, address) = start(&to(server.address)).await;
    let mut client = http2::connect(address).await;
    let mut request = get("/");
    request.headers_mut().insert("host", "other".parse().unwrap());
    assert_eq!(soon(client.send_request(request)).await.unwrap().status(), 400);
    let mut request = get("/");
    request.headers_mut().insert("host", "example.org".parse().unwrap());
    assert_eq!(soon(client.send_request(request)).await.unwrap().status(), 200);
}

#[tokio::test]
async fn tls_selects_certificates_and_protocols_by_what_the_client_asks_for() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    authority.issue(folder.path(), "one", &["one.test"]);
    authority.issue(folder.path(), "many", &["*.many.test", "many.test"]);
    let server = Server::named("ok").await;
    let path = |file: &str| folder.path().join(file).display().to_string();
    let tls = format!(
        "tls = [{{ certificate = \"{}\", key = \"{}\" }}, {{ certificate = \"{}\", key = \"{}\" }}]\n[[route]]",
        path("one.pem"),
        path("one.key"),
        path("many.pem"),
        path("many.key")
    );
    let (_proxy, address) = start(&to(server.address).replacen("[[route]]", &tls, 1)).await;
    for (name, expected) in
        [("one.test", "one.test"), ("a.many.test", "*.many.test"), ("many.test", "*.many.test")]
    {
        let stream = authority.connect(address, name, &["http/1.1"]).await.unwrap();
        assert_eq!(tls::names(&stream)[0], expected);
        let mut client = Client::new(stream);
        client.send(format!("GET / HTTP/1.1\r\nHost: {name}\r\n\r\n")).await;
        assert_eq!(client.response().await.body, "ok");
        assert_eq!(server.last().header("x-forwarded-proto").as_deref(), Some("https"));
    }
    let stream = authority.connect(address, "one.test", &["h2", "http/1.1"]).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let mut client = http2::client(stream).await;
    let request = Request::get("https://one.test/").body(Pieces::new(&[], &[])).unwrap();
    assert_eq!(soon(client.send_request(request)).await.unwrap().status(), 200);
    // No certificate has this name: the first one is shown, and the client decides.
    assert!(authority.connect(address, "other.test", &[]).await.is_err());
}

#[tokio::test]
async fn servers_are_reached_by_tls_and_checked() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    authority.issue(folder.path(), "backend", &["backend.test"]);
    authority.write(&folder.path().join("roots.pem"));
    let server = Server::named("secret").await;
    // A proxy with TLS stands in for a server with TLS.
    let path = |file: &str| folder.path().join(file).display().to_string();
    let tls = format!(
        "tls = {{ certificate = \"{}\", key = \"{}\" }}\n[[route]]",
        path("backend.pem"),
        path("backend.key")
    );
    let (_inner, inner) = start(&to(server.address).replacen("[[route]]", &tls, 1)).await;
    let outer = |more: &str| {
        format!(
            "{}tls = {{ roots = \"{}\"{more} }}\n",
            to(inner).replace("http://", "https://"),
            path("roots.pem")
        )
    };
    let (_proxy, address) = start(&outer(", name = \"backend.test\"")).await;
    assert_eq!(Client::get(address, "/").await.body, "secret");
    let (_proxy, address) = start(&format!("{}http2 = true\n", outer(", name = \"backend.test\""))).await;
    assert_eq!(Client::get(address, "/").await.body, "secret");
    // The certificate has another name.
    let (_proxy, address) = start(&outer(", name = \"other.test\"")).await;
    assert_eq!(Client::get(address, "/").await.status(), 502);
}

#[tokio::test]
async fn expect_goes_from_end_to_end() {
    // A server that says when it wants the body, byte by byte.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (_proxy, address) = start(&to(listener.local_addr().unwrap())).await;
    let mut client = Client::connect(address).await;
    client.send("PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n").await;
    let mut server = Client::new(soon(listener.accept()).await.unwrap().0);
    let head = server.until("\r\n\r\n").await.unwrap();
    assert!(head.contains("expect: 100-continue\r\n"), "{head}");
    server.send("HTTP/1.1 100 Continue\r\n\r\n").await;
    assert_eq!(client.response().await.status(), 100);
    client.send("body").await;
    assert_eq!(server.exactly(4).await.unwrap(), "body");
    server.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    assert_eq!(client.response().await.status(), 200);
    // A server that does not want the body: the client never sends it.
    client.send("PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n").await;
    server.until("\r\n\r\n").await.unwrap();
    server.send("HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n").await;
    let response = client.response().await;
    assert_eq!(response.status(), 401);
    assert_eq!(client.rest().await, "", "nothing can follow where a body may or may not come");
}

/// A server that changes to a protocol that sends back what it gets.
async fn echo_upgrade() -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut client = Client::new(stream);
                let head = client.until("\r\n\r\n").await.unwrap();
                if !head.contains("upgrade: websocket") {
                    return client.send("HTTP/1.1 426 No\r\nContent-Length: 0\r\n\r\n").await;
                }
                client
                    .send(
                        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                         Sec-WebSocket-Accept: x\r\n\r\nfirst",
                    )
                    .await;
                let (mut reader, mut writer) = client.stream.split();
                let _ = tokio::io::copy(&mut reader, &mut writer).await;
                let _ = writer.write_all(b"last").await;
            });
        }
    });
    address
}

#[tokio::test]
async fn a_websocket_becomes_a_tunnel() {
    let (_proxy, address) = start(&to(echo_upgrade().await)).await;
    let mut client = Client::connect(address).await;
    client
        .send(
            "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Key: x\r\n\r\n",
        )
        .await;
    let response = client.response().await;
    assert_eq!(response.status(), 101);
    assert_eq!(response.header("upgrade").as_deref(), Some("websocket"));
    assert_eq!(response.header("connection").as_deref(), Some("upgrade"));
    assert_eq!(response.header("sec-websocket-accept").as_deref(), Some("x"));
    assert_eq!(client.exactly(5).await.unwrap(), "first");
    client.send("ping").await;
    assert_eq!(client.exactly(4).await.unwrap(), "ping");
    // The client ends its direction, and the server still says something.
    client.stream.shutdown().await.unwrap();
    assert_eq!(client.rest().await, "last");
    // Another protocol is not passed on.
    let mut client = Client::connect(address).await;
    client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n").await;
    assert_eq!(client.response().await.status(), 426);
}

/// A server of plain TCP that sends back what it gets, and `end` after the end.
async fn echo() -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut reader, mut writer) = stream.split();
                let _ = tokio::io::copy(&mut reader, &mut writer).await;
                let _ = writer.write_all(b"end").await;
            });
        }
    });
    address
}

#[tokio::test]
async fn connect_reaches_the_targets_that_are_named() {
    let target = echo().await;
    let text = format!("{LISTENER}connect = [\"{target}\"]\n");
    let (_proxy, address) = start(&text).await;
    let mut client = Client::connect(address).await;
    client.send(format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n")).await;
    let head = client.until("\r\n\r\n").await.unwrap();
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    client.send("hello").await;
    assert_eq!(client.exactly(5).await.unwrap(), "hello");
    client.stream.shutdown().await.unwrap();
    assert_eq!(client.rest().await, "end");
    let mut client = Client::connect(address).await;
    client.send("CONNECT 127.0.0.1:1 HTTP/1.1\r\nHost: 127.0.0.1:1\r\n\r\n").await;
    assert_eq!(client.response().await.status(), 403);
}

#[tokio::test]
async fn plain_tcp_is_copied_both_ways() {
    let server = echo().await;
    let text = format!(
        "{LISTENER}protocol = \"tcp\"\ncluster = \"a\"\nlimits = {{ idle_timeout_ms = 200 }}\n\
         [cluster.a]\nendpoints = [\"{server}\"]\n"
    );
    let (_proxy, address) = start(&text).await;
    let mut client = Client::connect(address).await;
    let large = "x".repeat(1 << 20);
    let (mut reader, mut writer) = client.stream.split();
    let (sent, received) = tokio::join!(
        async {
            writer.write_all(large.as_bytes()).await.unwrap();
            writer.shutdown().await
        },
        async {
            let mut received = String::new();
            reader.read_to_string(&mut received).await.unwrap();
            received
        }
    );
    sent.unwrap();
    assert!(received.ends_with("xend") && received.len() == (1 << 20) + 3);
    // Nothing moves: it is closed.
    let mut idle = Client::connect(address).await;
    idle.send("a").await;
    assert_eq!(idle.exactly(1).await.unwrap(), "a");
    assert_eq!(idle.rest().await, "");
}

#[tokio::test]
async fn clients_need_a_certificate_where_the_listener_asks_for_one() {
    let folder = tempfile::tempdir().unwrap();
    let (authority, other) = (Authority::new(), Authority::new());
    authority.issue(folder.path(), "site", &["site.test"]);
    authority.write(&folder.path().join("roots.pem"));
    let path = |file: &str| folder.path().join(file).display().to_string();
    let text = format!(
        "{LISTENER}tls = {{ certificate = \"{}\", key = \"{}\", client_roots = \"{}\" }}\n\
         [[route]]\nrespond = {{ status = 200, body = \"ok\" }}\n",
        path("site.pem"),
        path("site.key"),
        path("roots.pem")
    );
    let (proxy, address) = start(&text).await;
    let admin = proxy.admin("127.0.0.1:0".parse().unwrap(), tokio::sync::mpsc::channel(1).0).unwrap();
    let mut client = Client::new(authority.connect_as(address, "site.test", "Ada").await.unwrap());
    client.send("GET / HTTP/1.1\r\nHost: site.test\r\n\r\n").await;
    assert_eq!(client.response().await.body, "ok");
    let mut shown = Client::connect(admin).await;
    shown.send(format!("GET /connections HTTP/1.1\r\nHost: {admin}\r\n\r\n")).await;
    let shown = shown.response().await.body;
    assert!(shown.contains("\"client_subject\": \"CN=Ada\""), "{shown}");
    // Without one, and with one of another authority. In TLS 1.3 a client hears of it when it reads.
    let none = authority.connect(address, "site.test", &[]).await.unwrap();
    assert_eq!(Client::new(none).rest().await, "");
    assert!(
        other.connect_as(address, "site.test", "Eve").await.is_err(),
        "it does not trust the site either"
    );
}

#[tokio::test]
async fn an_http2_server_that_goes_away_gets_no_more_requests_on_that_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (_proxy, address) = start(&format!("{}http2 = true\n", to(listener.local_addr().unwrap()))).await;
    let (go_away, told) = tokio::sync::watch::channel(false);
    let (finish, finished) = tokio::sync::watch::channel(false);
    let connections = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
    let counted = std::sync::Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let number = counted.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            let (mut told, finished) = (told.clone(), finished.clone());
            let service = hyper::service::service_fn(move |request: Request<hyper::body::Incoming>| {
                let mut finished = finished.clone();
                async move {
                    if request.uri().path() == "/slow" {
                        finished.wait_for(|done| *done).await.unwrap();
                    }
                    let text = if number == 0 { "first" } else { "second" };
                    Ok::<_, std::convert::Infallible>(http::Response::new(Pieces::new(&[text], &[])))
                }
            });
            tokio::spawn(async move {
                let builder = hyper::server::conn::http2::Builder::new(hyper_util::rt::TokioExecutor::new());
                let mut connection =
                    std::pin::pin!(builder.serve_connection(hyper_util::rt::TokioIo::new(stream), service));
                tokio::select! {
                    _ = &mut connection => return,
                    _ = told.wait_for(|told| *told && number == 0) => {}
                }
                connection.as_mut().graceful_shutdown();
                let _ = connection.await;
            });
        }
    });
    let slow = tokio::spawn(async move { Client::get(address, "/slow").await.body });
    // The same worker or the other: both have a connection before it goes away.
    soon(async {
        while connections.load(std::sync::atomic::Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    go_away.send(true).unwrap();
    for _ in 0..20 {
        assert_eq!(Client::get(address, "/").await.status(), 200);
    }
    soon(async { while Client::get(address, "/").await.body != "second" {} }).await;
    finish.send(true).unwrap();
    assert_eq!(soon(slow).await.unwrap(), "first", "what ran has ended as it should");
}
