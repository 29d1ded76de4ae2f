#![allow(clippy::unwrap_used, reason = "a test ends at what it does not expect")]

use super::*;
use serde_json::{Value, json};
use witdock_proxy_guest::testing::{Message, Tester};

fn tester(settings: Value) -> Tester<Maintenance> {
    Tester::new(settings).unwrap()
}

#[test]
fn all_get_the_page() {
    let settings = json!({ "title": "Back <soon>", "message": "\"Larger\" machines" });
    let exchanged =
        tester(settings.clone()).run(Message::get("/").header("accept", "text/html, application/json"));
    assert_eq!((exchanged.status(), exchanged.upstream_saw()), (503, None));
    assert!(
        exchanged
            .response()
            .text()
            .contains("<h1>Back &lt;soon&gt;</h1>\n<p>&quot;Larger&quot; machines</p>")
    );
    assert_eq!(exchanged.response().get_header("cache-control").as_deref(), Some("no-store"));
    assert_eq!(exchanged.response().get_header("retry-after"), None);
    let exchanged = tester(settings).run(Message::get("/").header("accept", "application/json;q=0.9"));
    let json: Value = serde_json::from_str(&exchanged.response().text()).unwrap();
    assert_eq!(json, json!({ "status": 503, "title": "Back <soon>", "detail": "\"Larger\" machines" }));
    assert_eq!(tester(json!({ "page": "<p>own" })).run(Message::get("/")).response().text(), "<p>own");
}

#[test]
fn it_begins_and_ends_at_its_times() {
    // The tester's time begins with 2026.
    let settings = json!({ "from": "2026-01-01T00:00:10Z", "until": "2026-01-01T02:00:20+02:00" });
    let mut tester = tester(settings);
    let mut after = |seconds| {
        tester.advance(Duration::from_secs(seconds));
        let exchanged = tester.run(Message::get("/"));
        (exchanged.status(), exchanged.response().get_header("retry-after"))
    };
    assert_eq!(after(0), (200, None));
    assert_eq!(after(10), (503, Some("10".to_owned())));
    assert_eq!(after(9), (503, Some("1".to_owned())));
    assert_eq!(after(1), (200, None));
}

#[test]
fn some_paths_go_on() {
    let mut tester = tester(json!({ "paths": ["/shop"], "except": ["/shop/health"] }));
    let mut status = |path: &str| tester.run(Message::get(path)).status();
    assert_eq!([status("/"), status("/shop/a"), status("/shop/health")], [200, 503, 200]);
}

#[test]
fn who_has_the_secret_may_pass() {
    let settings = json!({ "bypass": { "header": "x-key", "value": "0123456789abcdef" } });
    let mut tester = tester(settings);
    let mut with = |name: &str, value: &str| tester.run(Message::get("/").header(name, value)).status();
    assert_eq!(with("x-key", "0123456789abcdef"), 200);
    assert_eq!(with("cookie", "a=b; x-key=0123456789abcdef"), 200);
    for wrong in ["", "0123456789abcdeF", "0123456789abcdef0", "0123456789abcde"] {
        assert_eq!((with("x-key", wrong), with("cookie", &format!("x-key={wrong}"))), (503, 503), "{wrong}");
    }
}

#[test]
fn times_are_those_of_rfc_3339() {
    let seconds = |text| time::parse(text).map(|time| time.as_secs());
    assert_eq!(seconds("1970-01-01T00:00:00Z"), Some(0));
    assert_eq!(seconds("2000-02-29t12:30:01.25z"), Some(951_827_401));
    assert_eq!(seconds("2026-01-01 01:00:00+01:00"), Some(1_767_225_600));
    assert_eq!(seconds("2025-12-31T16:00:00-08:00"), Some(1_767_225_600));
    for wrong in [
        "",
        "2026",
        "2026-02-29T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:00:00",
        "2026-01-01T00:00:00+1",
        "1969-12-31T00:00:00Z",
        "2026-1-01T00:00:00Z",
        "é026-01-01T00:00:00Z",
    ] {
        assert_eq!(seconds(wrong), None, "{wrong}");
    }
}

#[test]
fn settings_that_do_not_fit_say_what_is_expected() {
    let refused = |settings| Tester::<Maintenance>::new(settings).unwrap_err();
    assert_eq!(
        refused(json!({ "from": "tomorrow" })),
        "`from` is `tomorrow`: expected a time of RFC 3339, such as `2026-03-01T22:00:00Z`"
    );
    let times = json!({ "from": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z" });
    assert_eq!(refused(times), "`until` is not after `from`");
    assert!(refused(json!({ "paths": ["shop"] })).contains("`shop` is not what a path begins with"));
    assert!(
        refused(json!({ "bypass": { "header": "x-key", "value": "secret" } })).contains("16 bytes or more")
    );
}
