//! A filter that misbehaves where its settings say, and lets all pass otherwise.
//!
//! `settings = { at = "request-headers", fault = "loop" }`. Without settings it traps with each request. With `path = "/bad"`, requests to other paths are spared.

mod fault;

use fault::Fault;
use serde::Deserialize;
use witdock_proxy_guest::{Action, Events, HttpFilter, Instance, Queue, Result, Stream, log, timers};

witdock_proxy_guest::export!(Faulty, events);

/// The settings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    #[serde(default)]
    at: Step,
    #[serde(default)]
    fault: Fault,
    /// Only requests to this path.
    path: Option<String>,
    /// How many streams are spared first.
    #[serde(default)]
    after: u64,
}

/// Where it misbehaves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Step {
    Configure,
    #[default]
    RequestHeaders,
    RequestBody,
    RequestTrailers,
    ResponseHeaders,
    ResponseBody,
    ResponseTrailers,
    Log,
    Tick,
    Queue,
    Retire,
}

/// The filter.
#[derive(Debug)]
pub struct Faulty {
    settings: Settings,
    streams: u64,
}

/// Whether a stream is spared.
#[derive(Debug, Default)]
pub struct Spared(bool);

impl Faulty {
    fn on(&self, step: Step, stream: &mut Stream<Self>) -> Result<Action> {
        if self.settings.at != step || stream.state.0 {
            return Ok(Action::Proceed);
        }
        log::info!("{step:?}: {:?}", self.settings.fault);
        self.settings.fault.happen_to(stream)
    }

    fn apart(&self, step: Step) {
        if self.settings.at == step {
            self.settings.fault.happen();
        }
    }
}

impl HttpFilter for Faulty {
    type Settings = Settings;
    type State = Spared;

    fn configure(settings: Settings) -> Result<Self, String> {
        match settings.at {
            Step::Configure if settings.fault == Fault::Error => {
                return Err("the filter is clogged".to_owned());
            }
            Step::Configure => settings.fault.happen(),
            Step::Tick => timers::set_tick(std::time::Duration::from_millis(10)),
            Step::Queue => {
                let queue = Queue::register("own");
                // A queue that is full refuses, which is no fault.
                let _ = queue.send("message");
            }
            _ => {}
        }
        Ok(Self { settings, streams: 0 })
    }

    fn on_request_headers(&mut self, stream: &mut Stream<Self>, _end_of_stream: bool) -> Result<Action> {
        self.streams += 1;
        let is_other = self.settings.path.as_ref().is_some_and(|path| stream.request().path_only() != *path);
        stream.state = Spared(is_other || self.streams <= self.settings.after);
        self.on(Step::RequestHeaders, stream)
    }

    fn on_request_body(
        &mut self,
        stream: &mut Stream<Self>,
        _size: u64,
        _end_of_stream: bool,
    ) -> Result<Action> {
        self.on(Step::RequestBody, stream)
    }

    fn on_request_trailers(&mut self, stream: &mut Stream<Self>) -> Result<Action> {
        self.on(Step::RequestTrailers, stream)
    }

    fn on_response_headers(&mut self, stream: &mut Stream<Self>, _end_of_stream: bool) -> Result<Action> {
        self.on(Step::ResponseHeaders, stream)
    }

    fn on_response_body(
        &mut self,
        stream: &mut Stream<Self>,
        _size: u64,
        _end_of_stream: bool,
    ) -> Result<Action> {
        self.on(Step::ResponseBody, stream)
    }

    fn on_response_trailers(&mut self, stream: &mut Stream<Self>) -> Result<Action> {
        self.on(Step::ResponseTrailers, stream)
    }

    fn log(&mut self, stream: &mut Stream<Self>) {
        if let Err(error) = self.on(Step::Log, stream) {
            log::error!("{error}");
        }
    }
}

impl Events for Faulty {
    fn on_tick(&mut self, _: &mut Instance<Self>) {
        self.apart(Step::Tick);
    }

    fn on_queue(&mut self, _: &mut Instance<Self>, _: Queue) {
        self.apart(Step::Queue);
    }

    fn on_retire(&mut self, _: &mut Instance<Self>) -> bool {
        self.apart(Step::Retire);
        self.settings.at != Step::Retire || self.settings.fault != Fault::Pause
    }
}
