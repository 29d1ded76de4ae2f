#![allow(clippy::unwrap_used, reason = "a test ends at what it does not expect")]

use super::*;
use serde_json::{Value, json};
use witdock_proxy_guest::testing::{Message, Tester};

fn tester(rules: Value) -> Tester<HeaderRules> {
    Tester::new(json!({ "rules": rules })).unwrap()
}

#[test]
fn headers_are_removed_then_set_then_added() {
    let mut tester = tester(json!([{
        "request": { "remove": ["X-A"], "set": { "x-b": "set" }, "add": { "x-a": "added", "x-c": "3" } },
        "response": { "remove": ["server"], "set": { "x-frame-options": "DENY" } },
    }]));
    tester.upstream(|_| Message::response(200).header("server", "old").header("x-frame-options", "a"));
    let request =
        Message::get("/").header("x-a", "1").header("x-a", "2").header("x-b", "1").header("x-c", "1");
    let exchanged = tester.run(request);
    let all = ["x-a", "x-b", "x-c"].map(|name| exchanged.request().get_all(name).join(","));
    assert_eq!(all, ["added", "set", "1,3"]);
    let response = exchanged.response();
    assert_eq!(
        (response.get_header("server"), response.get_all("x-frame-options")),
        (None, vec!["DENY".to_owned()])
    );
}

#[test]
fn rules_apply_where_all_their_conditions_hold() {
    let mut tester = tester(json!([
        { "host": "*.Example.org", "path": "/api/", "method": ["GET", "PUT"], "request": { "set": { "x-rule": "1" } } },
        { "host": "example.org", "response": { "set": { "x-rule": "2" } } },
        { "path": "/", "request": { "set": { ":path": "/moved", "x-path": "%{path}" } } },
    ]));
    let mut rules = |authority: &str, method: &str, path: &str| {
        let exchanged = tester.run(Message::request(method, path).authority(authority));
        assert_eq!(exchanged.request().get_header("x-path").as_deref(), Some("/moved"));
        (exchanged.request().get_header("x-rule"), exchanged.response().get_header("x-rule"))
    };
    let (one, two) = (Some("1".to_owned()), Some("2".to_owned()));
    assert_eq!(rules("a.example.org:8080", "GET", "/api/x"), (one, None));
    assert_eq!(rules("a.example.org", "POST", "/api/x"), (None, None));
    assert_eq!(rules("a.example.org", "GET", "/apix"), (None, None));
    assert_eq!(rules("badexample.org", "GET", "/api/x"), (None, None));
    assert_eq!(rules("EXAMPLE.org:80", "GET", "/"), (None, two));
}

#[test]
fn values_have_parts_of_the_request() {
    let value = "%{method} %{scheme}://%{host}%{path} from %{source} as %{header User-Agent}%{header none}";
    let mut tester = tester(json!([{ "request": { "set": { "x-what": value } } }]));
    let exchanged = tester.run(Message::get("/a?b").authority("h:80").header("user-agent", "curl"));
    let expected = "GET http://h/a?b from 203.0.113.7 as curl";
    assert_eq!(exchanged.request().get_header("x-what").as_deref(), Some(expected));
}

#[test]
fn a_value_that_the_proxy_refuses_is_left_out() {
    let mut tester = tester(
        json!([{ "request": { "set": { "x-big": "%{header x-part}%{header x-part}", "x-ok": "1" } } }]),
    );
    let exchanged = tester.run(Message::get("/").header("x-part", "p".repeat(33 << 10)));
    assert_eq!((exchanged.status(), exchanged.request().get_header("x-big")), (200, None));
    assert_eq!(exchanged.request().get_header("x-ok").as_deref(), Some("1"));
}

#[test]
fn settings_that_do_not_fit_say_what_is_expected() {
    let refused = |rule: Value| Tester::<HeaderRules>::new(json!({ "rules": [rule] })).unwrap_err();
    let edits = json!({ "set": { "a": "b" } });
    assert_eq!(
        refused(json!({ "path": "api", "request": edits })),
        "rule 1: `path` is `api`: expected what a path begins with, from its `/` on"
    );
    assert_eq!(
        refused(json!({ "host": "*", "request": edits })),
        "rule 1: `host` is `*`: expected a name such as `example.org` or `*.example.org`"
    );
    assert_eq!(
        refused(json!({ "request": { "set": { "a b": "c" } } })),
        "rule 1: `request`: `a b` is not a header's name: expected letters, digits and hyphens"
    );
    assert_eq!(
        refused(json!({ "response": { "add": { "a": "%{hots}" } } })),
        "rule 1: `response`: `a`: unknown `%{hots}`: there are `host`, `method`, `path`, `scheme`, `source` and `header NAME`"
    );
    assert!(
        refused(json!({ "response": { "remove": [":status"] } })).contains("cannot be removed; `set` it")
    );
    assert!(refused(json!({ "response": { "set": { "a": "b\r\nc" } } })).contains("control characters"));
    assert!(refused(json!({})).contains("it does nothing"));
    assert!(refused(json!({ "requests": {} })).contains("unknown field `requests`"));
}
