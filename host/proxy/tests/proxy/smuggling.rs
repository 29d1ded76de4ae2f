//! What hyper and the proxy make of requests that different servers read differently. Each case: the bytes, what the client gets,
//! and what the server saw of it.

use crate::support::{Client, Server, start, to};

/// What the server saw.
enum Seen {
    Nothing,
    /// Requests with these bodies; the heads have the first text and not the second.
    Requests(&'static [&'static str], &'static str, &'static str),
}
use Seen::{Nothing, Requests};

/// A connection that stays open is closed soon.
const QUICK: &str = "limits = { idle_timeout_ms = 300 }\n[[route]]";

/// The request that a smuggler hides.
const HIDDEN: &str = "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n";

#[tokio::test]
async fn ambiguous_requests_are_refused_or_read_in_one_way() {
    let hidden = |before: &str| format!("{before}{HIDDEN}");
    let cases: Vec<(&str, String, &[u16], Seen)> = vec![
        ("Content-Length and Transfer-Encoding: the length is dropped, and the connection closed",
            hidden("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            &[200], Requests(&[""], "POST", "content-length: 3")),
        ("the same in the other order",
            hidden("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n"),
            &[200], Requests(&[""], "POST", "content-length: 3")),
        ("two lengths", hidden("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 40\r\n\r\n"), &[400], Nothing),
        ("the same length twice", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx".into(),
            &[200], Requests(&["x"], "content-length: 1\r\n", "content-length: 1\r\ncontent-length")),
        ("a list of lengths", hidden("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0, 40\r\n\r\n"), &[400], Nothing),
        ("a length with a sign", hidden("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +0\r\n\r\n"), &[400], Nothing),
        ("a negative length", hidden("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n"), &[400], Nothing),
        ("a length with letters", hidden("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x0\r\n\r\n"), &[400], Nothing),
        ("a length that overflows",
            hidden("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551616\r\n\r\n"), &[400], Nothing),
        ("an unknown coding", hidden("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"), &[400], Nothing),
        ("chunked is not last", hidden("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n"), &[400], Nothing),
        ("chunked, then identity in a second field",
            hidden("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n"),
            &[400], Nothing),
        ("a coding in HTTP/1.0", hidden("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), &[400], Nothing),
        ("a space before the colon", hidden("POST / HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\n"), &[400], Nothing),
        ("a space before a name", hidden("POST / HTTP/1.1\r\n Host: a\r\n\r\n"), &[400], Nothing),
        ("a folded line", hidden("GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n"), &[400], Nothing),
        ("NUL in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: b\0c\r\n\r\n".into(), &[400], Nothing),
        ("CR in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: b\rc\r\n\r\n".into(), &[400], Nothing),
        ("a bare LF ends lines, as RFC 9112 allows; the server gets CRLF", "GET / HTTP/1.1\nHost: a\nConnection: close\n\n".into(),
            &[200], Requests(&[""], "host: a\r\n", "\n\n")),
        ("a chunk's extension is dropped",
            "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nok\r\n0\r\n\r\n".into(),
            &[200], Requests(&["ok"], "transfer-encoding: chunked", "x=y")),
        ("a chunk's extension with a bare LF",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2;x\nok\r\n0\r\n\r\n".into(), &[400], Nothing),
        ("a chunk longer than its size",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nok\r\n0\r\n\r\n".into(), &[400], Nothing),
        ("a chunk's size that overflows",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000001\r\nok\r\n0\r\n\r\n".into(), &[400], Nothing),
        ("a chunk's size with a prefix",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x2\r\nok\r\n0\r\n\r\n".into(), &[400], Nothing),
        ("no host", "GET / HTTP/1.1\r\nConnection: close\r\n\r\n".into(), &[400], Nothing),
        ("two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n".into(), &[400], Nothing),
        ("a host with a user", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n".into(), &[400], Nothing),
        ("a host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n".into(), &[400], Nothing),
        ("an empty host", "GET / HTTP/1.1\r\nHost:\r\n\r\n".into(), &[400], Nothing),
        ("the host of an absolute target wins",
            "GET http://b/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".into(), &[200], Requests(&[""], "host: b\r\n", "host: a")),
        ("an absolute target of another scheme", "GET ftp://b/x HTTP/1.1\r\nHost: a\r\n\r\n".into(), &[400], Nothing),
        ("HTTP/1.0 needs no host", "GET / HTTP/1.0\r\n\r\n".into(), &[200], Requests(&[""], "GET / HTTP/1.1", "x-forwarded-host")),
        ("TRACE", "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n".into(), &[405], Nothing),
        ("* without OPTIONS", "GET * HTTP/1.1\r\nHost: a\r\n\r\n".into(), &[400], Nothing),
        ("CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n".into(), &[403], Nothing),
        ("a target without /", "GET x HTTP/1.1\r\nHost: a\r\n\r\n".into(), &[400], Nothing),
        ("a space in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n".into(), &[400], Nothing),
        ("an unknown version", "GET / HTTP/3.0\r\nHost: a\r\n\r\n".into(), &[400], Nothing),
        ("no version", "GET /\r\n\r\n".into(), &[400], Nothing),
        ("an unknown method passes", "BREW / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".into(), &[200], Requests(&[""], "BREW", "close")),
        ("an invalid method", "GE(T / HTTP/1.1\r\nHost: a\r\n\r\n".into(), &[400], Nothing),
        ("dots are not resolved", "GET /a/../b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".into(), &[200],
            Requests(&[""], "GET /a/../b HTTP/1.1", "close")),
        ("an upgrade to HTTP/2 is not passed on",
            "GET / HTTP/1.1\r\nHost: a\r\nConnection: close, Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n".into(),
            &[200], Requests(&[""], "GET", "h2c")),
        ("a body of GET is passed on as one",
            "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok".into(), &[200],
            Requests(&["ok"], "content-length: 2", "chunked")),
        ("two requests at once", format!("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n{}", HIDDEN.replace("Host: a", "Host: a\r\nConnection: close")),
            &[200, 200], Requests(&["", ""], "host: a", "close")),
        ("a head that is too large", format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "x".repeat(70_000)), &[431], Nothing),
        ("too many fields", format!("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n", "X: 1\r\n".repeat(101)), &[431], Nothing),
        ("a target that is too long", format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "x".repeat(65_534)), &[414, 431], Nothing),
    ];
    for (what, bytes, statuses, expected) in cases {
        let server = Server::named("ok").await;
        let (proxy, address) = start(&to(server.address).replacen("[[route]]", QUICK, 1)).await;
        let mut client = Client::connect(address).await;
        client.send(&bytes).await;
        let mut got = Vec::new();
        while let Some(response) = client.try_response().await {
            got.push(response.status());
        }
        let is_one_of = statuses.len() == 2
            && got.len() == 1
            && matches!(expected, Nothing)
            && statuses.contains(&got[0]);
        assert!(got == statuses || is_one_of, "{what}: {got:?}");
        let seen = server.seen();
        match expected {
            // What was refused within the body may have been seen in part, and never as a whole request.
            Nothing => assert!(seen.is_empty(), "{what}: {seen:?}"),
            Requests(bodies, with, without) => {
                let got: Vec<_> = seen.iter().map(|request| request.body.as_str()).collect();
                assert_eq!(got, bodies, "{what}");
                for request in &seen {
                    assert!(request.head.contains(with), "{what}: {}", request.head);
                    assert!(!request.head.contains(without), "{what}: {}", request.head);
                }
            }
        }
        drop(proxy);
    }
}
