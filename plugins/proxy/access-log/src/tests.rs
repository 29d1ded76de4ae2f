#![allow(clippy::unwrap_used, reason = "a test ends at what it does not expect")]

use super::*;
use serde_json::json;
use std::cell::RefCell;
use std::rc::Rc;
use witdock_proxy_guest::testing::{Message, Tester};
use witdock_proxy_guest::{CallFailure, Property};

type Lines = Rc<RefCell<Vec<Value>>>;

/// A tester with a service that keeps the lines, and refuses so many calls first.
fn tester(mut settings: Value, mut refuse: usize) -> (Tester<AccessLog>, Lines) {
    settings.as_object_mut().unwrap().entry("to").or_insert(json!({ "cluster": "logs", "path": "/in" }));
    let mut tester = Tester::<AccessLog>::new(settings).unwrap();
    let lines = Lines::default();
    let kept = lines.clone();
    tester.cluster("logs", move |call| {
        assert_eq!((call.path().as_str(), call.method().as_str()), ("/in", "POST"));
        if refuse > 0 {
            refuse -= 1;
            return if refuse.is_multiple_of(2) {
                Err(CallFailure::Timeout)
            } else {
                Ok(Message::response(503))
            };
        }
        kept.borrow_mut()
            .extend(call.text().lines().map(|line| serde_json::from_str::<Value>(line).unwrap()));
        Ok(Message::response(204))
    });
    (tester, lines)
}

#[test]
fn a_line_has_the_fields_that_the_settings_name() {
    let settings = json!({
        "fields": ["time", "method", "scheme", "host", "path", "status", "duration_ms", "source", "response_bytes", "route"],
        "request_headers": ["User-Agent", "x-none"],
        "response_headers": ["content-type"],
    });
    let (mut tester, lines) = tester(settings, 0);
    tester.property(&["response", "size"], Property::Signed(2));
    tester.advance(Duration::from_millis(7));
    tester.run(Message::get("/a?b=\"c\"").header("user-agent", "curl\u{1b}[31m"));
    assert_eq!(lines.borrow().len(), 0);
    tester.tick();
    let expected = json!([{
        "time": "2026-01-01T00:00:00.007Z", "method": "GET", "scheme": "http", "host": "example.test",
        "path": "/a?b=\"c\"", "status": 200, "duration_ms": 0.0, "source": "203.0.113.7", "response_bytes": 2,
        "request_headers": { "user-agent": "curl\u{1b}[31m" }, "response_headers": { "content-type": "text/plain" },
    }]);
    assert_eq!(Value::from(lines.take()), expected);
}

#[test]
fn only_some_statuses_are_written_if_the_settings_say_so() {
    let (mut tester, lines) = tester(json!({ "status": [400, 599], "fields": ["path"] }), 0);
    tester.run(Message::get("/good"));
    tester.upstream(|_| Message::response(404));
    tester.run(Message::get("/bad"));
    tester.tick();
    assert_eq!(lines.take(), [json!({ "path": "/bad" })]);
}

#[test]
fn lines_come_in_batches_and_are_sent_once_more() {
    let to = json!({ "cluster": "logs", "path": "/in", "batch": 2 });
    let (mut tester, lines) = tester(json!({ "to": to, "fields": ["path"] }), 1);
    for path in ["/1", "/2", "/3"] {
        tester.run(Message::get(path));
    }
    assert!(!tester.retire());
    tester.settle();
    assert!(tester.retire());
    let mut paths: Vec<_> =
        lines.take().iter().map(|line| line["path"].as_str().unwrap().to_owned()).collect();
    paths.sort();
    assert_eq!(paths, ["/1", "/2", "/3"]);
}

#[test]
fn lines_are_lost_if_the_service_is_down_and_others_are_not() {
    let (mut tester, lines) = tester(json!({ "fields": ["path"] }), 2);
    tester.run(Message::get("/lost"));
    tester.tick();
    tester.run(Message::get("/kept"));
    tester.tick();
    assert_eq!(lines.take(), [json!({ "path": "/kept" })]);
}

#[test]
fn days_are_those_of_the_calendar() {
    let at = |seconds| fields::rfc_3339(Duration::from_secs(seconds));
    assert_eq!(at(0), "1970-01-01T00:00:00.000Z");
    assert_eq!(at(951_782_399), "2000-02-28T23:59:59.000Z");
    assert_eq!(at(951_782_400), "2000-02-29T00:00:00.000Z");
    assert_eq!(at(4_107_542_400), "2100-03-01T00:00:00.000Z");
}

#[test]
fn settings_that_do_not_fit_say_what_is_expected() {
    let refused = |settings| Tester::<AccessLog>::new(settings).unwrap_err();
    assert_eq!(
        refused(json!({ "status": [599, 500] })),
        "`status` is [599, 500]: expected the lowest and the highest status"
    );
    assert!(refused(json!({ "fields": ["tme"] })).contains("unknown variant `tme`, expected one of `time`"));
    let to = |path: &str, batch| json!({ "to": { "cluster": "logs", "path": path, "batch": batch } });
    assert_eq!(refused(to("in", 1)), "`to.path` is `in`: expected a path that begins with `/`");
    assert_eq!(refused(to("/in", 0)), "`to.batch` is 0: expected 1 to 10000 lines");
}
