//! Filters of connections without HTTP.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use witdock_proxy::Proxy;

use crate::plugins::{Components, faulty_connection};
use crate::support::{soon, start};

/// A server that answers each piece with what it got, between brackets, and says `bye` at the end.
async fn echo() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut buffer = vec![0; 1024];
                loop {
                    // A proxy that breaks the connection is the end too.
                    let bytes = stream.read(&mut buffer).await.unwrap_or(0);
                    if bytes == 0 {
                        break;
                    }
                    let answer = format!("[{}]", String::from_utf8_lossy(&buffer[..bytes]));
                    if stream.write_all(answer.as_bytes()).await.is_err() {
                        break;
                    }
                }
                let _ = stream.write_all(b"bye").await;
            });
        }
    });
    address
}

async fn through(components: &Components, does: &str, lines: &str) -> (Proxy, SocketAddr) {
    let plugin = components.write("connection", faulty_connection());
    let server = echo().await;
    start(&format!(
        "[[listener]]\naddress = \"127.0.0.1:0\"\nprotocol = \"tcp\"\ncluster = \"a\"\nfilters = [\"f\"]\n[cluster.a]\nendpoints = \
         [\"{server}\"]\n[filter.f]\nplugin = {plugin:?}\nsettings = {{ does = {does:?} }}\ngrants = {{ imports = [\"witdock:proxy/*\"] }}\n{lines}\n"
    ))
    .await
}

/// Sends pieces, waits for what is expected, ends, and gives all that came.
async fn talk(address: SocketAddr, pieces: &[(&str, &str)]) -> String {
    let mut stream = soon(TcpStream::connect(address)).await.unwrap();
    let mut got = String::new();
    for (piece, answer) in pieces {
        if stream.write_all(piece.as_bytes()).await.is_err() {
            break;
        }
        let mut buffer = vec![0; answer.len()];
        match soon(stream.read_exact(&mut buffer)).await {
            Ok(_) => got.push_str(&String::from_utf8_lossy(&buffer)),
            Err(_) => return got,
        }
    }
    // A connection that the proxy has closed cannot be ended.
    let _ = stream.shutdown().await;
    let mut rest = Vec::new();
    let _ = soon(stream.read_to_end(&mut rest)).await;
    got + &String::from_utf8_lossy(&rest)
}

#[tokio::test]
async fn data_is_changed_held_and_ended_as_a_filter_says() {
    let components = Components::new();
    for (does, pieces, expected) in [
        ("nothing", vec![("one", "[one]"), ("two", "[two]")], "[one][two]bye"),
        ("loud", vec![("one", "[ONE]"), ("two", "[TWO]")], "[ONE][TWO]bye"),
        // The server gets a whole line at once, and at the end what is left.
        ("lines", vec![("one", ""), (" line\n", "[one line\n]"), ("rest", "")], "[one line\n][rest]bye"),
        ("quit", vec![("one", "[one]"), ("quit", "[quit]")], "[one]"),
        ("refuse", vec![("one", "[one]")], ""),
    ] {
        let (_proxy, address) = through(&components, does, "").await;
        assert_eq!(talk(address, &pieces).await, expected, "{does}");
    }
}

#[tokio::test]
async fn a_filter_that_fails_closes_the_connection_or_is_left_out() {
    let components = Components::new();
    for does in ["panic", "loop", "pause", "pause-opening"] {
        for (on_failure, expected) in [("closed", ""), ("open", "[one]bye")] {
            let lines =
                format!("on_failure = {on_failure:?}\npause_ms = 100\nlimits = {{ deadline_ms = 300 }}");
            let (proxy, address) = through(&components, does, &lines).await;
            assert_eq!(talk(address, &[("one", "[one]")]).await, expected, "{does}, {on_failure}");
            proxy.stop(Duration::ZERO).await;
        }
    }
}

#[tokio::test]
async fn a_filter_learns_of_the_end_of_each_connection() {
    let components = Components::new();
    let (proxy, address) = through(&components, "nothing", "").await;
    assert_eq!(talk(address, &[("one", "[one]")]).await, "[one]bye");
    let plugin = proxy.filters()[0].variants().next().unwrap().plugin().clone();
    let told = async {
        loop {
            let lines: Vec<_> = plugin.recent_log().into_iter().map(|line| line.message).collect();
            if lines.last().is_some_and(|line| line == "over") {
                return lines;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    assert_eq!(soon(told).await, ["closed by Peer::Client", "closed by Peer::Upstream", "over"]);
}
