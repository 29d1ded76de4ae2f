#![allow(clippy::unwrap_used, reason = "a test ends at what it does not expect")]

use super::*;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;
use witdock_proxy_guest::testing::{Exchanged, Message, Tester};

/// A tester whose upstream answers so, and what the upstream was asked.
fn tester(settings: Value, answer: Message) -> (Tester<AnswerCache>, Rc<RefCell<Vec<Message>>>) {
    let mut tester = Tester::<AnswerCache>::new(settings).unwrap();
    let asked = Rc::new(RefCell::new(Vec::new()));
    let seen = asked.clone();
    tester.upstream(move |request| {
        seen.borrow_mut().push(request.clone());
        match (request.get_header("if-none-match"), answer.get_header("etag")) {
            (Some(asked), Some(etag)) if asked == etag => Message::response(304)
                .header("etag", etag)
                .header("cache-control", "max-age=60")
                .header("x-new", "1"),
            _ => answer.clone(),
        }
    });
    (tester, asked)
}

fn fresh() -> Message {
    Message::response(200).header("cache-control", "max-age=60").header("content-type", "text/plain")
}

fn status_of_cache(exchanged: &Exchanged) -> String {
    exchanged.response().get_header("cache-status").unwrap_or_default()
}

#[test]
fn a_fresh_answer_is_served_again() {
    let (mut tester, asked) = tester(json!({}), fresh().header("x-latin", b"\xe9").pieces(["he", "llo"]));
    let first = tester.run(Message::get("/a"));
    assert_eq!(status_of_cache(&first), "witdock; fwd=uri-miss; stored");
    tester.advance(Duration::from_secs(59));
    let second = tester.run(Message::get("/a"));
    assert_eq!((second.response().text().as_str(), second.upstream_saw()), ("hello", None));
    assert_eq!(status_of_cache(&second), "witdock; hit; ttl=1");
    assert_eq!(second.response().get_header("age").as_deref(), Some("59"));
    let latin = second.response().headers.iter().find(|header| header.name == "x-latin").unwrap();
    assert_eq!(latin.value, b"\xe9");
    for other in [Message::get("/b"), Message::get("/a").authority("other.org")] {
        assert!(tester.run(other).upstream_saw().is_some());
    }
    tester.advance(Duration::from_secs(1));
    assert!(tester.run(Message::get("/a")).upstream_saw().is_some());
    assert_eq!((asked.borrow().len(), tester.metric("hits"), tester.metric("misses")), (4, Some(1), Some(4)));
}

#[test]
fn what_may_not_be_kept_is_not() {
    let with = |name: &str, value: &str| Message::response(200).header(name, value).body("x");
    let answers = [
        with("x-nothing", ""),
        with("cache-control", "max-age=60, no-store"),
        with("cache-control", "private, max-age=60"),
        with("cache-control", "no-cache, max-age=60"),
        with("cache-control", "max-age=60, s-maxage=0"),
        with("cache-control", "max-age=x"),
        with("expires", "0"),
        with("cache-control", "max-age=60").header("set-cookie", "a=b"),
        with("cache-control", "max-age=60").header("vary", "accept, *"),
        with("cache-control", "max-age=60").trailer("x-sum", "1"),
        Message::response(500).header("cache-control", "max-age=60"),
        fresh().body("x".repeat(65_537)),
    ];
    for answer in answers {
        let (mut tester, asked) = tester(json!({}), answer.clone());
        for _ in 0..2 {
            assert_eq!(tester.run(Message::get("/")).response().bytes(), answer.bytes());
        }
        assert_eq!(asked.borrow().len(), 2, "{:?}", answer.headers);
    }
}

#[test]
fn requests_decide_too() {
    let cases = [
        (Message::post("/", "a"), 2),
        (Message::request("HEAD", "/"), 2),
        (Message::get("/").header("range", "bytes=0-1"), 2),
        (Message::get("/").header("cache-control", "no-store"), 2),
        (Message::get("/").header("cache-control", "no-cache"), 2),
        (Message::get("/").header("cache-control", "max-age=0"), 1),
        (Message::get("/").header("authorization", "Bearer x"), 2),
        (Message::get("/"), 1),
    ];
    for (request, expected) in cases {
        let (mut tester, asked) = tester(json!({}), fresh().body("x"));
        tester.run(request.clone());
        tester.run(request.clone());
        assert_eq!(asked.borrow().len(), expected, "{request:?}");
    }
    let (mut tester, asked) =
        tester(json!({}), Message::response(200).header("cache-control", "public, max-age=9").body("x"));
    for _ in 0..2 {
        tester.run(Message::get("/").header("authorization", "Bearer x"));
    }
    assert_eq!(asked.borrow().len(), 1);
}

#[test]
fn an_answer_is_for_the_values_that_it_varies_with() {
    let (mut tester, asked) = tester(json!({}), fresh().header("vary", "Accept-Language").body("x"));
    let mut ask = |language: &str| {
        tester.run(Message::get("/").header("accept-language", language));
        asked.borrow().len()
    };
    assert_eq!([ask("de"), ask("de"), ask("fr"), ask("fr"), ask("de")], [1, 1, 2, 2, 3]);
}

#[test]
fn freshness_is_that_of_expires_or_the_settings() {
    let expires = Message::response(200)
        .header("date", "Thu, 01 Jan 2026 00:00:00 GMT")
        .header("expires", "Thu, 01 Jan 2026 00:00:10 GMT")
        .body("x");
    for (settings, answer) in [
        (json!({}), expires),
        (json!({ "default_seconds": 10 }), Message::response(404)),
        (json!({ "longest_seconds": 10 }), fresh().body("x")),
    ] {
        let (mut tester, asked) = tester(settings, answer);
        tester.run(Message::get("/"));
        tester.advance(Duration::from_secs(9));
        tester.run(Message::get("/"));
        assert_eq!(asked.borrow().len(), 1);
        tester.advance(Duration::from_secs(1));
        tester.run(Message::get("/"));
        assert_eq!(asked.borrow().len(), 2);
    }
}

#[test]
fn an_etag_saves_the_body() {
    let (mut tester, asked) = tester(json!({}), fresh().header("etag", "\"1\"").body("hello"));
    tester.run(Message::get("/"));
    let exchanged = tester.run(Message::get("/").header("if-none-match", "\"0\", W/\"1\""));
    assert_eq!((exchanged.status(), exchanged.response().text().as_str()), (304, ""));
    assert_eq!(exchanged.response().get_header("content-type"), None);
    assert_eq!(asked.borrow().len(), 1);
    // Stale: the upstream says that it is still right.
    tester.advance(Duration::from_secs(61));
    let exchanged = tester.run(Message::get("/"));
    assert_eq!(asked.borrow().last().unwrap().get_header("if-none-match").as_deref(), Some("\"1\""));
    assert_eq!((exchanged.status(), exchanged.response().text().as_str()), (200, "hello"));
    assert_eq!(exchanged.response().get_header("x-new").as_deref(), Some("1"));
    let exchanged = tester.run(Message::get("/"));
    assert_eq!((exchanged.upstream_saw(), asked.borrow().len()), (None, 2));
}

#[test]
fn a_change_removes_what_is_kept() {
    let (mut tester, asked) = tester(json!({}), fresh().body("x"));
    tester.run(Message::get("/a"));
    tester.run(Message::post("/b", ""));
    tester.run(Message::get("/a"));
    assert_eq!(asked.borrow().len(), 2);
    tester.run(Message::request("DELETE", "/a"));
    tester.run(Message::get("/a"));
    assert_eq!(asked.borrow().len(), 4);
}

#[test]
fn answers_of_one_slot_take_turns() {
    let (mut tester, asked) = tester(json!({ "slots": 1 }), fresh().body("x"));
    for path in ["/a", "/a", "/b", "/b", "/a"] {
        tester.run(Message::get(path));
    }
    assert_eq!(asked.borrow().len(), 3);
}

#[test]
fn what_another_version_has_written_is_a_miss() {
    for written in ["", "{}", "{}\nbody", "\n"] {
        let (mut tester, asked) = tester(json!({ "slots": 1 }), fresh().body("x"));
        tester.set_shared("answers/0", written);
        assert_eq!((tester.run(Message::get("/")).status(), asked.borrow().len()), (200, 1), "{written}");
    }
}

#[test]
fn dates_are_those_of_http() {
    assert_eq!(date::parse("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777));
    for wrong in
        ["", "0", "Sun, 06 Nov 94 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 25:49:37 GMT"]
    {
        assert_eq!(date::parse(wrong), None, "{wrong}");
    }
}

#[test]
fn settings_that_do_not_fit_say_what_is_expected() {
    let refused = |settings| Tester::<AnswerCache>::new(settings).unwrap_err();
    assert_eq!(refused(json!({ "slots": 0 })), "`slots` is 0: expected 1 or more");
    assert!(refused(json!({ "slots": 1024 })).contains("it is 67108864 bytes, expected 50331648 or less"));
    assert!(refused(json!({ "seconds": 1 })).contains("unknown field `seconds`"));
}
