//! HTTP/2 clients that send more than they may, or what they may not, frame by frame.

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;

use crate::support::{Client, LISTENER, Server, soon, start, to};

const DATA_OF_PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const CONTINUATION: u8 = 9;

const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

const REFUSED_STREAM: u32 = 7;
const ENHANCE_YOUR_CALM: u32 = 11;

/// `GET http://a/`, by HPACK's static table.
const REQUEST: &[u8] = &[0x82, 0x86, 0x84, 0x41, 0x01, b'a'];

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = vec![length[1], length[2], length[3], kind, flags];
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

async fn connect(address: std::net::SocketAddr) -> Client {
    let mut client = Client::connect(address).await;
    client.send(DATA_OF_PREFACE).await;
    client.send(frame(SETTINGS, 0, 0, &[])).await;
    client
}

/// The next frame: its kind, its stream, its payload. None: the connection is closed.
async fn next(client: &mut Client) -> Option<(u8, u32, Vec<u8>)> {
    let head = client.bytes(9).await?;
    let length = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
    let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
    Some((head[3], stream, client.bytes(length).await?))
}

/// The error code of the GOAWAY that a connection ends with.
async fn goaway(client: &mut Client) -> Option<u32> {
    let mut code = None;
    while let Some((kind, _, payload)) = next(client).await {
        if kind == GOAWAY {
            code = Some(u32::from_be_bytes(payload[4..8].try_into().unwrap()));
        }
    }
    code
}

#[tokio::test]
async fn streams_that_are_reset_at_once_close_the_connection() {
    let server = Server::named("ok").await;
    let (_proxy, address) = start(&to(server.address)).await;
    let mut client = connect(address).await;
    let mut flood = Vec::new();
    for stream in (1..2001).step_by(2) {
        flood.extend(frame(HEADERS, END_STREAM | END_HEADERS, stream, REQUEST));
        flood.extend(frame(RST_STREAM, 0, stream, &8_u32.to_be_bytes()));
    }
    // The proxy may close before it has read it all.
    let _ = client.stream.write_all(&flood).await;
    assert_eq!(goaway(&mut client).await, Some(ENHANCE_YOUR_CALM));
    assert!(server.seen().len() < 100, "{}", server.seen().len());
}

#[tokio::test]
async fn a_head_without_end_closes_the_connection() {
    let (_proxy, address) = start(LISTENER).await;
    let mut client = connect(address).await;
    client.send(frame(HEADERS, END_STREAM, 1, REQUEST)).await;
    // A field of 100 bytes, without an index: `x` and 97 times `y`.
    let mut field = vec![0x00, 0x01, b'x', 97];
    field.extend([b'y'; 97]);
    let piece = frame(CONTINUATION, 0, 1, &field.repeat(100));
    let mut sent = 0;
    while sent < 100 << 20 && client.stream.write_all(&piece).await.is_ok() {
        sent += piece.len();
    }
    assert!(sent < 100 << 20, "the connection was not closed");
}

#[tokio::test]
async fn more_streams_than_the_limit_are_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let text =
        to(listener.local_addr().unwrap()).replacen("[[route]]", "limits = { streams = 3 }\n[[route]]", 1);
    let (_proxy, address) = start(&text).await;
    let mut client = connect(address).await;
    // Once the settings are known to both, more is an error of the client.
    let mut is_known = false;
    while !is_known {
        let (kind, _, payload) = next(&mut client).await.unwrap();
        is_known = kind == SETTINGS && payload.is_empty();
        if kind == SETTINGS && !is_known {
            let limit = payload.chunks(6).find(|setting| setting[..2] == [0, 3]).unwrap();
            assert_eq!(limit[2..], [0, 0, 0, 3]);
            client.send(frame(SETTINGS, 1, 0, &[])).await;
        }
    }
    for stream in [1, 3, 5, 7] {
        client.send(frame(HEADERS, END_STREAM | END_HEADERS, stream, REQUEST)).await;
    }
    let refused = soon(async {
        loop {
            let (kind, stream, payload) = next(&mut client).await.unwrap();
            if kind == RST_STREAM {
                return (stream, u32::from_be_bytes(payload[..4].try_into().unwrap()));
            }
        }
    })
    .await;
    assert_eq!(refused, (7, REFUSED_STREAM));
}

/// A head by HPACK's literals, without an index.
fn head(fields: &[(&str, &str)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, value) in fields {
        bytes.push(0);
        for text in [name, value] {
            bytes.push(u8::try_from(text.len()).unwrap());
            bytes.extend(text.as_bytes());
        }
    }
    bytes
}

#[tokio::test]
async fn heads_that_would_be_another_request_in_http1_are_refused() {
    const METHOD: (&str, &str) = (":method", "POST");
    const SCHEME: (&str, &str) = (":scheme", "http");
    const PATH: (&str, &str) = (":path", "/");
    const HOST: (&str, &str) = (":authority", "a");
    let good = [METHOD, SCHEME, PATH, HOST];
    let with = |field: (&'static str, &'static str)| [&good[..], &[field]].concat();
    let cases = [
        ("a coding", with(("transfer-encoding", "chunked"))),
        ("connection", with(("connection", "close"))),
        ("an upgrade", with(("upgrade", "h2c"))),
        ("a length without a body", with(("content-length", "5"))),
        ("a length that is no number", with(("content-length", "x"))),
        ("two lengths", [&good[..], &[("content-length", "0"), ("content-length", "5")]].concat()),
        ("an upper-case name", with(("X", "1"))),
        ("a name with a colon", with(("x:y", "1"))),
        ("a name with a space", with(("x y", "1"))),
        ("a name with a line break", with(("x\r\ny", "1"))),
        ("a value with a line break", with(("x", "1\r\ny: 2"))),
        ("a value with LF", with(("x", "1\ny: 2"))),
        ("a value with NUL", with(("x", "1\0"))),
        ("no path", vec![METHOD, SCHEME, HOST]),
        ("an empty path", vec![METHOD, SCHEME, HOST, (":path", "")]),
        ("two paths", with((":path", "/x"))),
        ("a path with a space", vec![METHOD, SCHEME, HOST, (":path", "/ HTTP/1.1")]),
        ("a path with a line break", vec![METHOD, SCHEME, HOST, (":path", "/\r\nx: y")]),
        ("a path without /", vec![METHOD, SCHEME, HOST, (":path", "x")]),
        ("a method with a space", vec![(":method", "GET / HTTP/1.1"), SCHEME, PATH, HOST]),
        ("a host with a user", vec![METHOD, SCHEME, PATH, (":authority", "a@b")]),
        ("a host with a path", vec![METHOD, SCHEME, PATH, (":authority", "a/b")]),
        ("another scheme", vec![METHOD, (":scheme", "ftp"), PATH, HOST]),
        ("an unknown name with a colon first", with((":x", "1"))),
        ("a name with a colon first, after others", vec![METHOD, SCHEME, HOST, ("x", "1"), PATH]),
        ("te", with(("te", "gzip"))),
        ("an extended CONNECT", vec![(":method", "CONNECT"), (":protocol", "websocket"), SCHEME, PATH, HOST]),
    ];
    let server = Server::named("ok").await;
    let (_proxy, address) = start(&to(server.address)).await;
    for (what, fields) in cases {
        let mut client = connect(address).await;
        client.send(frame(HEADERS, END_STREAM | END_HEADERS, 1, &head(&fields))).await;
        // A reset, the end of the connection, or a response.
        let outcome = soon(async {
            loop {
                match next(&mut client).await {
                    None => return "closed".to_owned(),
                    Some((RST_STREAM | GOAWAY, _, _)) => return "reset".to_owned(),
                    Some((HEADERS, _, payload)) => return format!("response {payload:x?}"),
                    Some(_) => {}
                }
            }
        })
        .await;
        // `:status: 400` is entry 12 of the static table, and 403 a literal.
        let is_refused = outcome == "closed"
            || outcome == "reset"
            || outcome.starts_with("response [8c,")
            || outcome.contains("34, 30, 33");
        assert!(is_refused, "{what}: {outcome}");
        assert!(server.seen().is_empty(), "{what}: {:?}", server.seen());
    }
    let mut client = connect(address).await;
    client.send(frame(HEADERS, END_STREAM | END_HEADERS, 1, &head(&good))).await;
    let status = soon(async {
        loop {
            if let Some((HEADERS, _, payload)) = next(&mut client).await {
                return payload[0];
            }
        }
    })
    .await;
    // `:status: 200`.
    assert_eq!(status, 0x88);
}
