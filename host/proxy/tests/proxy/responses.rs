//! What a client gets of responses that frame their body in different ways.

use crate::support::server::Reply;
use crate::support::{Client, Server, start, to};

struct Case {
    what: &'static str,
    method: &'static str,
    bytes: &'static str,
    /// The status, the length, the coding and the body that the client gets.
    status: u16,
    length: Option<&'static str>,
    is_chunked: bool,
    body: &'static str,
}

fn case(what: &'static str, bytes: &'static str) -> Case {
    Case { what, method: "GET", bytes, status: 200, length: None, is_chunked: false, body: "" }
}

#[tokio::test]
async fn each_framing_reaches_the_client_as_one_that_is_clear() {
    let cases = [
        Case {
            length: Some("2"),
            body: "ok",
            ..case("a length", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        },
        Case {
            length: Some("2"),
            body: "ok",
            ..case(
                "the same length twice",
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok",
            )
        },
        Case {
            is_chunked: true,
            body: "ok",
            ..case(
                "chunks",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1;x=y\r\nk\r\n0\r\n\r\n",
            )
        },
        Case {
            is_chunked: true,
            body: "ok",
            ..case(
                "chunks and a length, which is not passed on",
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
            )
        },
        Case {
            is_chunked: true,
            body: "ok",
            ..case("up to the end of the connection", "HTTP/1.1 200 OK\r\n\r\nok")
        },
        Case { is_chunked: true, body: "ok", ..case("HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\nok") },
        Case {
            method: "HEAD",
            length: Some("5"),
            ..case("the length of what HEAD does not get", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
        },
        Case { status: 204, ..case("204", "HTTP/1.1 204 No\r\n\r\n") },
        Case {
            // hyper leaves the length out, which RFC 9110 allows.
            status: 304,
            ..case("304", "HTTP/1.1 304 No\r\nContent-Length: 5\r\n\r\n")
        },
        Case {
            length: Some("2"),
            body: "ok",
            ..case(
                "after another one",
                "HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
            )
        },
        Case {
            status: 599,
            length: Some("0"),
            ..case("an unknown status", "HTTP/1.1 599 Strange\r\nContent-Length: 0\r\n\r\n")
        },
    ];
    for Case { what, method, bytes, status, length, is_chunked, body } in cases {
        let server = Server::start(move |_| Reply::Last(bytes.into())).await;
        let (_proxy, address) = start(&to(server.address)).await;
        let mut client = Client::connect(address).await;
        client.send(format!("{method} / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")).await;
        let head = client.until("\r\n\r\n").await.unwrap();
        let got = crate::support::client::Message { head, body: String::new(), trailers: String::new() };
        assert_eq!(got.status(), status, "{what}");
        assert_eq!(got.header("content-length").as_deref(), length, "{what}");
        let coding = got.header("transfer-encoding");
        assert_eq!(coding.as_deref(), is_chunked.then_some("chunked"), "{what}");
        let rest = client.rest().await;
        if is_chunked {
            assert!(rest.ends_with("0\r\n\r\n"), "{what}: {rest:?}");
            let text: String = rest.lines().skip(1).step_by(2).collect();
            assert_eq!(text.trim(), body, "{what}: {rest:?}");
        } else {
            assert_eq!(rest, body, "{what}");
        }
    }
}

#[tokio::test]
async fn a_connection_that_a_server_closes_is_not_used_again() {
    let server = Server::start(|_| {
        Reply::Last(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok".to_vec())
    })
    .await;
    let (_proxy, address) = start(&to(server.address)).await;
    let mut client = Client::connect(address).await;
    for _ in 0..3 {
        // A POST is sent once: no retry hides a connection that is closed.
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").await;
        let response = client.response().await;
        assert_eq!((response.body.as_str(), response.header("connection")), ("ok", None));
    }
    assert_eq!(server.connections(), 3);
}
