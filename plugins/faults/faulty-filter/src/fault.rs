//! Ways to misbehave.

use serde::Deserialize;
use witdock_proxy_guest::metrics::Counter;
use witdock_proxy_guest::{
    Action, Call, Error, Explain, HttpFilter, Queue, Response, Result, Side, Stream, log, shared_data,
};

/// A way to misbehave. Those that end in an error of the proxy's log it and proceed: a test reads the log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Fault {
    /// None.
    None,
    /// Returns an error, which the SDK answers with 500.
    Error,
    /// Traps, with a message.
    #[default]
    Panic,
    /// Never returns.
    Loop,
    /// Allocates without end.
    Allocate,
    /// Recurses without end.
    Recurse,
    /// Pauses and never resumes.
    Pause,
    /// Answers twice in one callback, 403 and then 404.
    RespondTwice,
    /// Answers with a status that there is not.
    RespondInvalid,
    /// Answers with 64 MiB.
    RespondLarge,
    /// Answers, and resumes both sides.
    RespondAndResume,
    /// Answers and ends the exchange.
    RespondAndAbort,
    /// Ends the exchange.
    Abort,
    /// Resumes both sides, which nothing has paused.
    Resume,
    /// Changes the request's headers and bodies, wherever they are by now.
    EditGone,
    /// Calls a cluster that it was not given.
    UnknownCluster,
    /// Calls one, `upstream`, without end and waits for none.
    ManyCalls,
    /// Calls `upstream`, and traps with the answer.
    PanicInAnswer,
    /// Calls `upstream`, and never resumes.
    IgnoreAnswer,
    /// Adds 100,000 headers.
    ManyHeaders,
    /// Adds a header of 1 MiB.
    LargeHeader,
    /// Sets headers with invalid names and values, and the proxy's own.
    InvalidHeaders,
    /// Sets a path with spaces and line breaks, a method with spaces, a host with a user.
    InvalidFirstLine,
    /// Sets a `content-length` that the body does not have.
    WrongLength,
    /// Makes the body larger, a MiB at a time, until the proxy refuses.
    GrowBody,
    /// Stores shared data until the proxy refuses.
    FillSharedData,
    /// Sends to a queue until the proxy refuses.
    FillQueue,
    /// Registers queues without end.
    ManyQueues,
    /// Defines metrics until the proxy refuses.
    ManyMetrics,
    /// Sets properties until the proxy refuses.
    ManyProperties,
    /// Reads a header a million times.
    ManyReads,
    /// Writes a thousand lines to the log, with control characters.
    ManyLines,
}

const MEBIBYTE: usize = 1 << 20;

/// Logs how something has ended that the proxy should refuse.
fn told<T>(what: &str, result: std::result::Result<T, impl Explain>) {
    match result {
        Ok(_) => log::warn!("{what}: accepted"),
        Err(error) => log::info!("{what}: refused: {}", error.explain()),
    }
}

impl Fault {
    /// Misbehaves in a callback of a stream.
    pub(crate) fn happen_to<F: HttpFilter>(self, stream: &mut Stream<F>) -> Result<Action> {
        let forbidden = || Response::new(403).body("first");
        match self {
            Self::Error => return Err(Error::new("the filter is clogged")),
            Self::Pause => return Ok(Action::Pause),
            Self::RespondTwice => {
                stream.respond(forbidden())?;
                stream.respond(Response::new(404).body("second"))?;
            }
            Self::RespondInvalid => {
                told("status 99", stream.respond(Response::new(99)));
                told("status 700", stream.respond(Response::new(700)));
                told("a line break", stream.respond(forbidden().header("x-a", "b\r\nset-cookie: c")));
            }
            Self::RespondLarge => {
                return Ok(stream.respond(Response::new(200).body(vec![b'x'; 64 * MEBIBYTE]))?);
            }
            Self::RespondAndResume => {
                stream.respond(forbidden())?;
                stream.resume(Side::Request);
                stream.resume(Side::Response);
                return Ok(Action::Pause);
            }
            Self::RespondAndAbort => {
                stream.respond(forbidden())?;
                stream.abort();
            }
            Self::Abort => return Ok(stream.abort()),
            Self::Resume => {
                stream.resume(Side::Request);
                stream.resume(Side::Response);
            }
            Self::EditGone => {
                told("a request header", stream.request().set("x-late", "1"));
                told("a request trailer", stream.request_trailers().set("x-late", "1"));
                told("the request body", stream.request_body().append("late"));
                told("a response header", stream.response().set("x-late", "1"));
                told("the response body", stream.response_body().append("late"));
            }
            Self::UnknownCluster => {
                told("a call", stream.call(Call::get("no-such-cluster", "/"), |_, _, _| Ok(())));
            }
            Self::ManyCalls => {
                while let Ok(_call) = stream.call(Call::get("upstream", "/"), |_, _, _| Ok(())) {}
                told("one call more", stream.call(Call::get("upstream", "/"), |_, _, _| Ok(())));
            }
            Self::PanicInAnswer => {
                #[allow(clippy::panic, reason = "that is the fault")]
                stream.call(Call::get("upstream", "/"), |_, _, _| panic!("the answer burst the filter"))?;
                return Ok(Action::Pause);
            }
            Self::IgnoreAnswer => {
                stream.call(Call::get("upstream", "/"), |_, _, _| Ok(()))?;
                return Ok(Action::Pause);
            }
            Self::ManyHeaders => {
                let added = (0..100_000).map(|number| stream.request().append("x-many", number.to_string()));
                told("100,000 headers", added.collect::<std::result::Result<Vec<_>, _>>());
                let many = (0..100_000).map(|number| ("x-many", number.to_string()));
                told("100,000 headers at once", stream.request().replace_all(many));
            }
            Self::LargeHeader => {
                told("a header of 1 MiB", stream.request().set("x-large", vec![b'x'; MEBIBYTE]))
            }
            Self::InvalidHeaders => {
                let invalid: [(&str, &str); 10] = [
                    ("", "empty"),
                    ("a b", "space"),
                    ("a\r\nb", "line break"),
                    ("é", "not ASCII"),
                    (":unknown", "pseudo"),
                    ("x-a", "line\r\nx-b: break"),
                    ("x-a", "nul\0"),
                    ("transfer-encoding", "chunked"),
                    ("connection", "close"),
                    ("content-length", "-1"),
                ];
                for (name, value) in invalid {
                    told(&format!("`{}`", name.escape_debug()), stream.request().set(name, value));
                }
            }
            Self::InvalidFirstLine => {
                let invalid = [
                    (":path", "/a HTTP/1.1\r\nhost: b"),
                    (":path", "no-slash"),
                    (":path", ""),
                    (":method", "GET /"),
                    (":authority", "user@host"),
                    (":authority", "a b"),
                    (":scheme", "file"),
                ];
                for (name, value) in invalid {
                    told(&format!("{name} `{}`", value.escape_debug()), stream.request().set(name, value));
                }
            }
            Self::WrongLength => {
                told("a request's length", stream.request().set("content-length", "1"));
                told("a response's length", stream.response().set("content-length", "1000000"));
            }
            Self::GrowBody => {
                let more = vec![b'x'; MEBIBYTE];
                while stream
                    .request_body()
                    .append(&more)
                    .or_else(|_| stream.response_body().append(&more))
                    .is_ok()
                {}
                told("a MiB more", stream.request_body().append(&more));
            }
            Self::ManyProperties => {
                let mut number = 0;
                while stream.set_property(&["faulty", &format!("{number}")], vec![b'x'; 1024]) {
                    number += 1;
                }
                log::info!("{number} properties");
            }
            Self::ManyReads => {
                let read = (0..1_000_000).filter(|_| stream.request().contains("x-many")).count();
                log::info!("read {read} times");
            }
            apart => apart.happen(),
        }
        Ok(Action::Proceed)
    }

    /// Misbehaves apart from streams.
    pub(crate) fn happen(self) {
        match self {
            #[allow(clippy::panic, reason = "that is the fault")]
            Self::Panic => panic!("the filter burst"),
            Self::Loop => loop {
                std::hint::spin_loop();
            },
            Self::Allocate => {
                let mut all = Vec::new();
                loop {
                    all.push(std::hint::black_box(vec![1_u8; MEBIBYTE]));
                }
            }
            Self::Recurse => {
                log::info!("at the bottom after {}", recurse(1));
            }
            Self::FillSharedData => {
                let mut number = 0;
                let error = loop {
                    match shared_data::set(&number.to_string(), vec![0; MEBIBYTE]) {
                        Ok(()) => number += 1,
                        Err(error) => break error,
                    }
                };
                log::info!("{number} entries, then refused: {}", error.explain());
            }
            Self::FillQueue => {
                let queue = Queue::register("full");
                let error = loop {
                    if let Err(error) = queue.send(vec![0; 64 << 10]) {
                        break error;
                    }
                };
                log::info!("refused: {}", error.explain());
            }
            Self::ManyQueues => {
                for number in 0_u64.. {
                    Queue::register(&number.to_string());
                }
            }
            Self::ManyMetrics => {
                let defined = (0..100_000).take_while(|number| {
                    let counter = Counter::new(format!("number-{number}"));
                    counter.add(1);
                    counter.read().is_some()
                });
                log::info!("{} metrics", defined.count());
            }
            Self::ManyLines => {
                (0..1000).for_each(|number| log::warn!("line {number}\u{1b}[31m\r\nforged: line"))
            }
            _ => {}
        }
    }
}

/// Needs the stack: what it returns is not known before the call returns.
#[allow(unconditional_recursion, reason = "that is the fault")]
fn recurse(depth: u64) -> u64 {
    let deeper = std::hint::black_box([depth; 64]);
    let below = recurse(std::hint::black_box(depth + 1));
    below.wrapping_add(deeper.iter().sum())
}
