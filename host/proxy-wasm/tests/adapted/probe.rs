//! A filter that calls each host function with odd arguments, in both semantics. The snapshots are the table of what it gets.

use crate::modules;
use witdock_proxy_wasm::{Options, Semantics};

use crate::host::witdock::proxy::types::{Answer, CallFailure, Header};
use crate::host::{Filter, Stream};

const REQUEST: [(&str, &str); 4] = [(":path", "/probe"), (":method", "GET"), ("twice", "1"), ("twice", "2")];

fn start(semantics: Semantics) -> Filter {
    let options = Options { semantics, ..Options::default() };
    Filter::start_with(&modules::built("probe"), b"settings", b"vm", options)
}

/// A whole exchange with bodies and trailers on both sides.
fn exchange(filter: &mut Filter, headers: &[(&str, &str)]) -> Stream {
    let stream = filter.stream(headers);
    filter.on_request_headers(stream, false).unwrap();
    filter.on_request_body(stream, b"request", false).unwrap();
    filter.on_request_trailers(stream, &[("t", "1")]).unwrap();
    filter.on_response_headers(stream, &[(":status", "200")], false).unwrap();
    filter.on_response_body(stream, b"response", false).unwrap();
    filter.on_response_trailers(stream, &[("t", "2")]).unwrap();
    filter.log_stream(stream).unwrap();
    filter.drop_stream(stream).unwrap();
    stream
}

fn everything(semantics: Semantics) -> String {
    let mut filter = start(semantics);
    exchange(&mut filter, &REQUEST);
    filter.on_tick().unwrap();
    let header = |name: &str, value: &str| Header { name: name.to_owned(), value: value.as_bytes().to_vec() };
    let answer = Answer {
        headers: vec![header(":status", "200"), header("twice", "a"), header("twice", "b")],
        body: b"answer".to_vec(),
        trailers: vec![header("t", "3")],
    };
    filter.on_call_ended(7, &Ok(answer)).unwrap();
    filter.on_call_ended(8, &Err(CallFailure::Reset)).unwrap();
    filter.on_queue(3).unwrap();
    assert!(filter.on_retire().unwrap());
    filter.log().join("\n")
}

#[test]
fn each_function_answers_odd_arguments_as_envoy_does() {
    insta::assert_snapshot!("envoy", everything(Semantics::Envoy));
}

#[test]
fn each_function_answers_odd_arguments_as_the_specification_says() {
    insta::assert_snapshot!("spec", everything(Semantics::Spec));
}

/// The callbacks at the end of a stream.
fn end(semantics: Semantics, path: &str) -> Vec<String> {
    let mut filter = start(semantics);
    let stream = filter.stream(&[(":path", path)]);
    filter.on_request_headers(stream, true).unwrap();
    filter.log();
    filter.log_stream(stream).unwrap();
    filter.drop_stream(stream).unwrap();
    if path == "/later" {
        filter.state().log.push("info later".to_owned());
        filter.on_tick().unwrap();
    }
    let lines = filter.log();
    lines
        .into_iter()
        .filter(|line| !line.contains('='))
        .map(|line| line.trim_start_matches("info ").to_owned())
        .collect()
}

#[test]
fn a_stream_ends_in_the_order_of_its_semantics() {
    let dropped = "exchange 1 dropped";
    assert_eq!(end(Semantics::Envoy, "/"), ["log 2", "done 2", "delete 2", dropped]);
    assert_eq!(end(Semantics::Spec, "/"), ["done 2", "log 2", "delete 2", dropped]);
    // Done is false: Envoy does not wait, the specification does.
    assert_eq!(end(Semantics::Envoy, "/later"), ["log 2", "done 2", "delete 2", dropped, "later", "tick 1"]);
    assert_eq!(end(Semantics::Spec, "/later"), ["done 2", "later", "tick 1", "log 2", "delete 2", dropped]);
}

#[test]
fn a_stream_that_is_dropped_without_a_log_is_done_and_deleted() {
    let mut filter = start(Semantics::Envoy);
    let stream = filter.stream(&[(":path", "/")]);
    filter.log();
    filter.drop_stream(stream).unwrap();
    assert_eq!(filter.log(), ["info done 2", "info delete 2", "exchange 1 dropped"]);
}

#[test]
fn pauses_become_actions() {
    use crate::host::Action;
    for (headers_stop_alone, expected) in [(false, Action::Pause), (true, Action::Hold)] {
        let options = Options { headers_stop_alone, ..Options::default() };
        let mut filter = Filter::start_with(&modules::built("probe"), b"", b"", options);
        let stream = filter.stream(&[(":path", "/pause")]);
        assert_eq!(filter.on_request_headers(stream, false).unwrap(), Action::Proceed);
        assert_eq!(filter.on_request_body(stream, b"1", false).unwrap(), Action::Pause);
        assert_eq!(filter.on_request_body(stream, b"12", true).unwrap(), Action::Proceed);
        assert_eq!(filter.on_response_headers(stream, &[(":status", "200")], false).unwrap(), expected);
    }
}

#[test]
fn a_local_response_and_a_reset_act_on_the_exchange() {
    let mut filter = start(Semantics::Envoy);
    filter.log();
    let stream = filter.stream(&[(":path", "/local")]);
    filter.on_request_headers(stream, true).unwrap();
    let lines = filter.log();
    assert_eq!(
        lines[2..],
        [
            "info request_headers send_local_response(outside) = 6",
            "info request_headers send_local_response(418) = 0",
        ]
    );
    let response = &filter.exchange(stream).responses[0];
    assert_eq!((response.status, response.details.as_str()), (418, "local body"));
    let stream = filter.stream(&[(":path", "/close")]);
    filter.on_request_headers(stream, true).unwrap();
    assert!(filter.exchange(stream).aborted);
}

#[test]
fn a_response_that_comes_too_late_resets_the_stream_or_is_refused() {
    for (semantics, status, aborted) in [(Semantics::Envoy, 0, true), (Semantics::Spec, 2, false)] {
        let mut filter = start(semantics);
        let stream = filter.stream(&[(":path", "/local")]);
        filter.exchange(stream).begun = true;
        filter.log();
        filter.on_request_headers(stream, true).unwrap();
        let lines = filter.log();
        assert_eq!(lines[2], format!("info request_headers send_local_response(418) = {status}"));
        assert_eq!(filter.exchange(stream).aborted, aborted);
    }
}

#[test]
fn trailers_are_given_to_a_message_without_any_at_its_end() {
    let mut filter = start(Semantics::Envoy);
    let stream = filter.stream(&REQUEST);
    filter.on_request_headers(stream, false).unwrap();
    filter.log();
    filter.on_request_body(stream, b"all", true).unwrap();
    let lines = filter.log();
    let has = |line: &str| lines.iter().any(|own| own == line);
    assert!(has("info request_body get_header_map_value(1, \"absent\") = 1"), "{lines:?}");
    assert!(has("info request_body get_header_map_size(1) = 0 0"), "{lines:?}");
    assert!(has("info request_body remove_header_map_value(1, absent) = 0"), "{lines:?}");
}

#[test]
fn too_many_pairs_are_an_empty_map() {
    let mut filter = start(Semantics::Spec);
    let stream = filter.stream(&[(":path", "/many")]);
    filter.exchange(stream).parts.insert(2, crate::host::owned(&[("gone", "1")]));
    filter.on_request_headers(stream, true).unwrap();
    assert!(filter.exchange(stream).parts[&2].is_empty());
}
