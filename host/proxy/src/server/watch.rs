//! Closes connections that do nothing, and stops those that may take no further request.

use std::future::Future;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::Poll;

use tokio::time::Instant;

use super::connection::HttpConnection;
use crate::listener::Reason;

/// A connection of hyper's.
pub(super) trait Connection: Future<Output = hyper::Result<()>> {
    /// Ends it after the requests that run.
    fn stop(self: Pin<&mut Self>);
}

pub(super) struct Watch {
    connection: Rc<HttpConnection>,
}

impl Watch {
    pub(super) fn new(connection: &Rc<HttpConnection>) -> Self {
        Self { connection: Rc::clone(connection) }
    }

    /// Runs a connection until it ends, or has to.
    pub(super) async fn run(self, connection: impl Connection) -> hyper::Result<()> {
        let limits = self.connection.listener.config.limits;
        let activity = &self.connection.activity;
        let deadline = || activity.deadline(limits.header_timeout, limits.idle_timeout);
        let mut connection = pin!(connection);
        let mut timer = pin!(tokio::time::sleep_until(deadline().at.into()));
        let mut stopping = self.connection.worker.stopping.clone();
        let mut stopped = pin!(async {
            tokio::select! {
                // Fails when the proxy is dropped, which is a stop too.
                _ = stopping.wait_for(|stopping| *stopping) => {}
                () = self.connection.full.notified() => {}
            }
        });
        let mut is_stopped = false;
        std::future::poll_fn(|context| {
            loop {
                if let Poll::Ready(result) = connection.as_mut().poll(context) {
                    return Poll::Ready(result);
                }
                if !is_stopped && stopped.as_mut().poll(context).is_ready() {
                    is_stopped = true;
                    if !activity.has_begun() {
                        return Poll::Ready(Ok(()));
                    }
                    connection.as_mut().stop();
                    continue;
                }
                let end = deadline();
                if end.at <= std::time::Instant::now() && end.reason != Reason::Busy {
                    let reason = end.reason;
                    tracing::debug!(peer = %self.connection.info.peer, ?reason, "connection closed");
                    return Poll::Ready(Ok(()));
                }
                // Mostly the timer stays as it is: it only has to be no later than the end.
                let at = Instant::from(end.at);
                if timer.deadline() > at || timer.is_elapsed() {
                    timer.as_mut().reset(at);
                }
                std::task::ready!(timer.as_mut().poll(context));
            }
        })
        .await
    }
}
