//! The root context: what an instance is configured with, and what happens to it apart from streams.

use alloc::string::String;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};

use crate::Adapter;
use crate::bindings::exports::witdock::proxy::events::{Call, Guest as Events, Outcome};
use crate::bindings::exports::witdock::proxy::filter::{Configuration, Guest as Filter};
use crate::bindings::exports::witdock::proxy::http_filter::Guest as HttpFilter;
use crate::bindings::exports::witdock::proxy::tcp_filter::Guest as TcpFilter;
use crate::bindings::witdock::proxy::http_calls;
use crate::bindings::witdock::proxy::metrics::Kind;
use crate::bindings::witdock::proxy::types::{Answer, CallFailure, Header};
use crate::context::{self, ROOT};
use crate::module;
use crate::single::Single;
use crate::status::Status;
use crate::stream::HttpStream;
use crate::tcp::TcpStream;

pub(crate) struct Root {
    pub(crate) name: RefCell<String>,
    pub(crate) vm_configuration: RefCell<Vec<u8>>,
    /// The plugin's configuration, while it is configured.
    pub(crate) configuration: RefCell<Option<Vec<u8>>>,
    /// The answer to a call, during its callback.
    pub(crate) answer: RefCell<Option<Answer>>,
    /// What `proxy_get_status` returns.
    pub(crate) status: Cell<(u32, &'static str)>,
    /// The metrics that the module has defined.
    pub(crate) metrics: RefCell<Vec<(u32, Kind)>>,
    /// `proxy_on_done` answered false, and `proxy_done` has not come.
    pub(crate) is_pending: Cell<bool>,
}

pub(crate) static ROOT_CONTEXT: Single<Root> = Single::new(Root {
    name: RefCell::new(String::new()),
    vm_configuration: RefCell::new(Vec::new()),
    configuration: RefCell::new(None),
    answer: RefCell::new(None),
    status: Cell::new((0, "")),
    metrics: RefCell::new(Vec::new()),
    is_pending: Cell::new(false),
});

fn size(bytes: &[u8]) -> u32 {
    bytes.len() as u32
}

impl Filter for Adapter {
    fn configure(configuration: Configuration) -> Result<(), String> {
        let Configuration { name, settings, shared_settings } = configuration;
        let (vm_size, size) = (size(&shared_settings), size(&settings));
        ROOT_CONTEXT.name.replace(name);
        ROOT_CONTEXT.vm_configuration.replace(shared_settings);
        module::start();
        context::enter(ROOT, || module::proxy_on_context_create(ROOT, 0));
        if context::enter(ROOT, || module::proxy_on_vm_start(ROOT, vm_size)) == 0 {
            return Err("`proxy_on_vm_start` returned false; its log may say why".into());
        }
        ROOT_CONTEXT.configuration.replace(Some(settings));
        if context::enter(ROOT, || module::proxy_on_configure(ROOT, size)) == 0 {
            return Err("`proxy_on_configure` returned false; its log may say why".into());
        }
        ROOT_CONTEXT.configuration.replace(None);
        Ok(())
    }
}

impl HttpFilter for Adapter {
    type HttpStream = HttpStream;
}

impl TcpFilter for Adapter {
    type TcpStream = TcpStream;
}

impl Events for Adapter {
    fn on_tick() {
        context::enter(ROOT, || module::proxy_on_tick(ROOT));
    }

    fn on_call_ended(call: Call, outcome: Outcome) {
        let answer = outcome.unwrap_or_else(|failure| {
            if matches!(failure, CallFailure::Reset | CallFailure::TooLarge) {
                ROOT_CONTEXT.status.set((BROKEN_CONNECTION, "reset"));
            }
            local_answer(failure)
        });
        let sizes = (answer.headers.len() as u32, size(&answer.body), answer.trailers.len() as u32);
        ROOT_CONTEXT.answer.replace(Some(answer));
        context::enter(ROOT, || {
            module::proxy_on_http_call_response(ROOT, token(call), sizes.0, sizes.1, sizes.2)
        });
        ROOT_CONTEXT.answer.replace(None);
        ROOT_CONTEXT.status.set((ROOT_CONTEXT.status.get().0, ""));
    }

    fn on_queue(queue: u32) {
        context::enter(ROOT, || module::proxy_on_queue_ready(ROOT, queue));
    }

    fn on_retire() -> bool {
        let done = context::enter(ROOT, || module::proxy_on_done(ROOT)) != 0;
        if done {
            delete();
        } else {
            ROOT_CONTEXT.is_pending.set(true);
        }
        done
    }
}

/// `proxy_on_delete` of the root, the last callback of an instance.
pub(crate) fn delete() {
    context::enter(ROOT, || module::proxy_on_delete(ROOT));
}

/// `WasmResult::BrokenConnection` of proxy-wasm-cpp-host.
const BROKEN_CONNECTION: u32 = 11;

/// A call's number for the module. The proxy counts them up from 1.
pub(crate) fn token(call: http_calls::Call) -> u32 {
    call as u32
}

/// What a module gets for a call without an answer: Envoy's own responses, or nothing.
fn local_answer(failure: CallFailure) -> Answer {
    let (status, body) = match failure {
        CallFailure::Timeout => ("504", "upstream request timeout"),
        CallFailure::Unreachable => ("503", "no healthy upstream"),
        CallFailure::Reset | CallFailure::TooLarge => {
            return Answer { headers: Vec::new(), body: Vec::new(), trailers: Vec::new() };
        }
    };
    let length = match failure {
        CallFailure::Timeout => "24",
        _ => "19",
    };
    let header = |name: &str, value: &str| Header { name: name.into(), value: value.into() };
    let headers =
        [header(":status", status), header("content-length", length), header("content-type", "text/plain")];
    Answer { headers: headers.into(), body: body.into(), trailers: Vec::new() }
}

/// Returns the kind of a metric that the module has defined.
pub(crate) fn metric(id: u32) -> Result<Kind, Status> {
    let metrics = ROOT_CONTEXT.metrics.borrow();
    metrics.iter().find(|(own, _)| *own == id).map(|(_, kind)| *kind).ok_or(Status::NotFound)
}
