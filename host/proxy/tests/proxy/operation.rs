//! Stops, reloads, the log and the admin address.

use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::mpsc;
use witdock_proxy::{ConfigWatch, Proxy};

use crate::support::tls::{self, Authority};
use crate::support::{Client, LISTENER, Server, config, http2, soon, start, to};

fn answering(text: &str) -> String {
    format!("[[route]]\nrespond = {{ status = 200, body = \"{text}\" }}\n")
}

#[tokio::test]
async fn a_stop_lets_requests_end_and_takes_no_new_ones() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (proxy, address) = start(&to(listener.local_addr().unwrap())).await;
    let mut idle = Client::connect(address).await;
    let mut busy = Client::connect(address).await;
    busy.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let mut server = Client::new(soon(listener.accept()).await.unwrap().0);
    server.until("\r\n\r\n").await.unwrap();
    server.send("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf").await;
    busy.until("half").await.unwrap();
    let stop = tokio::spawn(proxy.stop(Duration::from_secs(20)));
    // The idle connection is closed, and the address is free.
    assert_eq!(idle.rest().await, "");
    soon(async {
        while tokio::net::TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert!(!stop.is_finished());
    server.send("done").await;
    assert_eq!(busy.exactly(4).await.unwrap(), "done");
    assert_eq!(busy.rest().await, "");
    assert!(soon(stop).await.unwrap(), "all requests had ended");
}

#[tokio::test]
async fn a_stop_ends_after_its_time() {
    for more in ["", "http2 = true\n"] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (proxy, address) = start(&format!("{}{more}", to(listener.local_addr().unwrap()))).await;
        let mut busy = Client::connect(address).await;
        busy.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
        let mut server = Client::new(soon(listener.accept()).await.unwrap().0);
        server.until("\r\n\r\n").await.unwrap();
        assert!(!soon(proxy.stop(Duration::from_millis(50))).await);
        assert_eq!(busy.rest().await, "");
    }
}

#[tokio::test]
async fn http2_clients_are_told_of_a_stop() {
    let (proxy, address) = start(&format!("{LISTENER}{}", answering("ok"))).await;
    let mut client = http2::connect(address).await;
    let request = || http::Request::get("http://a/").body(http2::Pieces::new(&[], &[])).unwrap();
    assert_eq!(soon(client.send_request(request())).await.unwrap().status(), 200);
    assert!(soon(proxy.stop(Duration::from_secs(20))).await);
    assert!(soon(client.ready()).await.is_err() || soon(client.send_request(request())).await.is_err());
}

#[tokio::test]
async fn a_reload_keeps_connections_and_sockets() {
    let (mut proxy, address) = start(&format!("{LISTENER}{}", answering("one"))).await;
    let mut client = Client::connect(address).await;
    let mut ask = async || {
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
        client.response().await.body
    };
    assert_eq!(ask().await, "one");
    proxy.reload(config(&format!("{LISTENER}{}", answering("two")))).await.unwrap();
    soon(async { while ask().await != "two" {} }).await;
    // What cannot be carried out changes nothing.
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let holder = TcpListener::bind(taken).await.unwrap();
    let text = format!("{LISTENER}[[listener]]\naddress = \"{taken}\"\n{}", answering("three"));
    let error = proxy.reload(config(&text)).await.unwrap_err().to_string();
    assert!(error.contains(&format!("cannot listen on {taken}")), "{error}");
    assert_eq!(ask().await, "two");
    // A listener that is added, and one that is removed.
    drop(holder);
    proxy.reload(config(&text)).await.unwrap();
    assert_eq!(proxy.addresses(), [address, taken]);
    assert_eq!(Client::get(taken, "/").await.body, "three");
    proxy.reload(config(&format!("{LISTENER}{}", answering("four")))).await.unwrap();
    soon(async {
        while tokio::net::TcpStream::connect(taken).await.is_ok() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    soon(async { while ask().await != "four" {} }).await;
    let threads = format!("{LISTENER}{}", answering("five"));
    let mut other = config(&threads);
    other.threads = 7;
    assert!(proxy.reload(other).await.unwrap_err().to_string().contains("restart"));
}

#[tokio::test]
async fn no_request_is_lost_over_reloads() {
    let server = Server::named("ok").await;
    let (mut proxy, address) = start(&to(server.address)).await;
    let clients: Vec<_> = (0..8)
        .map(|_| {
            tokio::spawn(async move {
                let mut client = Client::connect(address).await;
                for _ in 0..200 {
                    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
                    assert_eq!(client.response().await.body, "ok");
                }
            })
        })
        .collect();
    for round in 0..50 {
        let text = format!("{}connect_timeout_ms = {}\n", to(server.address), 1000 + round % 3);
        proxy.reload(config(&text)).await.unwrap();
        tokio::task::yield_now().await;
    }
    for client in clients {
        soon(client).await.unwrap();
    }
}

#[tokio::test]
async fn certificates_are_read_again_and_a_broken_one_is_not_used() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    authority.issue(folder.path(), "site", &["old.test"]);
    let path = folder.path().join("proxy.toml");
    let text = format!(
        "threads = 1\n{LISTENER}tls = {{ certificate = \"site.pem\", key = \"site.key\" }}\n{}",
        answering("ok")
    );
    std::fs::write(&path, text).unwrap();
    let read = || witdock_proxy::config::Config::open(&path).unwrap();
    let mut watch = ConfigWatch::new(&read()).unwrap();
    let mut proxy = Proxy::start(read()).await.unwrap();
    let address = proxy.addresses()[0];
    let before = authority.connect(address, "old.test", &["http/1.1"]).await.unwrap();

    std::fs::write(folder.path().join("site.pem"), "broken").unwrap();
    soon(watch.changed()).await;
    let error = proxy.reload(read()).await.unwrap_err().to_string();
    assert!(error.contains("site.pem"), "{error}");
    assert!(authority.connect(address, "old.test", &[]).await.is_ok());

    authority.issue(folder.path(), "site", &["new.test"]);
    soon(watch.changed()).await;
    proxy.reload(read()).await.unwrap();
    soon(async {
        loop {
            if let Ok(stream) = authority.connect(address, "new.test", &[]).await {
                assert_eq!(tls::names(&stream), ["new.test"]);
                return;
            }
        }
    })
    .await;
    // The connection from before still works.
    let mut before = Client::new(before);
    before.send("GET / HTTP/1.1\r\nHost: old.test\r\n\r\n").await;
    assert_eq!(before.response().await.body, "ok");
}

#[tokio::test]
async fn the_access_log_has_a_line_for_each_request() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("access.log");
    let server = Server::named("hello").await;
    let text =
        format!("{}[access_log]\npath = \"{}\"\nformat = \"json\"\n", to(server.address), log.display());
    let (proxy, address) = start(&text).await;
    let mut client = Client::connect(address).await;
    client.send("POST /a?b='c HTTP/1.1\r\nHost: example.org\r\nContent-Length: 4\r\n\r\nbody").await;
    client.response().await;
    client.send("TRACE / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    client.response().await;
    assert!(soon(proxy.stop(Duration::from_secs(20))).await);
    let lines = soon(async {
        loop {
            let text = std::fs::read_to_string(&log).unwrap();
            if text.lines().count() == 2 {
                return text;
            }
            tokio::task::yield_now().await;
        }
    })
    .await;
    let lines: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let first = &lines[0];
    for (key, value) in [
        ("method", "POST".into()),
        ("host", "example.org".into()),
        ("path", "/a?b='c".into()),
        ("protocol", "HTTP/1.1".into()),
        ("status", 200.into()),
        ("request_bytes", 4.into()),
        ("response_bytes", 5.into()),
        ("route", "route-1".into()),
        ("cluster", "a".into()),
        ("upstream", server.address.to_string().into()),
        ("attempts", 1.into()),
        ("flags", serde_json::json!([])),
    ] {
        assert_eq!(first[key], value, "{key} in {first}");
    }
    assert_eq!((&lines[1]["status"], &lines[1]["flags"][0]), (&405.into(), &"bad-request".into()));
}

#[tokio::test]
async fn the_admin_address_shows_what_goes_on() {
    let server = Server::named("ok").await;
    let (proxy, address) = start(&to(server.address)).await;
    let (ask, mut asked) = mpsc::channel(1);
    let admin = proxy.admin("127.0.0.1:0".parse().unwrap(), ask).unwrap();
    let show = async |path: &str| {
        let mut client = Client::connect(admin).await;
        client.send(format!("GET {path} HTTP/1.1\r\nHost: {admin}\r\nConnection: close\r\n\r\n")).await;
        client.response().await
    };
    let mut tail = Client::connect(admin).await;
    tail.send(format!("GET /tail HTTP/1.1\r\nHost: {admin}\r\n\r\n")).await;
    tail.until("\r\n\r\n").await.unwrap();
    let mut client = Client::connect(address).await;
    client.send("GET /seen HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert_eq!(client.response().await.body, "ok");
    let line = tail.until("}\n").await.unwrap();
    assert!(line.contains("\"path\":\"/seen\"") && line.contains("\"status\":200"), "{line}");
    assert_eq!(show("/health").await.body, "ok\n");
    let metrics = show("/metrics").await.body;
    for line in [
        "witdock_proxy_requests_total{class=\"2\"} 1",
        "witdock_proxy_cluster_requests_total{cluster=\"a\",class=\"2\"} 1",
        "witdock_proxy_cluster_servers_available{cluster=\"a\"} 1",
        "witdock_proxy_request_duration_seconds_count 1",
        "# EOF",
    ] {
        assert!(metrics.contains(line), "{line}: {metrics}");
    }
    let connections: serde_json::Value = serde_json::from_str(&show("/connections").await.body).unwrap();
    assert_eq!(connections.as_array().unwrap().len(), 1);
    let page = show("/").await;
    assert_eq!(page.header("content-type").as_deref(), Some("text/html; charset=utf-8"));
    assert!(page.body.contains(&format!("http://{}", server.address)) && page.body.contains("healthy"));
    // A page of another site, and a name that was made to lead here.
    let ask_from = async |fields: String| {
        let mut client = Client::connect(admin).await;
        client.send(format!("POST /reload HTTP/1.1\r\n{fields}Content-Length: 0\r\n\r\n")).await;
        client.response().await.status()
    };
    assert_eq!(ask_from(format!("Host: {admin}\r\nOrigin: http://evil.test\r\n")).await, 403);
    assert_eq!(ask_from("Host: evil.test\r\n".to_owned()).await, 403);
    assert!(asked.try_recv().is_err());
    assert_eq!(ask_from(format!("Host: {admin}\r\nOrigin: http://{admin}\r\n")).await, 202);
    soon(asked.recv()).await.unwrap();
}

#[tokio::test]
async fn a_stop_waits_for_tunnels() {
    let target = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let named = target.local_addr().unwrap();
    let (proxy, address) = start(&format!("{LISTENER}connect = [\"{named}\"]\n")).await;
    let mut client = Client::connect(address).await;
    client.send(format!("CONNECT {named} HTTP/1.1\r\nHost: {named}\r\n\r\n")).await;
    let mut server = Client::new(soon(target.accept()).await.unwrap().0);
    client.until("\r\n\r\n").await.unwrap();
    let stop = tokio::spawn(proxy.stop(Duration::from_secs(20)));
    soon(async {
        while tokio::net::TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    client.send("still").await;
    assert_eq!(server.exactly(5).await.unwrap(), "still");
    assert!(!stop.is_finished());
    drop(client);
    drop(server);
    assert!(soon(stop).await.unwrap());
}

/// More of the same, for minutes.
#[tokio::test]
#[ignore = "takes a minute"]
async fn no_request_is_lost_over_a_thousand_reloads() {
    let server = Server::named("ok").await;
    let (mut proxy, address) = start(&to(server.address)).await;
    let clients: Vec<_> = (0..20)
        .map(|number| {
            tokio::spawn(async move {
                let mut client = Client::connect(address).await;
                for round in 0..5_000 {
                    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
                    assert_eq!(client.response().await.body, "ok");
                    if round % 100 == number {
                        client = Client::connect(address).await;
                    }
                }
            })
        })
        .collect();
    for round in 0..1_000 {
        let text = format!("{}connect_timeout_ms = {}\n", to(server.address), 1000 + round % 3);
        if round % 10 == 9 {
            // One that is refused.
            let taken = format!("{text}[[listener]]\naddress = \"{}\"\n", server.address);
            assert!(proxy.reload(config(&taken)).await.is_err());
        }
        proxy.reload(config(&text)).await.unwrap();
        tokio::task::yield_now().await;
    }
    for client in clients {
        client.await.unwrap();
    }
}
