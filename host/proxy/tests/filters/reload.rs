//! Reloads under live traffic.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Semaphore;
use witdock::{Event, ReloadOutcome};
use witdock_proxy::Proxy;

use crate::chain::{filter, through};
use crate::plugins::{Components, do_nothing, faulty, version};
use crate::support::server::Reply;
use crate::support::{Client, Server, soon, start};

/// Waits until the filter's own plugin serves this generation, or was told otherwise.
async fn until_event(proxy: &Proxy, is_it: impl Fn(&Event) -> bool, cause: impl FnOnce()) {
    let filters = proxy.filters();
    let mut events = filters[0].variants().next().unwrap().plugin().events();
    cause();
    while !is_it(&soon(events.next()).await.unwrap()) {}
}

#[tokio::test]
async fn a_stream_stays_with_the_generation_that_it_began_with() {
    let components = Components::new();
    // It answers response headers with a trap: only streams of its own generation meet that.
    let path = components.write("filter", do_nothing());
    let gate = Arc::new(Semaphore::new(0));
    let held = gate.clone();
    let server = Server::start_async(move |request| {
        let held = held.clone();
        let waits = request.head.starts_with("GET /slow");
        async move {
            if waits {
                held.acquire().await.unwrap().forget();
            }
            Reply::text("hello")
        }
    })
    .await;
    let config = through(&server, "[\"f\"]", &filter("f", &path, "{}"));
    let (proxy, address) = start(&config).await;
    let mut slow = Client::connect(address).await;
    slow.send("GET /slow HTTP/1.1\r\nhost: a\r\n\r\n").await;
    // It has passed the filter when the server has it.
    while server.seen().is_empty() {
        tokio::task::yield_now().await;
    }
    let serving = |event: &Event| matches!(event, Event::Serving { generation: 2, .. });
    until_event(&proxy, serving, || drop(components.write("filter", faulty()))).await;
    // The new generation traps with each request, is rolled back, and the request is served by the old one.
    assert_eq!(Client::get(address, "/").await.status(), 200);
    gate.add_permits(1);
    assert_eq!(slow.response().await.body, "hello");
}

#[tokio::test]
async fn a_generation_that_traps_on_probation_is_rolled_back_without_a_503() {
    let components = Components::new();
    let path = components.write("filter", do_nothing());
    let server = Server::named("hello").await;
    let (proxy, address) = start(&through(&server, "[\"f\"]", &filter("f", &path, "{}"))).await;
    let mut client = Client::connect(address).await;
    let mut ask = async || {
        client.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\nbody").await;
        let response = client.response().await;
        (response.status(), server.last().body)
    };
    assert_eq!(ask().await, (200, "body".to_owned()));
    let serving = |event: &Event| matches!(event, Event::Serving { generation: 2, .. });
    until_event(&proxy, serving, || drop(components.write("filter", faulty()))).await;
    for _ in 0..10 {
        assert_eq!(ask().await, (200, "body".to_owned()));
    }
    let filters = proxy.filters();
    let plugin = filters[0].variants().next().unwrap().plugin().clone();
    let status = plugin.status().borrow().clone();
    assert_eq!(status.generation, 1);
    assert!(matches!(status.last_reload.unwrap().outcome, ReloadOutcome::RolledBack { .. }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reloads_under_load_lose_no_request() {
    let _ = tracing_subscriber::fmt().with_test_writer().try_init();
    let components = Components::new();
    let path = components.write("filter", do_nothing());
    let server = Server::named("hello").await;
    let (proxy, address) = start(&through(&server, "[\"f\"]", &filter("f", &path, "{}"))).await;
    let done = Arc::new(AtomicBool::new(false));
    let clients: Vec<_> = (0..4)
        .map(|_| {
            let done = done.clone();
            tokio::spawn(async move {
                let (mut client, mut requests) = (Client::connect(address).await, 0_u32);
                while !done.load(Ordering::Relaxed) {
                    client.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n").await;
                    let response = client.response().await;
                    assert_eq!(
                        (response.status(), response.body.as_str()),
                        (200, "hello"),
                        "request {requests}"
                    );
                    requests += 1;
                }
                requests
            })
        })
        .collect();
    for number in 0..30_u8 {
        // Good versions, one that traps, and one that is no component.
        let (bytes, rejected) = match number % 3 {
            0 => (version(do_nothing(), number), false),
            1 => (version(faulty(), number), false),
            _ => (vec![number; 100], true),
        };
        let told = move |event: &Event| match event {
            Event::Rejected { .. } => rejected,
            Event::Serving { .. } | Event::RolledBack { .. } => !rejected,
            _ => false,
        };
        until_event(&proxy, told, || drop(components.write("filter", &bytes))).await;
    }
    done.store(true, Ordering::Relaxed);
    let mut requests = 0;
    for client in clients {
        requests += soon(client).await.unwrap();
    }
    assert!(requests > 30, "{requests} requests");
}

#[tokio::test]
async fn another_configuration_keeps_what_filters_share_and_their_instances() {
    let components = Components::new();
    let path = components.write("filter", do_nothing());
    let server = Server::named("hello").await;
    let text = through(&server, "[\"f\"]", &filter("f", &path, "{}"));
    let (mut proxy, address) = start(&text).await;
    assert_eq!(Client::get(address, "/").await.status(), 200);
    let before = proxy.filters()[0].clone();
    proxy.reload(crate::support::config(&text)).await.unwrap();
    assert!(Arc::ptr_eq(&before, &proxy.filters()[0]), "nothing has changed for the filter");
    let calls = |proxy: &Proxy| {
        let filters = proxy.filters();
        let plugin = filters[0].variants().next().unwrap().plugin().clone();
        plugin.statistics().exports.get("on-request-headers").map_or(0, |export| export.calls)
    };
    assert_eq!(calls(&proxy), 1);
    assert_eq!(Client::get(address, "/").await.status(), 200);
    assert_eq!(calls(&proxy), 2);
    // A filter that does not load refuses the configuration, and all goes on.
    components.write("broken", b"no component");
    let broken = text.replace("filter.wasm", "broken.wasm");
    let error = proxy.reload(crate::support::config(&broken)).await.unwrap_err().to_string();
    assert!(error.starts_with("filter `f`: "), "{error}");
    assert_eq!(Client::get(address, "/").await.status(), 200);
}
