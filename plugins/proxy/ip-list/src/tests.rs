#![allow(clippy::unwrap_used, reason = "a test ends at what it does not expect")]

use super::*;
use serde_json::{Value, json};
use witdock_proxy_guest::testing::{Message, Tester};

fn status(settings: &Value, source: &str, request: Message) -> u16 {
    let mut tester = Tester::<IpList>::new(settings.clone()).unwrap();
    tester.source(source.parse().unwrap());
    tester.run(request).status()
}

#[test]
fn the_most_specific_range_decides() {
    let settings = json!({
        "allow": ["10.0.0.0/8", "2001:db8::/32", "10.6.6.66"],
        "deny": ["10.6.0.0/16", "2001:db8:1::/48", "192.0.2.1"],
    });
    let check = |source: &str, expected: u16| {
        assert_eq!(status(&settings, source, Message::get("/")), expected, "{source}");
    };
    check("10.1.2.3:1", 200);
    check("10.6.6.6:1", 403);
    check("10.6.6.66:1", 200);
    check("11.0.0.1:1", 403);
    check("[2001:db8::1]:1", 200);
    check("[2001:db8:1::1]:1", 403);
    // The same address as IPv6 writes it.
    check("[::ffff:10.1.2.3]:1", 200);
    check("[::ffff:10.6.6.6]:1", 403);
}

#[test]
fn without_allow_others_are_let_through() {
    let settings = json!({ "deny": ["0.0.0.0/0"] });
    assert_eq!(status(&settings, "192.0.2.1:1", Message::get("/")), 403);
    assert_eq!(status(&settings, "[2001:db8::1]:1", Message::get("/")), 200);
}

#[test]
fn only_requests_below_the_path_are_looked_at() {
    let settings = json!({ "allow": ["10.0.0.1"], "path": "/admin" });
    let check = |path: &str, expected: u16| {
        assert_eq!(status(&settings, "192.0.2.1:1", Message::get(path)), expected, "{path}");
    };
    for denied in
        ["/admin", "/admin/x?y", "//admin", "/a/../admin", "/%61dmin", "/./ADMIN/", "/a%2f..%2fadmin"]
    {
        check(denied, 403);
    }
    for other in ["/", "/administration", "/x/admin", "/?/admin"] {
        check(other, 200);
    }
}

#[test]
fn behind_a_trusted_proxy_the_header_counts() {
    let forwarded = json!({ "header": "X-Forwarded-For", "trusted": ["192.0.2.0/24"] });
    let settings = json!({ "allow": ["203.0.113.0/24"], "forwarded": forwarded });
    let check = |source: &str, header: &[&str], expected: u16| {
        let request =
            header.iter().fold(Message::get("/"), |request, value| request.header("x-forwarded-for", value));
        assert_eq!(status(&settings, source, request), expected, "{source} {header:?}");
    };
    check("192.0.2.1:1", &["203.0.113.5"], 200);
    check("192.0.2.1:1", &["203.0.113.5:4711, 192.0.2.9"], 200);
    check("192.0.2.1:1", &["203.0.113.5", "198.51.100.1"], 403);
    // What the client has written comes first, and does not count.
    check("192.0.2.1:1", &["203.0.113.5, 198.51.100.1"], 403);
    check("198.51.100.1:1", &["203.0.113.5"], 403);
    check("192.0.2.1:1", &["nonsense"], 403);
    check("192.0.2.1:1", &[], 403);
}

#[test]
fn who_is_denied_is_told_and_counted() {
    let mut tester = Tester::<IpList>::new(json!({ "deny": ["203.0.113.7"] })).unwrap();
    let exchanged = tester.run(Message::get("/"));
    assert_eq!(
        (exchanged.details(), tester.metric("denied")),
        (Some("the address 203.0.113.7 is denied"), Some(1))
    );
}

#[test]
fn settings_that_do_not_fit_say_what_is_expected() {
    let refused = |settings| Tester::<IpList>::new(settings).unwrap_err();
    assert_eq!(refused(json!({})), "there are no addresses: expected some in `allow` or `deny`");
    assert_eq!(
        refused(json!({ "allow": ["10.0.0.0/33"] })),
        "`allow` has `10.0.0.0/33`: expected 0 to 32 bits after the `/`"
    );
    assert_eq!(
        refused(json!({ "deny": ["10.0.0.1/8"] })),
        "`deny` has `10.0.0.1/8`: the address has bits after those that count; set them to 0"
    );
    assert!(refused(json!({ "deny": ["example.org"] })).contains("expected an address or a range"));
    assert!(refused(json!({ "deny": ["::1"], "path": "admin" })).contains("`path` is `admin`"));
}
