//! Requests by HTTP: to the granted hosts, with the granted methods and sizes.

use std::env;
use std::process::Command;
use std::time::Duration;

use witdock::{Failure, Limits, Plugin, Policy};

use super::server::Server;
use super::{Attempt, Probe, call, dock, last_line, run, uses};
use crate::wait::{soon, until};

/// A plugin that may send requests to the server, by these methods.
async fn granted(server: &Server, methods: &str, limits: Limits) -> (Plugin<Probe>, Attempt) {
    let grant = format!("{methods} http://127.0.0.1:{}", server.port);
    let attempt = Attempt::new(&format!("http = ['{grant}']"));
    let policy = Policy::new().http(grant.parse().unwrap());
    (attempt.load_in(&dock(), policy, limits).await.unwrap(), attempt)
}

#[tokio::test]
async fn a_granted_request_is_sent_and_counted() {
    let server = Server::start().await;
    let (plugin, _attempt) = granted(&server, "GET,POST", Limits::default()).await;
    assert_eq!(run(&plugin, &format!("send GET {}", server.url("/size/100000"))).await, "ok: 200 100000");
    assert_eq!(run(&plugin, &format!("send GET {}", server.url("/chunked/5"))).await, "ok: 200 5");
    assert_eq!(run(&plugin, &format!("send POST {} 100000", server.url("/size/0"))).await, "ok: 200 0");
    assert_eq!(run(&plugin, &format!("send GET {}", server.url("/"))).await, "ok: 404 0");
    let row = &plugin.uses()[0];
    assert_eq!(row.capability.to_string(), format!("http GET,POST http://127.0.0.1:{}", server.port));
    assert_eq!((row.count, row.ports.iter().copied().collect::<Vec<_>>()), (4, vec![server.port]));
    until("its connections end", || plugin.statistics().kept.http_requests == 0).await;
}

// attack: a request to another host, port or scheme, by another method, or with a name before `@`
// host: refuses it before it connects, with a line in the log
#[tokio::test]
async fn other_requests_are_refused() {
    let server = Server::start().await;
    let (plugin, _attempt) = granted(&server, "GET", Limits::default()).await;
    let port = server.port;
    for request in [
        format!("GET http://localhost:{port}/"),
        format!("GET http://127.0.0.2:{port}/"),
        format!("GET http://[::1]:{port}/"),
        format!("GET http://127.1:{port}/"),
        format!("GET http://2130706433:{port}/"),
        format!("GET http://127.0.0.1:{}/", port ^ 1),
        "GET http://127.0.0.1/".to_owned(),
        format!("GET https://127.0.0.1:{port}/"),
        format!("POST http://127.0.0.1:{port}/"),
        format!("get http://127.0.0.1:{port}/"),
        format!("CONNECT http://127.0.0.1:{port}/"),
        format!("GET http://127.0.0.1:{port}@localhost:{port}/"),
        format!("GET http://user@127.0.0.1:{port}/"),
        format!("GET ftp://127.0.0.1:{port}/"),
    ] {
        let got = run(&plugin, &format!("send {request}")).await;
        assert!(got.starts_with("error: "), "{request}: {got}");
    }
    assert_eq!(server.connections(), 0);
    assert_eq!(uses(&plugin, &format!("http GET http://127.0.0.1:{port}")), 0);
    assert_eq!(
        run(&plugin, &format!("send POST {}", server.url("/"))).await,
        "error: ErrorCode::HttpRequestDenied"
    );
    assert_eq!(last_line(&plugin), format!("POST http://127.0.0.1:{port} was refused: it is not granted"));
}

#[tokio::test]
async fn nothing_is_sent_without_a_grant() {
    let server = Server::start().await;
    let plugin = Attempt::new("").load(Policy::new()).await;
    let got = run(&plugin, &format!("send GET {}", server.url("/"))).await;
    assert_eq!(got, "error: ErrorCode::HttpRequestDenied");
    assert_eq!(server.connections(), 0);
}

// attack: a redirect of a granted host to one that is not
// host: follows none by itself, and refuses the plugin's request to the other host
#[tokio::test]
async fn a_redirect_leads_to_granted_hosts_alone() {
    let server = Server::start().await;
    let (plugin, _attempt) = granted(&server, "GET", Limits::default()).await;
    let here = server.url("/to/") + &server.url("/size/7");
    assert_eq!(run(&plugin, &format!("follow {here}")).await, "ok: 200 7");
    let away = server.url("/to/") + &format!("http://localhost:{}/size/7", server.port);
    let before = server.connections();
    assert_eq!(run(&plugin, &format!("follow {away}")).await, "error: ErrorCode::HttpRequestDenied");
    assert_eq!(server.connections(), before + 1);
}

// attack: a body that is larger than the grant allows, sent or answered, with its size or without
// host: ends the request with an error
#[tokio::test]
async fn bodies_are_bounded_in_both_directions() {
    let server = Server::start().await;
    let grant = format!("http://127.0.0.1:{}", server.port);
    let attempt = Attempt::new(&format!("http = ['{grant}']"));
    let plugin = attempt.load(Policy::new().http_up_to(grant.parse().unwrap(), 5000)).await;
    assert_eq!(run(&plugin, &format!("send GET {}", server.url("/size/5000"))).await, "ok: 200 5000");
    assert_eq!(run(&plugin, &format!("send GET {}", server.url("/chunked/5000"))).await, "ok: 200 5000");
    assert_eq!(run(&plugin, &format!("send POST {} 5000", server.url("/size/1"))).await, "ok: 200 1");
    let got = run(&plugin, &format!("send GET {}", server.url("/size/5001"))).await;
    assert_eq!(got, "error: ErrorCode::HttpResponseBodySize(Some(5000))");
    // The answer has begun: the error is that of its stream.
    let got = run(&plugin, &format!("send GET {}", server.url("/chunked/5001"))).await;
    assert_eq!(got, "error: HTTP response body size exceeds limit: 5000 bytes");
    let got = run(&plugin, &format!("send POST {} 5001", server.url("/size/1"))).await;
    assert_eq!(got, "error: ErrorCode::HttpRequestBodySize(Some(5000))");
    // The line and the answer come from different tasks.
    until("the log says why", || last_line(&plugin).contains("its body is larger than 5000 bytes")).await;
    // Where the grant does not say, the limits do.
    let limits = Limits { http_body_bytes: 10, ..Limits::default() };
    let (plugin, _attempt) = granted(&server, "GET", limits).await;
    let got = run(&plugin, &format!("send GET {}", server.url("/size/11"))).await;
    assert_eq!(got, "error: ErrorCode::HttpResponseBodySize(Some(10))");
}

#[test]
fn an_error_shows_nothing_of_the_host() {
    // Whether errors have a backtrace is the environment's to say, once in a process.
    let test = "standard::http::bodies_are_bounded_in_both_directions";
    let mut again = Command::new(env::current_exe().unwrap());
    let output = again.args(["--exact", test]).env("RUST_BACKTRACE", "1").output().unwrap();
    let words = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && words.contains("1 passed"), "{words}");
}

// attack: requests without end whose answers nobody reads
// host: refuses those beyond the limit, and closes all with the instance
#[tokio::test]
async fn requests_at_once_are_bounded() {
    let mut server = Server::start().await;
    let limits = Limits { http_requests: 3, ..Limits::default() };
    let (plugin, _attempt) = granted(&server, "GET", limits).await;
    for _ in 0..3 {
        assert_eq!(run(&plugin, &format!("begin {}", server.url("/never"))).await, "ok: ");
    }
    assert_eq!(plugin.statistics().kept.http_requests, 3);
    let got = run(&plugin, &format!("send GET {}", server.url("/size/1"))).await;
    assert_eq!(got, "error: ErrorCode::ConnectionLimitReached");
    until("the server has them", || server.connections() == 3).await;
    plugin.set_policy(Policy::new()).expect("the policy grants nothing");
    for _ in 0..3 {
        soon("the connections close", server.closed.recv()).await.unwrap();
    }
    assert_eq!(plugin.statistics().kept.http_requests, 0);
}

#[tokio::test]
async fn a_request_ends_with_its_call() {
    let mut server = Server::start().await;
    let limits = Limits { call_deadline: Duration::from_millis(200), ..Limits::default() };
    let (plugin, _attempt) = granted(&server, "GET", limits).await;
    // The first call pays for what is compiled and connected late.
    let error = call(&plugin, &format!("send GET {}", server.url("/never"))).await.unwrap_err();
    assert!(matches!(error.failure(), Some(Failure::Deadline { .. })), "{error}");
    soon("the connection closes", server.closed.recv()).await.unwrap();
    assert_eq!(plugin.statistics().kept.http_requests, 0);
}

// attack: a request that waits for its answer while the host takes the grant back
// host: ends it, and the other side sees the connection close
#[tokio::test]
async fn a_revoked_request_ends_at_once() {
    let mut server = Server::start().await;
    let limits = Limits { call_deadline: Duration::from_secs(600), ..Limits::default() };
    let (plugin, _attempt) = granted(&server, "GET", limits).await;
    let waiting = tokio::spawn({
        let (plugin, command) = (plugin.clone(), format!("send GET {}", server.url("/never")));
        async move { call(&plugin, &command).await }
    });
    until("it is sent", || server.connections() == 1).await;
    let revoked = plugin.set_policy(Policy::new()).expect("the policy grants nothing");
    assert_eq!(revoked.refusals[0].capability.kind().word(), "http");
    let error = soon("the call ends", waiting).await.unwrap().unwrap_err();
    assert!(error.is_revoked(), "{error}");
    soon("the connection closes", server.closed.recv()).await.unwrap();
}
