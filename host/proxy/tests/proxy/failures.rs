//! Servers that fail: retries, time limits, circuit limits, health.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::net::TcpListener;

use crate::support::server::Reply;
use crate::support::{Client, LISTENER, Server, soon, start, to};

fn cluster(servers: &[std::net::SocketAddr], more: &str) -> String {
    let endpoints: Vec<_> = servers.iter().map(|server| format!("\"http://{server}\"")).collect();
    format!(
        "{LISTENER}[[route]]\ncluster = \"a\"\n[cluster.a]\nendpoints = [{}]\n{more}\n",
        endpoints.join(", ")
    )
}

/// An address that takes no connection.
async fn closed() -> std::net::SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

#[tokio::test]
async fn another_server_is_tried_when_one_takes_no_connection() {
    let server = Server::named("ok").await;
    let (_proxy, address) = start(&cluster(&[closed().await, server.address], "")).await;
    for _ in 0..4 {
        let mut client = Client::connect(address).await;
        // Nothing was sent yet: even a POST can go elsewhere.
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody").await;
        assert_eq!(client.response().await.body, "ok");
    }
    assert!(server.seen().iter().all(|request| request.body == "body"));
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_is_502_and_then_503_with_checks() {
    let (_proxy, address) = start(&to(closed().await)).await;
    let response = Client::get(address, "/").await;
    assert_eq!((response.status(), response.body.as_str()), (502, "the server cannot be reached\n"));
}

#[tokio::test]
async fn a_response_of_503_is_tried_elsewhere_when_the_method_is_idempotent() {
    let bad = Server::start(|_| Reply::status(503)).await;
    let good = Server::named("ok").await;
    let (_proxy, address) = start(&cluster(&[bad.address, good.address], "")).await;
    for _ in 0..4 {
        assert_eq!(Client::get(address, "/").await.body, "ok");
    }
    let mut statuses = Vec::new();
    for _ in 0..2 {
        let mut client = Client::connect(address).await;
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").await;
        statuses.push(client.response().await.status());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 503], "a POST is sent once");
}

#[tokio::test]
async fn a_connection_that_breaks_is_tried_again_with_the_body() {
    let count = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&count);
    let server = Server::start(move |_| match counted.fetch_add(1, Ordering::SeqCst) {
        0 => Reply::Last(Vec::new()),
        _ => Reply::text("ok"),
    })
    .await;
    let (_proxy, address) = start(&to(server.address)).await;
    let mut client = Client::connect(address).await;
    client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody").await;
    assert_eq!(client.response().await.body, "ok");
    let bodies: Vec<_> = server.seen().into_iter().map(|request| request.body).collect();
    assert_eq!(bodies, ["body", "body"]);
    // A POST may have been carried out: it is not sent again.
    count.store(0, Ordering::SeqCst);
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody").await;
    let response = client.response().await;
    assert_eq!((response.status(), response.body.as_str()), (502, "the server gave no valid response\n"));
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn retries_have_a_limit_and_can_be_switched_off() {
    let server = Server::start(|_| Reply::Last(Vec::new())).await;
    let (_proxy, address) = start(&cluster(&[server.address], "retry = { attempts = 2 }")).await;
    assert_eq!(Client::get(address, "/").await.status(), 502);
    assert_eq!(server.seen().len(), 3);
    let (_proxy, address) = start(&cluster(&[server.address], "retry = { attempts = 0 }")).await;
    assert_eq!(Client::get(address, "/").await.status(), 502);
    assert_eq!(server.seen().len(), 4);
    let (_proxy, address) = start(&cluster(&[server.address], "retry = { budget_percent = 0 }")).await;
    assert_eq!(Client::get(address, "/").await.status(), 502);
    assert_eq!(server.seen().len(), 5);
}

#[tokio::test]
async fn a_response_that_is_no_http_is_502() {
    for bytes in [
        "nonsense\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX: a\r\n folded\r\n\r\n",
    ] {
        let server = Server::start(move |_| Reply::Last(bytes.into())).await;
        let (_proxy, address) = start(&cluster(&[server.address], "retry = { attempts = 0 }")).await;
        assert_eq!(Client::get(address, "/").await.status(), 502, "{bytes}");
    }
}

#[tokio::test]
async fn time_limits_hold() {
    // Takes requests, and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = silent.local_addr().unwrap();
    tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Ok((stream, _)) = silent.accept().await {
            kept.push(stream);
        }
    });
    let (_proxy, address) = start(&cluster(&[server], "response_timeout_ms = 50")).await;
    let response = Client::get(address, "/").await;
    assert_eq!((response.status(), response.body.as_str()), (504, "the server took too long\n"));
    let route = to(server).replace("[[route]]", "[[route]]\ntimeout_ms = 50");
    let (_proxy, address) = start(&route).await;
    let response = Client::get(address, "/").await;
    assert_eq!((response.status(), response.body.as_str()), (504, "the request took too long\n"));
}

#[tokio::test]
async fn a_response_that_stands_still_is_cut_off() {
    let server =
        Server::start(|_| Reply::Bytes(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf".to_vec())).await;
    let (_proxy, address) = start(&cluster(&[server.address], "idle_timeout_ms = 50")).await;
    let mut client = Client::connect(address).await;
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let all = client.rest().await;
    assert!(all.ends_with("\r\n\r\nhalf"), "{all}");
}

#[tokio::test]
async fn a_cluster_has_only_so_many_requests_and_connections() {
    // Answers once all is seen.
    let gate = Arc::new(tokio::sync::Semaphore::new(0));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = listener.local_addr().unwrap();
    let opened = Arc::clone(&gate);
    let connections = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            let opened = Arc::clone(&opened);
            tokio::spawn(async move {
                let mut client = Client::new(stream);
                while client.request().await.is_some() {
                    opened.acquire().await.unwrap().forget();
                    client.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
                }
            });
        }
    });
    let limits = "limits = { requests = 2, connections = 1, pending = 1 }";
    let (proxy, address) = start(&cluster(&[server], limits).replace("threads = 2", "")).await;
    let ask = || async {
        let mut client = Client::connect(address).await;
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
        client
    };
    let mut first = ask().await;
    while connections.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    let mut second = ask().await;
    // One of the next two makes it three.
    let mut third = ask().await;
    let refused = soon(async {
        tokio::select! {
            response = second.response() => response,
            response = third.response() => response,
        }
    })
    .await;
    assert_eq!((refused.status(), refused.body.as_str()), (503, "too many requests at a time\n"));
    assert_eq!(refused.header("retry-after").as_deref(), Some("1"));
    gate.add_permits(10);
    assert_eq!(first.response().await.status(), 200);
    drop(proxy);
}

#[tokio::test]
async fn servers_that_fail_are_left_out_and_come_back() {
    let bad = Server::start(|_| Reply::status(503)).await;
    let good = Server::named("ok").await;
    let more = "retry = { attempts = 0 }\neject = { failures = 2, for_ms = 60000 }";
    let (_proxy, address) = start(&cluster(&[bad.address, good.address], more)).await;
    let mut statuses = Vec::new();
    for _ in 0..12 {
        statuses.push(Client::get(address, "/").await.status());
    }
    assert_eq!(statuses.iter().filter(|status| **status == 503).count(), 2, "{statuses:?}");
    assert_eq!(bad.seen().len(), 2);
}

#[tokio::test]
async fn health_checks_leave_servers_out() {
    let healthy = Arc::new(AtomicU32::new(0));
    let state = Arc::clone(&healthy);
    let server = Server::start(move |request| {
        if !request.head.starts_with("GET /health ") {
            return Reply::text("ok");
        }
        Reply::status(if state.load(Ordering::SeqCst) == 0 { 500 } else { 204 })
    })
    .await;
    let more = "health = { path = \"/health\", interval_ms = 10, unhealthy = 2, healthy = 1 }";
    let (_proxy, address) = start(&cluster(&[server.address], more)).await;
    let until = async |status: u16| {
        soon(async {
            while Client::get(address, "/").await.status() != status {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await;
    };
    until(503).await;
    assert_eq!(Client::get(address, "/").await.body, "no server is available\n");
    healthy.store(1, Ordering::SeqCst);
    until(200).await;
}

#[tokio::test]
async fn idle_connections_to_servers_are_closed() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = listener.local_addr().unwrap();
    let (_proxy, address) = start(&cluster(&[server], "keep_alive_ms = 50")).await;
    let mut client = Client::connect(address).await;
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let mut kept = Client::new(soon(listener.accept()).await.unwrap().0);
    kept.request().await.unwrap();
    kept.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    assert_eq!(client.response().await.status(), 200);
    assert_eq!(kept.rest().await, "");
}

#[tokio::test]
async fn a_client_that_leaves_ends_its_request_at_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = listener.local_addr().unwrap();
    let text = format!("{}[access_log]\npath = \"{}\"\n", cluster(&[server], ""), log.display());
    let (_proxy, address) = start(&text).await;
    // Before the response, and within it.
    for begin in ["", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"] {
        let mut client = Client::connect(address).await;
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
        let mut asked = Client::new(soon(listener.accept()).await.unwrap().0);
        asked.request().await.unwrap();
        asked.send(begin).await;
        if !begin.is_empty() {
            client.until("half").await.unwrap();
        }
        drop(client);
        assert_eq!(asked.rest().await, "");
    }
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
    assert!(lines.lines().all(|line| line.ends_with(" client-closed")), "{lines}");
}

#[tokio::test]
async fn least_requests_goes_round_a_server_that_is_busy() {
    let busy = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let free = Server::named("free").await;
    let servers = [busy.local_addr().unwrap(), free.address];
    let (_proxy, address) = start(&cluster(&servers, "balance = \"least-requests\"")).await;
    let mut waiting = Vec::new();
    // Until one of them is at the server that does not answer.
    let _held = soon(async {
        loop {
            let mut client = Client::connect(address).await;
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
            let held = tokio::select! {
                held = busy.accept() => Some(held.unwrap()),
                _ = client.response() => None,
            };
            waiting.push(client);
            if held.is_some() {
                return held;
            }
        }
    })
    .await;
    for _ in 0..6 {
        assert_eq!(Client::get(address, "/").await.body, "free");
    }
}
