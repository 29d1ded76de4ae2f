//! What a client may use, each limit with a client that wants more.

use std::time::Duration;

use crate::support::server::Reply;
use crate::support::{Client, Server, start, to};

async fn limited(limits: &str) -> (Server, witdock_proxy::Proxy, std::net::SocketAddr) {
    let server = Server::named("ok").await;
    let text = to(server.address).replacen("[[route]]", &format!("limits = {{ {limits} }}\n[[route]]"), 1);
    let (proxy, address) = start(&text).await;
    (server, proxy, address)
}

#[tokio::test]
async fn a_head_has_to_arrive_in_time() {
    let (server, _proxy, address) = limited("header_timeout_ms = 100").await;
    for begin in ["", "G", "GET / HTTP/1.1\r\nHost: a\r\n", "PRI * HTTP/2.0\r\n"] {
        let mut client = Client::connect(address).await;
        client.send(begin).await;
        assert_eq!(client.rest().await, "", "{begin:?}");
    }
    // A byte now and then does not help.
    let mut client = Client::connect(address).await;
    let slow = async {
        for byte in
            b"GET / HTTP/1.1\r\nHost: a\r\nX: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa".chunks(1)
        {
            if tokio::io::AsyncWriteExt::write_all(&mut client.stream, byte).await.is_err() {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        false
    };
    assert!(slow.await || client.rest().await.is_empty());
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn an_idle_connection_is_closed() {
    let (_server, _proxy, address) = limited("idle_timeout_ms = 100").await;
    let mut client = Client::connect(address).await;
    for _ in 0..3 {
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
        assert_eq!(client.response().await.body, "ok");
    }
    assert_eq!(client.rest().await, "");
}

#[tokio::test]
async fn a_body_has_to_move_and_to_fit() {
    let (server, _proxy, address) = limited("idle_timeout_ms = 100, body_mb = 1").await;
    let mut client = Client::connect(address).await;
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf").await;
    let response = client.response().await;
    assert_eq!((response.status(), response.body.as_str()), (408, "the request's body took too long\n"));

    // Declared, and so refused before it is read.
    let mut client = Client::connect(address).await;
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n").await;
    let response = client.response().await;
    assert_eq!((response.status(), response.body.as_str()), (413, "the request's body is too large\n"));

    // Not declared.
    let mut client = Client::connect(address).await;
    client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n").await;
    let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
    for _ in 0..17 {
        if tokio::io::AsyncWriteExt::write_all(&mut client.stream, chunk.as_bytes()).await.is_err() {
            break;
        }
    }
    assert_eq!(client.response().await.status(), 413);
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_connection_has_only_so_many_requests() {
    let (_server, _proxy, address) = limited("requests_per_connection = 2").await;
    let mut client = Client::connect(address).await;
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert_eq!(client.response().await.header("connection"), None);
    assert_eq!(client.response().await.header("connection").as_deref(), Some("close"));
    assert_eq!(client.rest().await, "");
}

#[tokio::test]
async fn more_connections_wait() {
    let (_server, _proxy, address) = limited("connections = 1").await;
    let mut first = Client::connect(address).await;
    first.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert_eq!(first.response().await.body, "ok");
    let mut second = Client::connect(address).await;
    second.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let early = tokio::time::timeout(Duration::from_millis(50), second.until("HTTP/1.1")).await;
    assert!(early.is_err());
    drop(first);
    assert_eq!(second.response().await.body, "ok");
}

#[tokio::test]
async fn a_client_that_does_not_read_is_cut_off() {
    // Much more than all buffers on the way.
    let server = Server::start(|_| {
        let mut bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n".to_vec();
        bytes.resize(bytes.len() + 100_000_000, b'x');
        Reply::Bytes(bytes)
    })
    .await;
    let text = to(server.address).replacen("[[route]]", "limits = { idle_timeout_ms = 200 }\n[[route]]", 1);
    let (_proxy, address) = start(&text).await;
    let mut client = Client::connect(address).await;
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    client.until("\r\n\r\n").await.unwrap();
    // Reads nothing for longer than the limit.
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert!(client.rest().await.len() < 100_000_000);
}
