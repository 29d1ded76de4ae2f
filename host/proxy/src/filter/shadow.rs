//! A candidate that runs beside a filter on live traffic. It gets what the filter gets; what it does has no effect, and is compared with what the
//! filter does.

use std::collections::VecDeque;
use std::fmt;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use http::HeaderMap;
use tokio::sync::mpsc;

use super::bindings::witdock::proxy::http::{Part, Side};
use super::bindings::witdock::proxy::types::Action;
use super::exchange::{BodyStage, Exchange, Filter, Inner, Place};
use super::head::{RequestHead, ResponseHead};
use super::held::Held;
use super::lock;
use super::slot::Runner;
use super::stage::{Event, Stream, callback_name};

/// What a shadow has done otherwise than its filter, on all workers.
#[derive(Debug, Default)]
pub struct Comparison {
    callbacks: AtomicU64,
    differences: AtomicU64,
    failures: AtomicU64,
    last: Mutex<VecDeque<String>>,
}

/// How many differences are kept to be looked at.
const KEPT: usize = 32;

/// Callbacks of one stream that wait for the shadow. One that is slower than its filter misses streams, and slows nothing down.
const BACKLOG: usize = 64;

impl Comparison {
    /// Callbacks that both have answered.
    pub fn callbacks(&self) -> u64 {
        self.callbacks.load(Ordering::Relaxed)
    }

    /// Callbacks that they have answered differently.
    pub fn differences(&self) -> u64 {
        self.differences.load(Ordering::Relaxed)
    }

    /// Streams whose shadow has failed.
    pub fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }

    /// The last differences and failures, in words, the newest last.
    pub fn last(&self) -> Vec<String> {
        lock(&self.last).iter().cloned().collect()
    }

    fn tell(&self, filter: &str, text: String) {
        let mut last = lock(&self.last);
        // What repeats is counted, not told again.
        if last.back() == Some(&text) {
            return;
        }
        tracing::warn!(filter, "shadow: {text}");
        if last.len() == KEPT {
            last.pop_front();
        }
        last.push_back(text);
    }
}

/// What a filter saw, or what became of it.
#[derive(Clone, Debug)]
pub(super) struct View {
    request: Arc<RequestHead>,
    response: Option<ResponseHead>,
    request_trailers: Option<HeaderMap>,
    response_trailers: Option<HeaderMap>,
    held: Held,
    /// The status of its own answer.
    answers: Option<u16>,
    aborts: bool,
}

/// A callback, with what the filter saw and what it did.
struct Observation {
    side: Side,
    event: Event,
    before: View,
    action: Action,
    after: View,
}

/// The shadow of one stream.
#[derive(Clone)]
pub(super) struct ShadowStream(mpsc::Sender<Observation>);

impl View {
    /// The exchange as this filter sees it.
    pub(super) fn of(inner: &mut Inner, place: usize, side: Side) -> Self {
        let held = inner.body(place, side).map(|body| body.held.clone()).unwrap_or_default();
        let asked = inner.filters.get(place).map(|own| &own.asked);
        Self {
            answers: asked.and_then(|asked| Some(asked.respond.as_ref()?.head.status.as_u16())),
            aborts: asked.is_some_and(|asked| asked.abort),
            held,
            request: inner.request.clone(),
            response: inner.response.clone(),
            request_trailers: inner.request_trailers.clone(),
            response_trailers: inner.response_trailers.clone(),
        }
    }

    /// Makes an exchange of one filter look like this.
    fn apply(&self, inner: &mut Inner, side: Side, event: Event) {
        inner.request = self.request.clone();
        inner.response = self.response.clone();
        inner.request_trailers = self.request_trailers.clone();
        inner.response_trailers = self.response_trailers.clone();
        let (headers, trailers) = match side {
            Side::Request => (Part::RequestHeaders, Part::RequestTrailers),
            Side::Response => (Part::ResponseHeaders, Part::ResponseTrailers),
        };
        match event {
            Event::Headers { .. } => inner.place(headers, Place::At(0)),
            Event::Body { .. } => {}
            Event::Trailers => inner.place(trailers, Place::At(0)),
        }
        if let Some(body) = inner.body(0, side)
            && !matches!(event, Event::Headers { .. })
        {
            body.held = self.held.clone();
            body.stage = BodyStage::Here;
        }
    }
}

impl ShadowStream {
    /// Begins a shadow's stream for an exchange with this number.
    pub(super) fn begin(runner: &Rc<Runner>, comparison: &Arc<Comparison>, id: u64) -> Self {
        let (sender, receiver) = mpsc::channel(BACKLOG);
        let follower = Follower { runner: runner.clone(), comparison: comparison.clone(), id };
        tokio::task::spawn_local(follower.follow(receiver));
        Self(sender)
    }

    /// Tells the shadow what the filter saw and did.
    pub(super) fn observe(&self, side: Side, event: Event, before: View, action: Action, after: View) {
        // A shadow that is too slow, or has failed, misses the rest of the stream.
        let _ = self.0.try_send(Observation { side, event, before, action, after });
    }
}

/// Runs a shadow's stream behind its filter's.
struct Follower {
    runner: Rc<Runner>,
    comparison: Arc<Comparison>,
    id: u64,
}

impl Follower {
    async fn follow(self, mut observations: mpsc::Receiver<Observation>) {
        let mut stream = None;
        while let Some(Observation { side, event, before, action, after }) = observations.recv().await {
            let name = callback_name(side, event);
            let answered = match (&stream, event) {
                (None, Event::Headers { end }) if matches!(side, Side::Request) => {
                    let exchange = Exchange::new(
                        self.id,
                        before.request.as_ref().clone(),
                        [Filter::new(usize::MAX)].into_iter(),
                    );
                    let new = Stream::new(0);
                    let begun = new.begin_on(&self.runner, &exchange, end).await;
                    stream = Some((exchange, new));
                    begun
                }
                (Some((exchange, stream)), _) => {
                    before.apply(&mut exchange.lock(), side, event);
                    stream.call(exchange, side, event).await
                }
                (None, _) => return,
            };
            let Some((exchange, _)) = &stream else { return };
            let own = match answered {
                Ok(own) => own,
                Err(error) => {
                    self.comparison.failures.fetch_add(1, Ordering::Relaxed);
                    self.comparison.tell(self.runner.name(), format!("{name}: it failed: {error}"));
                    return;
                }
            };
            let mut inner = exchange.lock();
            let mine = View::of(&mut inner, 0, side);
            if let Some(filter) = inner.filters.get_mut(0) {
                filter.asked = Default::default();
            }
            drop(inner);
            self.compare(name, side, (action, &after), (own, &mine));
        }
        if let Some((exchange, stream)) = stream {
            stream.finish(&exchange).await;
        }
    }

    fn compare(
        &self,
        name: &str,
        side: Side,
        (action, theirs): (Action, &View),
        (own, mine): (Action, &View),
    ) {
        self.comparison.callbacks.fetch_add(1, Ordering::Relaxed);
        let decision = |action: Action, view: &View| match (view.aborts, view.answers) {
            (true, _) => Decision::Aborts,
            (_, Some(status)) => Decision::Answers(status),
            _ => Decision::Goes(action),
        };
        let (theirs_decision, mine_decision) = (decision(action, theirs), decision(own, mine));
        let difference = if theirs_decision != mine_decision {
            Some(format!("{name}: it {mine_decision}, the filter {theirs_decision}"))
        } else {
            headers_differ(side, theirs, mine)
                .map(|header| format!("{name}: `{header}` differs from the filter's"))
                .or_else(|| {
                    (theirs.held != mine.held).then(|| format!("{name}: the body differs from the filter's"))
                })
        };
        if let Some(difference) = difference {
            self.comparison.differences.fetch_add(1, Ordering::Relaxed);
            self.comparison.tell(self.runner.name(), difference);
        }
    }
}

/// What a callback decided.
#[derive(PartialEq)]
enum Decision {
    Goes(Action),
    Answers(u16),
    Aborts,
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Goes(Action::Proceed) => f.write_str("proceeds"),
            Self::Goes(Action::Pause) => f.write_str("pauses"),
            Self::Goes(Action::Hold) => f.write_str("holds the headers"),
            Self::Answers(status) => write!(f, "answers {status}"),
            Self::Aborts => f.write_str("aborts"),
        }
    }
}

/// The first header that differs, by its name.
fn headers_differ(side: Side, theirs: &View, mine: &View) -> Option<String> {
    match side {
        Side::Request => {
            let (theirs_head, mine_head) = (&*theirs.request, &*mine.request);
            if theirs_head.method != mine_head.method {
                return Some(":method".to_owned());
            }
            if theirs_head.path != mine_head.path {
                return Some(":path".to_owned());
            }
            if theirs_head.authority != mine_head.authority {
                return Some(":authority".to_owned());
            }
            map_differs(&theirs_head.headers, &mine_head.headers)
                .or_else(|| trailers_differ(theirs.request_trailers.as_ref(), mine.request_trailers.as_ref()))
        }
        Side::Response => match (&theirs.response, &mine.response) {
            (Some(theirs_head), Some(mine_head)) if theirs_head.status != mine_head.status => {
                Some(":status".to_owned())
            }
            (Some(theirs_head), Some(mine_head)) => map_differs(&theirs_head.headers, &mine_head.headers)
                .or_else(|| {
                    trailers_differ(theirs.response_trailers.as_ref(), mine.response_trailers.as_ref())
                }),
            _ => None,
        },
    }
}

fn trailers_differ(theirs: Option<&HeaderMap>, mine: Option<&HeaderMap>) -> Option<String> {
    let empty = HeaderMap::new();
    map_differs(theirs.unwrap_or(&empty), mine.unwrap_or(&empty))
}

fn map_differs(theirs: &HeaderMap, mine: &HeaderMap) -> Option<String> {
    let names = theirs.keys().chain(mine.keys());
    let differs = |name: &&http::HeaderName| theirs.get_all(*name).iter().ne(mine.get_all(*name).iter());
    names.filter(differs).map(ToString::to_string).next()
}
