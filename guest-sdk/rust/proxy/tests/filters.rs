//! Filters of this test run over the proxy in memory, and see what the interface promises.

#![allow(clippy::unwrap_used, reason = "a test ends at what it does not expect")]

use serde::Deserialize;
use serde_json::json;
use std::time::Duration;
use witdock_proxy_guest::metrics::{Counter, Gauge, Histogram};
use witdock_proxy_guest::testing::{End, Exchanged, Message, Tester};
use witdock_proxy_guest::{
    Action, Call, CallFailure, EditError, Events, Explain, HttpFilter, Instance, NoSettings, Queue, Response,
    Result, Side, Stream, shared_data, timers,
};

/// A filter whose callbacks are the test's.
macro_rules! filter {
    ($name:ident, $state:ty $(, $callback:ident($($argument:ident: $type:ty),*) $body:expr)* $(,)?) => {
        struct $name;

        impl HttpFilter for $name {
            type Settings = NoSettings;
            type State = $state;

            fn configure(_: NoSettings) -> Result<Self, String> {
                Ok(Self)
            }

            $(
                fn $callback(&mut self, $($argument: $type),*) -> Result<Action> {
                    $body
                }
            )*
        }
    };
}

fn run<F: HttpFilter>(request: Message) -> Exchanged {
    Tester::<F>::new(json!({})).unwrap().run(request)
}

filter!(Nothing, ());

#[test]
fn a_filter_without_callbacks_changes_nothing() {
    let request = Message::post("/a?b", "text").header("x-a", "1").header("x-a", "2").trailer("x-t", "3");
    let mut tester = Tester::<Nothing>::new(json!({})).unwrap();
    let response = Message::response(201).pieces(["one", "two"]).trailer("x-u", "4");
    let answer = response.clone();
    tester.upstream(move |_| answer.clone());
    for _ in 0..2 {
        let exchanged = tester.run(request.clone());
        assert_eq!((exchanged.request(), exchanged.response()), (&request, &response));
        assert_eq!(exchanged.end(), End::Complete);
    }
}

#[test]
fn settings_that_do_not_fit_are_refused_in_plain_words() {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Settings {
        most: u32,
    }
    struct Picky;
    impl HttpFilter for Picky {
        type Settings = Settings;
        type State = ();

        fn configure(settings: Settings) -> Result<Self, String> {
            if settings.most == 0 { Err("`most` is 0: expected 1 or more".to_owned()) } else { Ok(Self) }
        }
    }
    let refused = |settings| Tester::<Picky>::new(settings).unwrap_err();
    assert_eq!(refused(json!({ "least": 1 })), "unknown field `least`, expected `most`");
    assert_eq!(refused(json!({ "most": "1" })), "invalid type: string \"1\", expected u32");
    assert_eq!(refused(json!({ "most": 0 })), "`most` is 0: expected 1 or more");
    let mut tester = Tester::<Picky>::new(json!({ "most": 1 })).unwrap();
    assert_eq!(tester.reload(json!({})).unwrap_err(), "missing field `most`");
    assert_eq!(tester.run(Message::get("/")).status(), 200);
}

filter!(EditsHeaders, (),
    on_request_headers(stream: &mut Stream<Self>, _end: bool) {
        let request = stream.request();
        assert_eq!((request.method().as_str(), request.path_only().as_str()), ("GET", "/a"));
        assert_eq!((request.query().as_deref(), request.host().as_str()), (Some("b=c"), "[::1]"));
        assert_eq!(request.list("accept-encoding"), ["br", "gzip", "zstd"]);
        request.set("X-A", "new")?;
        request.append("x-b", "2")?;
        request.remove("x-c")?;
        request.set_path("/changed")?;
        assert!(matches!(request.remove(":path"), Err(EditError::Invalid(_))));
        assert!(matches!(request.set("x-bad", "a\r\nb"), Err(EditError::Invalid(_))));
        assert!(matches!(request.set("bad name", ""), Err(EditError::Invalid(_))));
        assert!(matches!(request.set("transfer-encoding", "chunked"), Err(EditError::Invalid(_))));
        assert!(matches!(stream.response().set("x", ""), Err(EditError::Absent)));
        Ok(Action::Proceed)
    },
    on_response_headers(stream: &mut Stream<Self>, _end: bool) {
        assert_eq!(stream.request().path(), "/changed");
        assert!(matches!(stream.request().set("x", ""), Err(EditError::Gone)));
        stream.response().set_status(202)?;
        let kept: Vec<_> = stream.response().iter().filter(|(name, _)| name != "server").collect();
        stream.response().replace_all(kept)?;
        Ok(Action::Proceed)
    },
);

#[test]
fn headers_are_changed_while_they_are_here() {
    let mut tester = Tester::<EditsHeaders>::new(json!({})).unwrap();
    tester.upstream(|_| Message::response(200).header("server", "x").header("x-kept", "1"));
    let request = Message::get("/a?b=c").authority("[::1]:80");
    let request = request.header("accept-encoding", "br, gzip").header("accept-encoding", "zstd");
    let request = request.header("x-a", "1").header("x-b", "1").header("x-a", "2").header("x-c", "3");
    let exchanged = tester.run(request);
    let seen = exchanged.request();
    assert_eq!(
        (seen.get_all("x-a"), seen.get_all("x-b")),
        (vec!["new".to_owned()], vec!["1".into(), "2".into()])
    );
    assert_eq!((seen.get_header("x-c"), seen.path().as_str()), (None, "/changed"));
    assert_eq!((exchanged.status(), exchanged.response().get_header("server")), (202, None));
    assert_eq!(exchanged.response().get_header("x-kept").as_deref(), Some("1"));
}

filter!(HoldsAll, (),
    on_request_headers(_stream: &mut Stream<Self>, _end: bool) Ok(Action::Hold),
    on_request_body(stream: &mut Stream<Self>, size: u64, end: bool) {
        assert_eq!(size, stream.request_body().size());
        if !end {
            return Ok(Action::Pause);
        }
        let body = stream.request_body();
        body.prepend("<")?;
        body.append(">")?;
        body.splice(1..3, "X")?;
        assert_eq!(body.read_range(1..2), b"X");
        stream.request_trailers().replace_all([("x-sum", "7")])?;
        Ok(Action::Proceed)
    },
);

#[test]
fn a_body_that_is_held_is_changed_with_its_length() {
    let exchanged = run::<HoldsAll>(Message::post("/", "").pieces(["ab", "cd", "ef"]));
    assert_eq!(exchanged.request().pieces, [b"<Xcdef>"]);
    assert_eq!(exchanged.request().get_header("content-length").as_deref(), Some("7"));
    assert_eq!(exchanged.request().trailers.as_ref().unwrap()[0].name, "x-sum");
}

filter!(EditsStreamed, (),
    on_response_body(stream: &mut Stream<Self>, _size: u64, _end: bool) {
        let error = stream.response_body().append("more").unwrap_err();
        assert!(matches!(error, EditError::Invalid(_)));
        stream.response_body().replace("OK")?;
        Ok(Action::Proceed)
    },
);

#[test]
fn a_body_whose_length_has_gone_keeps_its_size() {
    let exchanged = run::<EditsStreamed>(Message::get("/"));
    assert_eq!(exchanged.response().text(), "OK");
}

filter!(Asks, u32,
    on_request_headers(stream: &mut Stream<Self>, _end: bool) {
        assert!(stream.call(Call::get("elsewhere", "/"), |_, _, _| Ok(())).is_err());
        stream.call(Call::post("first", "/1", "question"), |_, stream, outcome| {
            let status = outcome.map(|answer| answer.status()).unwrap_or(0);
            stream.state += u32::from(status);
            stream.call(Call::get("second", "/2"), |_, stream, outcome| {
                match outcome {
                    Ok(answer) if answer.status() == 204 => stream.resume(Side::Request),
                    Ok(_) => return Err("the second service is confused".into()),
                    Err(failure) => drop(stream.respond(Response::new(503).details(failure.explain()))?),
                }
                Ok(())
            })?;
            Ok(())
        })?;
        Ok(Action::Pause)
    },
    on_response_headers(stream: &mut Stream<Self>, _end: bool) {
        stream.response().set("x-state", stream.state.to_string())?;
        Ok(Action::Proceed)
    },
);

#[test]
fn calls_are_answered_to_the_stream() {
    let mut tester = Tester::<Asks>::new(json!({})).unwrap();
    tester.cluster("first", |call| {
        assert_eq!(
            (call.method().as_str(), call.path().as_str(), call.text().as_str()),
            ("POST", "/1", "question")
        );
        Ok(Message::response(200))
    });
    tester.cluster("second", |_| Ok(Message::response(204)));
    let exchanged = tester.run(Message::get("/"));
    assert_eq!(
        (exchanged.status(), exchanged.response().get_header("x-state").as_deref()),
        (200, Some("200"))
    );

    tester.cluster("second", |_| Err(CallFailure::Timeout));
    let exchanged = tester.run(Message::get("/"));
    assert_eq!(
        (exchanged.status(), exchanged.details(), exchanged.upstream_saw()),
        (503, Some("the answer took longer than it may"), None)
    );

    // An error closes.
    tester.cluster("second", |_| Ok(Message::response(200)));
    let exchanged = tester.run(Message::get("/"));
    assert_eq!((exchanged.status(), exchanged.details()), (500, Some("the second service is confused")));
}

filter!(Pauses, (),
    on_request_headers(_stream: &mut Stream<Self>, _end: bool) Ok(Action::Pause),
);

filter!(Aborts, (),
    on_response_body(stream: &mut Stream<Self>, _size: u64, end: bool) {
        if end { Ok(stream.abort()) } else { Ok(Action::Proceed) }
    },
);

#[test]
fn an_exchange_may_end_without_a_whole_response() {
    let exchanged = run::<Pauses>(Message::get("/"));
    assert_eq!((exchanged.end(), exchanged.upstream_saw()), (End::Paused(Side::Request), None));
    let mut tester = Tester::<Aborts>::new(json!({})).unwrap();
    tester.upstream(|_| Message::response(200).pieces(["a", "b"]));
    let exchanged = tester.run(Message::get("/"));
    assert_eq!((exchanged.end(), exchanged.response().text().as_str()), (End::Aborted, "a"));
}

filter!(Fails, (),
    on_response_headers(stream: &mut Stream<Self>, _end: bool) {
        stream.response().set("x-bad", "\0")?;
        Ok(Action::Proceed)
    },
    on_response_body(stream: &mut Stream<Self>, _size: u64, _end: bool) {
        stream.response().set("late", "")?;
        Ok(Action::Proceed)
    },
);

#[test]
fn an_error_ends_the_exchange_and_nothing_else() {
    let exchanged = run::<Fails>(Message::get("/"));
    assert_eq!(
        (exchanged.status(), exchanged.details()),
        (500, Some("the value of `x-bad` has control characters"))
    );
    assert_eq!(exchanged.response().text(), "a filter of this server failed\n");
}

/// Counts in all ways that outlive a request.
struct Counts {
    requests: Counter,
    depth: Gauge,
    sizes: Histogram,
    ticks: u32,
}

impl HttpFilter for Counts {
    type Settings = NoSettings;
    type State = ();

    fn configure(_: NoSettings) -> Result<Self, String> {
        timers::set_tick(Duration::from_secs(1));
        Queue::register("news");
        let (requests, depth) = (Counter::new("requests"), Gauge::new("depth"));
        Ok(Self { requests, depth, sizes: Histogram::new("sizes"), ticks: 0 })
    }

    fn on_request_headers(&mut self, stream: &mut Stream<Self>, _end: bool) -> Result<Action> {
        self.requests.add(2);
        self.depth.add(-3);
        self.sizes.record(10);
        let seen = shared_data::update("seen", |seen| {
            let seen = seen.and_then(|seen| seen.first().copied()).unwrap_or(0) + 1;
            (vec![seen], seen)
        })?;
        stream.set_property(&["own", "seen"], seen.to_string());
        assert!(!stream.set_property(&["request", "path"], ""));
        assert!(stream.source_address().is_some());
        Ok(Action::Proceed)
    }
}

impl Events for Counts {
    fn on_tick(&mut self, instance: &mut Instance<Self>) {
        self.ticks += 1;
        let called = instance.call(Call::get("news", "/"), |filter, _, outcome| {
            if let (Ok(answer), Some(queue)) = (outcome, Queue::find("tested", "news")) {
                filter.depth.set(u64::from(filter.ticks));
                queue.send(answer.body).unwrap();
            }
        });
        called.unwrap();
    }

    fn on_queue(&mut self, instance: &mut Instance<Self>, queue: Queue) {
        shared_data::set("news", queue.receive().unwrap_or_default()).unwrap();
        instance.done();
    }

    fn on_retire(&mut self, _: &mut Instance<Self>) -> bool {
        false
    }
}

#[test]
fn what_instances_share_outlives_a_reload() {
    let mut tester = Tester::<Counts>::new(json!({})).unwrap();
    assert_eq!(tester.run(Message::get("/")).property(&["own", "seen"]).as_deref(), Some("1"));
    tester.reload(json!({})).unwrap();
    assert_eq!(tester.run(Message::get("/")).property(&["own", "seen"]).as_deref(), Some("2"));
    let metrics = ["requests", "depth", "sizes"].map(|name| tester.metric(name));
    assert_eq!((metrics, tester.shared("seen")), ([Some(4), Some(-6), Some(2)], Some(vec![2])));
}

#[test]
fn events_come_to_the_instance() {
    let mut tester = Tester::<Counts>::new(json!({})).unwrap();
    assert_eq!((tester.tick_period(), tester.retire()), (Some(Duration::from_secs(1)), false));
    tester.cluster("news", |_| Ok(Message::response(200).body("it rains")));
    tester.tick();
    assert_eq!((tester.shared("news"), tester.metric("depth")), (Some(b"it rains".to_vec()), Some(1)));
    assert!(tester.retire());
}
