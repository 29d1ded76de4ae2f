//! Filters that misbehave: what the client gets, by `on_failure`, and that all others are served on.

use crate::chain::{filter, through};
use crate::plugins::{Components, do_nothing, faulty};
use crate::support::server::Reply;
use crate::support::{Client, Server, start};

/// What a client gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gets {
    Status(u16),
    /// The connection is closed without a response.
    Closed,
    /// The response begins and breaks, or what had begun never left.
    Broken,
}

use Gets::{Broken, Closed, Status};

/// A fault, and what the client gets where a filter fails closed and where it fails open.
const FAULTS: [(&str, &str, Gets, Gets); 36] = [
    ("request-headers", "none", Status(200), Status(200)),
    ("request-headers", "error", Status(500), Status(500)),
    ("request-headers", "panic", Status(503), Status(200)),
    ("request-headers", "loop", Status(503), Status(200)),
    ("request-headers", "allocate", Status(503), Status(200)),
    ("request-headers", "recurse", Status(503), Status(200)),
    ("request-headers", "pause", Status(503), Status(200)),
    ("request-headers", "respond-twice", Status(404), Status(404)),
    ("request-headers", "respond-invalid", Status(200), Status(200)),
    ("request-headers", "respond-large", Status(503), Status(200)),
    ("request-headers", "respond-and-resume", Status(403), Status(403)),
    ("request-headers", "respond-and-abort", Closed, Closed),
    ("request-headers", "abort", Closed, Closed),
    ("request-headers", "resume", Status(200), Status(200)),
    ("request-headers", "edit-gone", Status(200), Status(200)),
    ("request-headers", "unknown-cluster", Status(200), Status(200)),
    ("request-headers", "many-headers", Status(200), Status(200)),
    ("request-headers", "large-header", Status(200), Status(200)),
    ("request-headers", "invalid-headers", Status(200), Status(200)),
    ("request-headers", "invalid-first-line", Status(200), Status(200)),
    ("request-headers", "fill-shared-data", Status(200), Status(200)),
    ("request-headers", "fill-queue", Status(200), Status(200)),
    ("request-headers", "many-queues", Status(503), Status(200)),
    ("request-headers", "many-metrics", Status(200), Status(200)),
    ("request-headers", "many-properties", Status(200), Status(200)),
    ("request-headers", "many-lines", Status(200), Status(200)),
    ("request-body", "panic", Status(503), Status(200)),
    ("request-body", "grow-body", Status(200), Status(200)),
    ("request-body", "pause", Status(503), Status(200)),
    ("response-headers", "panic", Status(503), Status(200)),
    ("response-headers", "abort", Closed, Closed),
    ("response-headers", "edit-gone", Status(200), Status(200)),
    ("response-headers", "respond-twice", Status(404), Status(404)),
    ("response-body", "panic", Broken, Status(200)),
    ("response-body", "edit-gone", Status(200), Status(200)),
    ("log", "panic", Status(200), Status(200)),
];

#[tokio::test]
async fn each_fault_has_its_answer_and_the_next_request_is_served() {
    let components = Components::new();
    let bad = components.write("faulty", faulty());
    let nothing = components.write("nothing", do_nothing());
    let server = Server::named("hello").await;
    let mut otherwise = Vec::new();
    for (at, fault, closed, open) in FAULTS {
        // A debug build on a busy machine takes its time; only what never ends meets the limit.
        let deadline_ms = if fault == "loop" { 200 } else { 20_000 };
        for (on_failure, expected) in [("closed", closed), ("open", open)] {
            let settings = format!("{{ at = {at:?}, fault = {fault:?}, path = \"/bad\" }}");
            let tables = [
                filter("bad", &bad, &settings),
                format!(
                    "on_failure = {on_failure:?}\npause_ms = 50\nhold_kb = 2048\nlimits = {{ deadline_ms = {deadline_ms} }}\n"
                ),
                filter("nothing", &nothing, "{}"),
            ];
            let config = through(&server, "[\"nothing\", \"bad\"]", &tables.concat());
            let (proxy, address) = start(&config).await;
            let mut client = Client::connect(address).await;
            client.send("POST /bad HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\nbody").await;
            let found = match client.until("\r\n\r\n").await {
                None => Closed,
                Some(head) => {
                    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
                    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
                    match length.map(|length| length.parse().unwrap()) {
                        Some(length) if client.exactly(length).await.is_some() => Status(status),
                        Some(_) => Broken,
                        None => Status(status),
                    }
                }
            };
            if found != expected && (found, expected) != (Closed, Broken) {
                otherwise.push(format!("{fault} at {at}, {on_failure}: {found:?}, expected {expected:?}"));
            }
            // Others are not concerned, on the same worker too.
            for _ in 0..4 {
                let response = Client::get(address, "/good").await;
                assert_eq!(
                    (response.status(), response.body.as_str()),
                    (200, "hello"),
                    "{fault} at {at}, {on_failure}"
                );
            }
            proxy.stop(std::time::Duration::ZERO).await;
        }
    }
    assert!(otherwise.is_empty(), "{otherwise:#?}");
}

#[tokio::test]
async fn what_a_filter_may_not_do_reaches_nobody() {
    let components = Components::new();
    let bad = components.write("faulty", faulty());
    let server = Server::named("hello").await;
    for fault in ["many-headers", "large-header", "invalid-headers", "invalid-first-line"] {
        let settings = format!("{{ at = \"request-headers\", fault = {fault:?} }}");
        let tables = filter("bad", &bad, &settings);
        let (_proxy, address) = start(&through(&server, "[\"bad\"]", &tables)).await;
        assert_eq!(Client::get(address, "/x").await.status(), 200);
        let head = server.last().head;
        assert!(head.starts_with("GET /x HTTP/1.1\r\n"), "{fault}: {head}");
        assert!(
            head.lines().count() <= 270 && head.len() <= 70 << 10,
            "{fault}: {} lines",
            head.lines().count()
        );
        for smuggled in ["x-b:", "transfer-encoding", "x-large", "connection: close", "user@host"] {
            assert!(!head.contains(smuggled), "{fault}: {head}");
        }
    }
}

#[tokio::test]
async fn an_answer_that_a_call_waits_for_wakes_the_request_or_ends_it() {
    let components = Components::new();
    let bad = components.write("faulty", faulty());
    let server = Server::start(|_| Reply::text("hello")).await;
    for (fault, status) in [("panic-in-answer", 503), ("ignore-answer", 503), ("many-calls", 200)] {
        let settings = format!("{{ at = \"request-headers\", fault = {fault:?} }}");
        let tables = filter("bad", &bad, &settings)
            + "pause_ms = 300\nclusters = [\"upstream\"]\n"
            + &format!("[cluster.upstream]\nendpoints = [\"http://{}\"]\n", server.address);
        let (_proxy, address) = start(&through(&server, "[\"bad\"]", &tables)).await;
        assert_eq!(Client::get(address, "/").await.status(), status, "{fault}");
    }
}

#[tokio::test]
async fn a_client_that_leaves_while_the_filter_runs_ends_nobody_else_s_instance() {
    let components = Components::new();
    let bad = components.write("faulty", faulty());
    let server = Server::named("hello").await;
    let tables = filter("bad", &bad, "{ fault = \"many-reads\" }") + "limits = { deadline_ms = 60000 }\n";
    let (proxy, address) = start(&through(&server, "[\"bad\"]", &tables)).await;
    let plugin = proxy.filters()[0].variants().next().unwrap().plugin().clone();
    let mut client = Client::connect(address).await;
    client.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n").await;
    // The guest has begun when it has written its line.
    let mut lines = plugin.recent_log();
    while lines.is_empty() {
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        lines = plugin.recent_log();
    }
    drop(client);
    // A call that was dropped is not counted; this one goes on to its end.
    let counted = async {
        while plugin.statistics().exports.get("on-request-headers").is_none_or(|export| export.calls == 0) {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    crate::support::soon(counted).await;
    assert_eq!(plugin.statistics().exports["on-request-headers"].errors, 0);
}

#[tokio::test]
async fn a_body_is_held_no_longer_than_a_filter_may_though_more_of_it_may_come() {
    let components = Components::new();
    let bad = components.write("faulty", faulty());
    let server = Server::named("hello").await;
    for (on_failure, status) in [("closed", 503), ("open", 200)] {
        let settings = "{ at = \"request-body\", fault = \"pause\" }";
        let lines = format!("on_failure = {on_failure:?}\npause_ms = 100\n");
        let tables = filter("bad", &bad, settings) + &lines;
        let (_proxy, address) = start(&through(&server, "[\"bad\"]", &tables)).await;
        let mut client = Client::connect(address).await;
        client.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 8\r\n\r\nbody").await;
        if on_failure == "open" {
            // What was held goes on, and so does what follows.
            while server.connections() == 0 {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
            client.send("more").await;
        }
        assert_eq!(client.response().await.status(), status, "{on_failure}");
        if on_failure == "open" {
            assert_eq!(server.last().body, "bodymore");
        }
    }
}
