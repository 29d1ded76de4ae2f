//! Canaries and shadows.

use std::sync::Arc;
use std::time::Duration;

use witdock_proxy::filter::{Comparison, LoadedFilter};

use crate::chain::{filter, through};
use crate::plugins::{Components, do_nothing, faulty, header_rules};
use crate::support::{Client, PATIENCE, Server, start};

#[tokio::test]
async fn a_canary_gets_its_share() {
    let components = Components::new();
    let rules = components.write("rules", header_rules());
    let server = Server::named("hello").await;
    let settings = "{ rules = [{ response = { set = { x-mark = \"%{header x-who}\" } } }] }";
    for (share, canarys) in [("percent = 25", 25), ("percent = 0", 0), ("percent = 100", 100)] {
        let canary = format!("canary = {{ plugin = {rules:?}, {share} }}\n");
        let tables = filter("f", &rules, settings) + &canary;
        let (proxy, address) = start(&through(&server, "[\"f\"]", &tables)).await;
        let mut client = Client::connect(address).await;
        for _ in 0..100 {
            client.send("GET / HTTP/1.1\r\nhost: a\r\nx-who: me\r\n\r\n").await;
            assert_eq!(client.response().await.header("x-mark").as_deref(), Some("me"));
        }
        let filters = proxy.filters();
        let calls: Vec<_> = filters[0]
            .variants()
            .map(|variant| {
                let exports = variant.plugin().statistics().exports;
                exports.get("on-request-headers").map_or(0, |export| export.calls)
            })
            .collect();
        // One connection is one worker's: its share is exact.
        assert_eq!(calls, [100 - canarys, canarys], "{share}");
    }
}

#[tokio::test]
async fn a_canary_by_a_header_gets_the_requests_that_have_it() {
    let components = Components::new();
    let nothing = components.write("nothing", do_nothing());
    let bad = components.write("faulty", faulty());
    let server = Server::named("hello").await;
    let canary = format!("canary = {{ plugin = {bad:?}, header = \"x-canary\" }}\n");
    let tables = filter("f", &nothing, "{ fault = \"respond-twice\" }") + &canary;
    let (_proxy, address) = start(&through(&server, "[\"f\"]", &tables)).await;
    let mut client = Client::connect(address).await;
    for (header, status) in [("x-canary: yes\r\n", 404), ("", 200)] {
        client.send(format!("GET / HTTP/1.1\r\nhost: a\r\n{header}\r\n")).await;
        assert_eq!(client.response().await.status(), status, "{header}");
    }
}

/// Waits until the shadow has answered.
async fn compared(filter: &LoadedFilter) -> Arc<Comparison> {
    let comparison = filter.comparison().unwrap();
    let answered = async {
        while comparison.callbacks() + comparison.failures() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let shadow = filter.variants().last().unwrap().plugin();
    if tokio::time::timeout(PATIENCE, answered).await.is_err() {
        panic!("{}: {:?}", shadow.status().borrow().clone(), shadow.recent_log());
    }
    comparison.clone()
}

#[tokio::test]
async fn a_shadow_finds_what_it_does_otherwise_and_changes_nothing() {
    let components = Components::new();
    let bad = components.write("faulty", faulty());
    let server = Server::named("hello").await;
    for (fault, words) in [
        ("none", None),
        ("panic", Some("on-request-headers: it failed: ")),
        ("respond-twice", Some("on-request-headers: it answers 404, the filter proceeds")),
        ("abort", Some("on-request-headers: it aborts, the filter proceeds")),
        ("pause", Some("on-request-headers: it pauses, the filter proceeds")),
        ("many-headers", Some("on-request-headers: `x-many` differs from the filter's")),
    ] {
        // Both have these settings; the filter itself does nothing of that.
        let nothing = components.write("nothing", do_nothing());
        let config = through(
            &server,
            "[\"f\"]",
            &format!(
                "[filter.f]\nplugin = {nothing:?}\nshadow = {bad:?}\nsettings = {{ fault = {fault:?} }}\n\
                 grants = {{ imports = [\"witdock:proxy/*\"] }}\n"
            ),
        );
        let (proxy, address) = start(&config).await;
        let response = Client::get(address, "/").await;
        assert_eq!((response.status(), response.body.as_str()), (200, "hello"), "{fault}");
        let filters = proxy.filters();
        let comparison = compared(&filters[0]).await;
        let last = comparison.last();
        match words {
            None => assert!(last.is_empty(), "{fault}: {last:?}"),
            Some(words) => assert!(last[0].starts_with(words), "{fault}: {last:?}"),
        }
    }
}
