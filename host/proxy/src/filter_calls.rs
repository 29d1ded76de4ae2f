//! Calls of filters, sent as the requests of clients are.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::time::Duration;

use http::{Request, Response};

use crate::body::Body;
use crate::filter::{Clusters, SendFailure};
use crate::running::Running;
use crate::upstream::{Forward, UpstreamError};

/// The clusters of a worker, as its filters call them: those of the configuration that it carries out now.
#[derive(Default)]
pub(crate) struct WorkerClusters(RefCell<Weak<Running>>);

impl WorkerClusters {
    pub(crate) fn follow(&self, running: &Rc<Running>) {
        *self.0.borrow_mut() = Rc::downgrade(running);
    }
}

impl Clusters for WorkerClusters {
    fn send<'a>(
        &'a self,
        cluster: &'a str,
        request: Request<Body>,
        time: Duration,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Body>, SendFailure>> + 'a>> {
        Box::pin(async move {
            let running = self.0.borrow().upgrade().ok_or(SendFailure::Unreachable)?;
            let pool = running.clusters.get(cluster).ok_or(SendFailure::Unreachable)?;
            Forward::call(pool, time).run(request).await.map_err(|error| match error {
                UpstreamError::Reset { .. } | UpstreamError::Request(_) => SendFailure::Reset,
                UpstreamError::ResponseTimeout { .. } | UpstreamError::Timeout(_) => SendFailure::Timeout,
                _ => SendFailure::Unreachable,
            })
        })
    }
}
