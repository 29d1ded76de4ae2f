//! Filters of the Rust SDK, built unmodified, as components.

use crate::host::witdock::proxy::http::{Callbacks, Side};
use crate::host::witdock::proxy::types::{Answer, CallFailure, Header};
use crate::host::{Action, Filter, Peer, shown};
use crate::modules;

const REQUEST: [(&str, &str); 4] =
    [(":authority", "a.example"), (":path", "/"), (":method", "GET"), ("x-remove", "me")];

#[test]
fn headers_are_read_and_edited() {
    let mut filter = Filter::start(&modules::built("headers"), b"hi", b"vm text");
    assert_eq!(filter.log(), ["info vm 7 Some(Ok(\"vm text\"))", "info configured with 2 bytes"]);
    let stream = filter.stream(&REQUEST);
    assert_eq!(filter.on_request_headers(stream, true).unwrap(), Action::Proceed);
    assert_eq!(
        filter.log(),
        [
            "info #2 4 headers, end true",
            "trace #2 -> :authority: a.example",
            "trace #2 -> :path: /",
            "trace #2 -> :method: GET",
            "trace #2 -> x-remove: me"
        ]
    );
    let exchange = filter.exchange(stream);
    let headers = shown(&exchange.parts[&0]);
    assert_eq!(headers, [":authority: a.example", ":path: /", ":method: GET", "x-added: one", "x-set: two"]);
    filter.on_response_headers(stream, &[(":status", "200")], true).unwrap();
    assert_eq!(shown(&filter.exchange(stream).parts[&2]), [":status: 200", "x-filter: hi"]);
    filter.log_stream(stream).unwrap();
    assert_eq!(filter.log(), ["info #2 completed Some(\"200\")"]);
    filter.drop_stream(stream).unwrap();
    assert_eq!(filter.log(), ["exchange 1 dropped"]);
    assert!(filter.on_retire().unwrap());
}

#[test]
fn a_filter_answers_itself_refuses_its_settings_and_panics() {
    let mut filter = Filter::start(&modules::built("headers"), b"hi", b"");
    let stream = filter.stream(&[(":path", "/hello")]);
    assert_eq!(filter.on_request_headers(stream, true).unwrap(), Action::Pause);
    let response = filter.exchange(stream).responses.pop().unwrap();
    assert_eq!((response.status, response.body.as_slice(), response.grpc_status), (200, &b"hi"[..], None));
    let headers: Vec<_> = response.headers.iter().map(|header| header.name.as_str()).collect();
    assert_eq!(headers, ["hello", "content-type"]);

    let stream = filter.stream(&[(":path", "/panic")]);
    let error = filter.on_request_headers(stream, true).unwrap_err();
    assert!(format!("{error:?}").contains("unreachable"), "{error:?}");
    assert!(filter.state().panics[0].contains("asked to"), "{:?}", filter.state().panics);

    let adapted = witdock_proxy_wasm::adapt(&modules::built("headers")).unwrap();
    let mut refused = Filter::instantiate(&adapted.component);
    let error = refused.configure(b"refuse", b"").unwrap().unwrap_err();
    assert_eq!(error, "`proxy_on_configure` returned false; its log may say why");
}

#[test]
fn answers_to_calls_come_to_the_stream_that_waits() {
    let mut filter = Filter::start(&modules::built("auth"), b"", b"");
    let stream = filter.stream(&REQUEST);
    assert_eq!(filter.on_request_headers(stream, true).unwrap(), Action::Pause);
    assert_eq!(filter.log(), ["info call 1"]);
    assert_eq!(filter.state().calls[0].timeout_ms, 1000);
    let status = |status: &str| Header { name: ":status".to_owned(), value: status.as_bytes().to_vec() };
    let answer = Answer { headers: vec![status("200")], body: b"yes".to_vec(), trailers: Vec::new() };
    filter.on_call_ended(1, &Ok(answer)).unwrap();
    assert_eq!(filter.log(), ["info answer 1: 1 0 Ok(\"yes\")"]);
    assert_eq!(filter.exchange(stream).resumed, [Side::Request]);

    let stream = filter.stream(&REQUEST);
    filter.on_request_headers(stream, true).unwrap();
    filter.on_call_ended(2, &Err(CallFailure::Timeout)).unwrap();
    assert_eq!(filter.log(), ["info call 2", "info answer 2: 3 0 Ok(\"upstream request timeout\")"]);
    assert_eq!(filter.exchange(stream).responses[0].status, 403);
}

#[test]
fn a_body_is_replaced_when_it_is_whole() {
    let mut filter = Filter::start(&modules::built("body"), b"", b"");
    let stream = filter.stream(&REQUEST);
    filter.on_request_headers(stream, true).unwrap();
    filter.on_response_headers(stream, &[(":status", "200"), ("content-length", "5")], false).unwrap();
    assert_eq!(shown(&filter.exchange(stream).parts[&2]), [":status: 200"]);
    assert_eq!(filter.on_response_body(stream, b"12", false).unwrap(), Action::Pause);
    assert_eq!(filter.on_response_body(stream, b"12345", true).unwrap(), Action::Proceed);
    assert_eq!(filter.log(), ["info body 2 false", "info body 5 true"]);
    let body = filter.exchange(stream).bodies[1].clone().unwrap();
    assert_eq!(body, b"Original message body (5 bytes) redacted: 5\n");
    assert_eq!(filter.exchange(stream).ignored, Callbacks::empty());
}

#[test]
fn a_trap_in_a_module_with_debug_information_has_its_source_line() {
    let adapted = witdock_proxy_wasm::adapt(&modules::built_for_debugging("headers")).unwrap();
    assert!(!adapted.lost_source_lines);
    let mut filter = Filter::instantiate(&adapted.component);
    filter.configure(b"hi", b"").unwrap().unwrap();
    let stream = filter.stream(&[(":path", "/panic")]);
    let error = format!("{:?}", filter.on_request_headers(stream, true).unwrap_err());
    let line = include_str!("../modules/examples/headers.rs")
        .lines()
        .position(|line| line.contains("asked to"))
        .unwrap()
        + 1;
    assert!(error.contains(&format!("headers.rs:{line}:")), "{error}");
}

#[test]
fn connections_are_read_edited_and_closed() {
    let mut filter = Filter::start(&modules::built("tcp"), b"", b"");
    let stream = filter.connection();
    assert_eq!(filter.on_open(stream).unwrap(), Action::Proceed);
    assert_eq!(filter.on_data(stream, Peer::Client, b"he", false).unwrap(), Action::Pause);
    assert_eq!(filter.on_data(stream, Peer::Client, b"hello", false).unwrap(), Action::Proceed);
    assert_eq!(filter.on_data(stream, Peer::Upstream, b"world", true).unwrap(), Action::Proceed);
    let connection = filter.state().connections[&stream.exchange].clone();
    assert_eq!((connection.resumed, connection.closed), (vec![Peer::Client], true));
    assert_eq!(connection.data[1], b"edited");
    filter.on_closed(stream, Peer::Client).unwrap();
    filter.on_closed(stream, Peer::Upstream).unwrap();
    filter.log_connection(stream).unwrap();
    filter.drop_stream(stream).unwrap();
    assert_eq!(
        filter.log(),
        [
            "info new Some(Ok(\"127.0.0.1:1\"))",
            "info downstream 2 false Some(Ok(\"he\"))",
            "info downstream 5 false Some(Ok(\"hello\"))",
            "info upstream 5 true",
            "info downstream closed Remote",
            "info upstream closed Remote",
            "info done",
            "info log",
            "connection 1 dropped"
        ]
    );
}
