#![allow(clippy::unwrap_used, reason = "a test ends at what it does not expect")]

use super::*;
use serde_json::{Value, json};
use witdock_proxy_guest::testing::{Exchanged, Message, Tester};

fn settings() -> Value {
    json!({
        "origins": ["https://app.example.org", "https://*.example.com"],
        "methods": ["GET", "DELETE"], "headers": ["Authorization"], "expose": ["ETag"],
        "credentials": true, "max_age": 600,
    })
}

fn run(settings: Value, request: Message) -> Exchanged {
    let mut tester = Tester::<Cors>::new(settings).unwrap();
    tester.upstream(|_| {
        Message::response(200)
            .header("access-control-allow-origin", "https://upstream")
            .header("vary", "accept")
    });
    tester.run(request)
}

fn preflight(origin: &str, method: &str, headers: Option<&str>) -> Message {
    let request = Message::request("OPTIONS", "/").header("origin", origin);
    let request = request.header("access-control-request-method", method);
    headers
        .into_iter()
        .fold(request, |request, headers| request.header("access-control-request-headers", headers))
}

fn of_cors(exchanged: &Exchanged) -> Vec<(String, String)> {
    let headers = &exchanged.response().headers;
    let own = headers.iter().filter_map(|header| {
        let name = header.name.strip_prefix("access-control-")?;
        Some((name.to_owned(), String::from_utf8(header.value.clone()).unwrap()))
    });
    own.collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn a_preflight_request_is_answered() {
    let exchanged = run(settings(), preflight("https://app.example.org", "DELETE", Some("authorization")));
    assert_eq!((exchanged.status(), exchanged.upstream_saw()), (204, None));
    let expected = [
        ("allow-origin", "https://app.example.org"),
        ("allow-methods", "GET, DELETE"),
        ("allow-headers", "authorization"),
        ("allow-credentials", "true"),
        ("max-age", "600"),
    ];
    assert_eq!(of_cors(&exchanged), pairs(&expected));
    assert!(exchanged.response().get_header("vary").unwrap().starts_with("origin"));
}

#[test]
fn a_preflight_request_for_what_is_not_allowed_is_refused() {
    for (origin, method, headers) in [
        ("https://other.example.org", "GET", None),
        ("https://app.example.org", "PUT", None),
        ("https://app.example.org", "delete", None),
        ("https://app.example.org", "GET", Some("authorization, x-other")),
    ] {
        let exchanged = run(settings(), preflight(origin, method, headers));
        assert_eq!((exchanged.status(), of_cors(&exchanged)), (403, vec![]), "{origin} {method} {headers:?}");
    }
    // Simple methods need no permission.
    assert_eq!(run(settings(), preflight("https://app.example.org", "POST", None)).status(), 204);
}

#[test]
fn responses_name_the_origin_that_may_read_them() {
    let exchanged = run(settings(), Message::get("/").header("origin", "https://a.b.example.com"));
    let expected = [
        ("allow-origin", "https://a.b.example.com"),
        ("allow-credentials", "true"),
        ("expose-headers", "etag"),
    ];
    assert_eq!(of_cors(&exchanged), pairs(&expected));
    assert_eq!(exchanged.response().get_all("vary"), ["accept", "origin"]);
    for other in ["https://example.com", "http://a.example.com", "https://a.example.com.evil.org", "null"] {
        let exchanged = run(settings(), Message::get("/").header("origin", other));
        assert_eq!((exchanged.status(), of_cors(&exchanged)), (200, vec![]), "{other}");
        assert_eq!(exchanged.response().get_all("vary"), ["accept", "origin"]);
    }
    // OPTIONS without a preflight's header is a request like others.
    let exchanged =
        run(settings(), Message::request("OPTIONS", "/").header("origin", "https://app.example.org"));
    assert_eq!(exchanged.status(), 200);
}

#[test]
fn all_origins_and_headers_can_be_allowed() {
    let all = || json!({ "origins": ["*"], "headers": ["*"] });
    let exchanged = run(all(), preflight("https://any", "POST", Some("x-a, x-b")));
    let expected =
        [("allow-origin", "*"), ("allow-methods", "GET, HEAD, POST"), ("allow-headers", "x-a, x-b")];
    assert_eq!(of_cors(&exchanged), pairs(&expected));
    let exchanged = run(all(), Message::get("/").header("origin", "null"));
    assert_eq!(of_cors(&exchanged), pairs(&[("allow-origin", "*")]));
    assert_eq!(exchanged.response().get_all("vary"), ["accept"]);
}

#[test]
fn settings_that_do_not_fit_say_what_is_expected() {
    let refused = |settings| Tester::<Cors>::new(settings).unwrap_err();
    assert!(refused(json!({ "origins": [] })).contains("`origins` is empty"));
    assert!(refused(json!({ "origins": ["null"] })).contains("any page can have that origin"));
    for wrong in ["example.org", "https://example.org/", "https://*", "https://*example.org", "*.example.org"]
    {
        assert!(
            refused(json!({ "origins": [wrong] })).contains("expected `*`, `https://app.example.org`"),
            "{wrong}"
        );
    }
    let all = refused(json!({ "origins": ["*"], "credentials": true }));
    assert_eq!(all, "`credentials` needs origins by name: `origins` is `*`, which browsers refuse with it");
    let wrong = refused(json!({ "origins": ["*"], "methods": ["GET, POST"] }));
    assert_eq!(wrong, "`methods` has `GET, POST`: expected a name, such as `GET` or `etag`");
}
