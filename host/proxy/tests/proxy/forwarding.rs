//! What a server sees of a request, and a client of a response.

use crate::support::server::Reply;
use crate::support::{Client, Server, start, to};

#[tokio::test]
async fn a_request_is_forwarded_and_its_response_comes_back() {
    let server = Server::named("hello").await;
    let (_proxy, address) = start(&to(server.address)).await;
    let mut client = Client::connect(address).await;
    client
        .send(
            "POST /a?b=c HTTP/1.1\r\nHost: example.org\r\nContent-Length: 4\r\nX-A: 1\r\nX-A: 2\r\n\r\nbody",
        )
        .await;
    let response = client.response().await;
    assert_eq!((response.status(), response.body.as_str()), (200, "hello"));
    let seen = server.last();
    assert!(seen.head.starts_with("POST /a?b=c HTTP/1.1\r\n"), "{}", seen.head);
    assert_eq!(seen.body, "body");
    for (name, value) in [
        ("host", "example.org"),
        ("x-a", "1 | 2"),
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-host", "example.org"),
        ("via", "1.1 witdock"),
    ] {
        assert_eq!(seen.header(name).as_deref(), Some(value), "{name}: {}", seen.head);
    }
    // The connections of both sides are used again.
    client.send("GET / HTTP/1.1\r\nHost: example.org\r\n\r\n").await;
    assert_eq!(client.response().await.body, "hello");
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn the_first_route_that_matches_takes_a_request() {
    let one = Server::named("one").await;
    let two = Server::named("two").await;
    let (_proxy, address) = start(&format!(
        r#"
        [[listener]]
        address = "127.0.0.1:0"
        [[route]]
        path = "/api/*"
        methods = ["GET"]
        headers = {{ x-canary = "1" }}
        cluster = "two"
        [[route]]
        path = "/api/*"
        replace_prefix = "/v1/"
        cluster = "one"
        [[route]]
        host = "*.example.org"
        respond = {{ status = 418, body = "teapot", headers = {{ x-pot = "tea" }} }}
        [[route]]
        path = "/old/*"
        redirect = "https://{{host}}/new{{path}}"
        [cluster.one]
        endpoints = ["http://{}"]
        [cluster.two]
        endpoints = ["http://{}"]
        "#,
        one.address, two.address
    ))
    .await;
    let mut client = Client::connect(address).await;
    let mut ask = async |request: &str| {
        client.send(format!("{request}\r\n\r\n")).await;
        client.response().await
    };
    assert_eq!(ask("GET /api/x HTTP/1.1\r\nhost: a\r\nx-canary: 1").await.body, "two");
    assert_eq!(ask("GET /api/x?y HTTP/1.1\r\nhost: a").await.body, "one");
    assert!(one.last().head.starts_with("GET /v1/x?y "), "{}", one.last().head);
    let teapot = ask("GET / HTTP/1.1\r\nhost: www.Example.org:80").await;
    assert_eq!((teapot.status(), teapot.body.as_str()), (418, "teapot"));
    assert_eq!(teapot.header("x-pot").unwrap(), "tea");
    let redirect = ask("GET /old/{host}?q HTTP/1.1\r\nhost: a.b:81").await;
    assert_eq!(redirect.status(), 308);
    assert_eq!(redirect.header("location").unwrap(), "https://a.b:81/new/old/{host}?q");
    assert_eq!(ask("GET /none HTTP/1.1\r\nhost: a").await.status(), 404);
}

#[tokio::test]
async fn fields_of_one_connection_stay_on_it() {
    let server = Server::start(|_| {
        Reply::Bytes(
            b"HTTP/1.1 200 OK\r\nConnection: x-mine, keep-alive\r\nX-Mine: 1\r\nKeep-Alive: timeout=5\r\n\
              Proxy-Connection: a\r\nX-Kept: 1\r\nContent-Length: 2\r\n\r\nok"
                .to_vec(),
        )
    })
    .await;
    let (_proxy, address) = start(&to(server.address)).await;
    let mut client = Client::connect(address).await;
    client
        .send(
            "GET / HTTP/1.1\r\nHost: a\r\nConnection: X-Drop, Host, X-Forwarded-For, close-not\r\nX-Drop: 1\r\nTE: gzip\r\n\
             Keep-Alive: 1\r\nProxy-Connection: keep-alive\r\nProxy: evil:80\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\nX-Kept: 1\r\n\
             X-Forwarded-For: 6.6.6.6\r\nForwarded: for=6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\n\r\n",
        )
        .await;
    let response = client.response().await;
    for name in ["connection", "x-mine", "keep-alive", "proxy-connection"] {
        assert_eq!(response.header(name), None, "{}", response.head);
    }
    assert_eq!(response.header("x-kept").as_deref(), Some("1"));
    let seen = server.last();
    for name in [
        "connection",
        "x-drop",
        "te",
        "keep-alive",
        "proxy-connection",
        "proxy",
        "upgrade",
        "http2-settings",
        "forwarded",
        "x-real-ip",
    ] {
        assert_eq!(seen.header(name), None, "{}", seen.head);
    }
    assert_eq!(seen.header("host").as_deref(), Some("a"));
    assert_eq!(seen.header("x-kept").as_deref(), Some("1"));
    assert_eq!(
        seen.header("x-forwarded-for").as_deref(),
        Some("127.0.0.1"),
        "only trusted proxies are believed"
    );
}

#[tokio::test]
async fn trusted_proxies_are_believed_and_continued() {
    let server = Server::named("ok").await;
    let forwarding = "[forwarding]\nheaders = \"both\"\ntrusted_proxies = [\"127.0.0.0/8\"]\nvia = \"\"\n";
    let (_proxy, address) = start(&format!("{}{forwarding}", to(server.address))).await;
    let mut client = Client::connect(address).await;
    client
        .send(
            "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https\r\n\
             X-Forwarded-For: 2.3.4.5\r\nForwarded: for=1.2.3.4\r\n\r\n",
        )
        .await;
    client.response().await;
    let seen = server.last();
    assert_eq!(seen.header("x-forwarded-for").as_deref(), Some("1.2.3.4, 2.3.4.5, 127.0.0.1"));
    assert_eq!(seen.header("x-forwarded-proto").as_deref(), Some("https"));
    let forwarded = "for=1.2.3.4, for=127.0.0.1;proto=http;host=\"a\"";
    assert_eq!(seen.header("forwarded").as_deref(), Some(forwarded));
    assert_eq!(seen.header("via"), None);
}
