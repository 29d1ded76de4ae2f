#![allow(clippy::unwrap_used, reason = "a test ends at what it does not expect")]

use super::*;
use serde_json::{Value, json};
use witdock_proxy_guest::testing::{Message, Tester};

fn tester(settings: Value) -> Tester<RateLimit> {
    Tester::new(settings).unwrap()
}

fn statuses(tester: &mut Tester<RateLimit>, count: usize) -> Vec<u16> {
    (0..count).map(|_| tester.run(Message::get("/")).status()).collect()
}

#[test]
fn a_bucket_empties_and_fills_evenly() {
    let mut tester = tester(json!({ "requests": 60, "per": "minute", "burst": 3 }));
    assert_eq!(statuses(&mut tester, 5), [200, 200, 200, 429, 429]);
    tester.advance(Duration::from_millis(999));
    assert_eq!(statuses(&mut tester, 1), [429]);
    tester.advance(Duration::from_millis(1));
    assert_eq!(statuses(&mut tester, 2), [200, 429]);
    tester.advance(Duration::from_secs(3600));
    assert_eq!(statuses(&mut tester, 4), [200, 200, 200, 429]);
    assert_eq!(tester.metric("limited"), Some(5));
}

#[test]
fn clients_are_told() {
    let mut tester = tester(json!({ "requests": 2, "per": "minute" }));
    let mut told = || {
        let exchanged = tester.run(Message::get("/"));
        let header = |name| exchanged.response().get_header(name).unwrap_or_default();
        (exchanged.status(), header("ratelimit"), header("retry-after"), header("ratelimit-policy"))
    };
    let policy = "\"default\";q=2;w=60".to_owned();
    assert_eq!(told(), (200, "\"default\";r=1;t=30".into(), String::new(), policy.clone()));
    assert_eq!(told(), (200, "\"default\";r=0;t=30".into(), String::new(), policy.clone()));
    assert_eq!(told(), (429, "\"default\";r=0;t=30".into(), "30".into(), policy));
    let mut quiet = super::tests::tester(json!({ "requests": 2, "per": "minute", "tell": false }));
    assert_eq!(quiet.run(Message::get("/")).response().get_header("ratelimit"), None);
}

#[test]
fn clients_have_buckets_of_their_own() {
    let mut tester = tester(json!({ "requests": 1, "per": "day" }));
    let mut from = |address: &str| {
        tester.source(address.parse().unwrap());
        tester.run(Message::get("/")).status()
    };
    assert_eq!([from("10.0.0.1:1"), from("10.0.0.1:2"), from("10.0.0.2:1")], [200, 429, 200]);
    assert_eq!([from("[::ffff:10.0.0.3]:1"), from("10.0.0.3:2")], [200, 429]);
    assert_eq!(
        [from("[2001:db8::1]:1"), from("[2001:db8::ffff]:1"), from("[2001:db8:0:1::1]:1")],
        [200, 429, 200]
    );
}

#[test]
fn a_header_or_the_host_can_be_the_key() {
    let mut by_header = tester(json!({ "requests": 1, "per": "hour", "key": { "header": "X-Api-Key" } }));
    let mut with = |key: &str| by_header.run(Message::get("/").header("x-api-key", key)).status();
    assert_eq!([with("a"), with("b"), with("a")], [200, 200, 429]);
    assert_eq!(statuses(&mut by_header, 2), [200, 429]);
    let mut by_host = tester(json!({ "requests": 1, "per": "hour", "key": "host" }));
    let mut to = |host: &str| by_host.run(Message::get("/").authority(host)).status();
    assert_eq!([to("a.org"), to("A.org:80"), to("b.org")], [200, 429, 200]);
}

#[test]
fn other_paths_are_not_limited() {
    let mut tester = tester(json!({ "requests": 1, "per": "hour", "path": "/api/" }));
    let mut at = |path: &str| tester.run(Message::get(path)).status();
    assert_eq!([at("/api/a"), at("/b"), at("/api/c"), at("/b")], [200, 200, 429, 200]);
}

#[test]
fn buckets_outlive_a_reload_and_a_clock_that_is_set_back() {
    let settings = json!({ "requests": 1, "per": "hour" });
    let mut tester = tester(settings.clone());
    assert_eq!(statuses(&mut tester, 1), [200]);
    tester.reload(settings).unwrap();
    assert_eq!(statuses(&mut tester, 1), [429]);
    let bucket = Bucket::new(1, Duration::from_secs(1), 2);
    let (_, decision) = bucket.take(Some(u64::MAX), 0);
    assert_eq!(decision.wait, Duration::from_secs(1));
}

#[test]
fn shards_are_bounded_and_age_out() {
    let mut shard = shard::Shard::read(&[], 0);
    for client in 0..1000 {
        shard.set(client, 10_000 - client);
    }
    let bytes = shard.write();
    assert_eq!(bytes.len(), 256 * 16);
    // The emptiest bucket is still there.
    assert_eq!((shard.get(0), shard.get(998)), (Some(10_000), None));
    let later = shard::Shard::read(&bytes, 9_900);
    assert!(later.get(0).is_some() && later.write().len() <= 100 * 16);
    assert_eq!(shard::Shard::read(&bytes[..20], 0).write(), bytes[..16]);
}

#[test]
fn settings_that_do_not_fit_say_what_is_expected() {
    let refused = |settings| Tester::<RateLimit>::new(settings).unwrap_err();
    assert_eq!(refused(json!({ "requests": 0, "per": "day" })), "`requests` is 0: expected 1 or more");
    assert_eq!(
        refused(json!({ "requests": 1, "per": "day", "burst": 0 })),
        "`burst` is 0: expected 1 or more"
    );
    assert!(refused(json!({ "requests": 1, "per": "week" })).contains("expected one of `second`, `minute`"));
    assert!(refused(json!({ "requests": 1, "per": "day", "key": "ip" })).contains("unknown variant `ip`"));
    assert!(refused(json!({ "per": "day" })).contains("missing field `requests`"));
}
