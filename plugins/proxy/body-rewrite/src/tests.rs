#![allow(clippy::unwrap_used, reason = "a test ends at what it does not expect")]

use super::*;
use serde_json::{Value, json};
use witdock_proxy_guest::testing::{Exchanged, Message, Tester};

fn settings(more: Value) -> Value {
    let mut settings = json!({ "replace": [
        { "from": "cat", "to": "dog" },
        { "from": "caterpillar", "to": "butterfly" },
        { "from": "ab", "to": "" },
    ] });
    settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    settings
}

fn answer(settings: Value, response: Message) -> Exchanged {
    let mut tester = Tester::<BodyRewrite>::new(settings).unwrap();
    tester.upstream(move |_| response.clone());
    tester.run(Message::get("/").header("accept-encoding", "gzip").header("range", "bytes=0-1"))
}

fn text(pieces: &[&str]) -> Message {
    Message::response(200).header("content-type", "text/plain; charset=utf-8").pieces(pieces.to_vec())
}

const BODY: &str = "cat, caterpillar, caterpilar, aab, ca";
const CHANGED: &str = "dog, butterfly, dogerpilar, a, ca";

#[test]
fn texts_are_found_wherever_the_body_is_cut() {
    for first in 0..=BODY.len() {
        for second in first..=BODY.len() {
            let pieces = [&BODY[..first], &BODY[first..second], &BODY[second..]];
            for message in
                [text(&pieces), text(&[&pieces[..], &[""]].concat()), text(&pieces).trailer("x-t", "1")]
            {
                let exchanged = answer(settings(json!({})), message.clone());
                assert_eq!(exchanged.response().text(), CHANGED, "{pieces:?}");
                assert_eq!(exchanged.response().trailers, message.trailers);
            }
        }
    }
}

#[test]
fn what_cannot_be_a_beginning_goes_on_at_once() {
    let exchanged = answer(settings(json!({})), text(&["one c", "two cat", "three"]));
    assert_eq!(exchanged.response().pieces, [b"one ".to_vec(), b"ctwo ".to_vec(), b"dogthree".to_vec()]);
}

#[test]
fn headers_say_that_the_body_has_changed() {
    let message = text(&[]).header("etag", "\"1\"").header("accept-ranges", "bytes").body("cat");
    let exchanged = answer(settings(json!({})), message);
    let response = exchanged.response();
    assert_eq!(["content-length", "accept-ranges"].map(|name| response.get_header(name)), [None, None]);
    assert_eq!((response.get_header("etag").as_deref(), response.text().as_str()), (Some("W/\"1\""), "dog"));
    assert_eq!(["accept-encoding", "range"].map(|name| exchanged.request().get_header(name)), [None, None]);
    let exchanged = answer(settings(json!({ "ask_for_plain": false })), text(&[]));
    assert!(exchanged.request().get_header("accept-encoding").is_some());
}

#[test]
fn other_bodies_pass_as_they_are() {
    let other = Message::response(200).header("content-type", "image/png").body("cat");
    let packed = text(&[]).header("content-encoding", "gzip").body("cat");
    let part = Message::response(206).header("content-type", "text/plain").body("cat");
    for message in [other.clone(), packed, part] {
        assert_eq!(answer(settings(json!({})), message.clone()).response(), &message);
    }
    assert_eq!(answer(settings(json!({ "content_types": ["*"] })), other.clone()).response().text(), "dog");
    assert_eq!(answer(settings(json!({ "content_types": ["Image/PNG"] })), other).response().text(), "dog");
}

#[test]
fn requests_are_changed_where_the_settings_say_so() {
    let mut tester = Tester::<BodyRewrite>::new(settings(json!({ "side": "request" }))).unwrap();
    tester.upstream(|request| {
        Message::response(200).header("content-type", "text/plain").body(request.bytes())
    });
    let request =
        Message::request("POST", "/").header("content-type", "text/plain").pieces(["a c", "at", ""]);
    let exchanged = tester.run(request);
    assert_eq!(
        (exchanged.request().text().as_str(), exchanged.response().text().as_str()),
        ("a dog", "a dog")
    );
}

#[test]
fn settings_that_do_not_fit_say_what_is_expected() {
    let refused = |settings| Tester::<BodyRewrite>::new(settings).unwrap_err();
    assert!(refused(json!({ "replace": [] })).contains("`replace` is empty"));
    assert!(refused(json!({ "replace": [{ "from": "", "to": "a" }] })).contains("`from` is empty"));
    let twice = json!([{ "from": "a", "to": "b" }, { "from": "a", "to": "c" }]);
    assert_eq!(refused(json!({ "replace": twice })), "`replace` has `a` twice");
    let wrong = json!({ "content_types": ["html"] });
    assert!(
        refused(settings(wrong)).contains("`content_types` has `html`: expected one such as `text/html`")
    );
    assert!(refused(settings(json!({ "side": "both" }))).contains("unknown variant `both`"));
}
