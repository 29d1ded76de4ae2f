//! Where a worker gives requests to an application.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response, StatusCode};
use http_body_util::BodyExt as _;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};
use wasmtime_wasi_http::p2::bindings::http::types::Scheme;
use wasmtime_wasi_http::{Error, WasiHttpView as _};
use witdock::{CallError, Resident};

use super::answer::{Answer, Call};
use super::{Application, ApplicationError, Guest};
use crate::body::{Body, BodyError};
use crate::config::ApplicationInstances;
use crate::exchange::{ExchangeInfo, Flag};
use crate::plan::Plan;
use crate::running::Running;
use crate::server::answer;

/// An application on one worker, with the instances that wait for a request.
pub(crate) struct Desk {
    pub(crate) application: Arc<Application>,
    idle: RefCell<Vec<Used>>,
}

/// The error of a request's body, as the guest gets it.
fn of_body(error: BodyError) -> Error {
    match error {
        BodyError::TooLarge { limit } => Error::HttpRequestBodySize(Some(limit)),
        BodyError::Stalled(_) | BodyError::Timeout(_) => Error::ConnectionReadTimeout,
        _ => Error::ConnectionTerminated,
    }
}

/// An instance, and the requests that it has had.
struct Used {
    instance: Resident<Guest>,
    requests: u64,
}

/// The name of the export in statistics.
const HANDLE: &str = "wasi:http/incoming-handler.handle";

impl Desk {
    pub(crate) fn new(application: Arc<Application>) -> Rc<Self> {
        let desk = Rc::new(Self { application, idle: RefCell::default() });
        let mut events = desk.application.plugin.events();
        let waiting = Rc::downgrade(&desk);
        tokio::task::spawn_local(async move {
            // A generation ends with its last instance, also on a worker without requests.
            while events.next().await.is_some() {
                let Some(desk) = waiting.upgrade() else { return };
                desk.tidy();
            }
        });
        desk
    }

    /// The desks of a worker. Those of applications that did not change are kept, with their instances.
    pub(crate) fn all(plan: &Plan, before: Option<&Running>) -> HashMap<String, Rc<Self>> {
        let desk = |(name, application): (&String, &Arc<Application>)| {
            let same = before
                .and_then(|before| before.applications.get(name))
                .filter(|desk| Arc::ptr_eq(&desk.application, application));
            (name.clone(), same.map_or_else(|| Self::new(Arc::clone(application)), Rc::clone))
        };
        plan.applications.iter().map(desk).collect()
    }

    /// Answers a request of a route, with a line of text where the application does not.
    pub(crate) async fn respond(
        self: &Rc<Self>,
        request: Request<Body>,
        info: &ExchangeInfo,
        deadline: Option<(Instant, Duration)>,
    ) -> Response<Body> {
        let is_tls = info.connection.tls.is_some();
        let answered = self.answer(request, is_tls);
        let answered = match deadline {
            Some((end, _)) => timeout_at(end, answered).await,
            None => Ok(answered.await),
        };
        let Ok(answered) = answered else {
            info.flag(Flag::Timeout);
            return answer::text(StatusCode::GATEWAY_TIMEOUT, "the application did not answer in time");
        };
        answered.unwrap_or_else(|error| {
            info.flag(if matches!(error, ApplicationError::Busy) {
                Flag::Overflow
            } else {
                Flag::PluginFailed
            });
            tracing::warn!(application = self.application.name, request = info.id, "no answer: {error}");
            // What went wrong inside is for the log, and not for clients.
            answer::text(
                error.status(self.application.config.failure_status),
                "the application did not answer",
            )
        })
    }

    /// Answers a request. `is_tls` is whether the client's connection is encrypted. The answer's body goes on with the call of the guest;
    /// dropping it ends the call.
    ///
    /// # Errors
    ///
    /// When there is no answer: as many requests run as may, the guest fails before it answers, or it answers with an error.
    pub(crate) async fn answer(
        self: &Rc<Self>,
        request: Request<Body>,
        is_tls: bool,
    ) -> Result<Response<Body>, ApplicationError> {
        let places = self.application.places.clone();
        let place = places.try_acquire_owned().map_err(|_| ApplicationError::Busy)?;
        let used = self.take().await?;
        let (out, answered) = oneshot::channel();
        let (failed, failure) = oneshot::channel();
        let request = request.map(|body| body.into_sendable().map_err(of_body));
        let desk = self.clone();
        let call = Call::new(tokio::task::spawn_local(async move {
            let _place = place;
            let Used { mut instance, requests } = used;
            let outcome = instance
                .call(HANDLE, async |guest, store| {
                    let mut http = store.data_mut().http();
                    let scheme = if is_tls { Scheme::Https } else { Scheme::Http };
                    let request = http.new_incoming_request(scheme, request)?;
                    let out = http.new_response_outparam(out)?;
                    guest.wasi_http_incoming_handler().call_handle(&mut *store, request, out).await
                })
                .await;
            match outcome {
                Ok(()) => desk.put(Used { instance, requests: requests + 1 }),
                Err(error) => desk.failed(error, failed),
            }
        }));
        match answered.await {
            Ok(Ok(response)) => Ok(response.map(|body| Body::new(Answer::new(body, call, failure)))),
            Ok(Err(code)) => Err(ApplicationError::Answered(format!("{code:?}"))),
            // The guest has dropped what it answers by, and goes on or has ended.
            Err(_) => match failure.await {
                Ok(error) => Err(error.into()),
                Err(_) => Err(ApplicationError::NoAnswer),
            },
        }
    }

    /// An instance of the generation that serves.
    async fn take(&self) -> Result<Used, CallError> {
        let next = || self.idle.borrow_mut().pop();
        while let Some(used) = next() {
            // Others are of a generation before, which ends with its last instance.
            if used.instance.is_current() && used.instance.is_alive() {
                return Ok(used);
            }
        }
        Ok(Used { instance: self.application.plugin.resident().await?, requests: 0 })
    }

    /// Keeps an instance for another request, if the application allows that.
    fn put(&self, used: Used) {
        let ApplicationInstances::Reused { idle, requests } = self.application.config.instances else {
            return;
        };
        let may_go_on = used.requests < requests && used.instance.is_current() && used.instance.is_alive();
        let mut waiting = self.idle.borrow_mut();
        if may_go_on && waiting.len() < idle {
            waiting.push(used);
        }
    }

    /// Drops the instances of generations that no longer serve.
    fn tidy(&self) {
        self.idle.borrow_mut().retain(|used| used.instance.is_current() && used.instance.is_alive());
    }

    fn failed(&self, error: CallError, failed: oneshot::Sender<CallError>) {
        if let Err(error) = failed.send(error) {
            // Nobody waits for the answer any more.
            tracing::warn!(application = self.application.name, "a request ended: {error}");
        }
    }
}
