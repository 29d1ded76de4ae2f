//! Lines on their way to a service.

use crate::AccessLog;
use serde::Deserialize;
use std::collections::VecDeque;
use witdock_proxy_guest::{Call, Explain, Instance, log};

/// The service that gets the lines.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Service {
    cluster: String,
    path: String,
    authority: Option<String>,
    #[serde(default = "batch")]
    batch: usize,
}

fn batch() -> usize {
    100
}

/// Lines that wait, at most. More come only if the service is down.
const MOST_WAITING: usize = 10_000;

/// Lines that wait, and what is on its way.
#[derive(Debug)]
pub(crate) struct Batches {
    service: Service,
    waiting: VecDeque<String>,
    /// Batches on their way.
    sending: usize,
    lost: usize,
    is_retired: bool,
}

impl Batches {
    pub(crate) fn new(service: Service) -> Result<Self, String> {
        if !service.path.starts_with('/') {
            return Err(format!("`to.path` is `{}`: expected a path that begins with `/`", service.path));
        }
        if !(1..=MOST_WAITING).contains(&service.batch) {
            return Err(format!("`to.batch` is {}: expected 1 to {MOST_WAITING} lines", service.batch));
        }
        Ok(Self { service, waiting: VecDeque::new(), sending: 0, lost: 0, is_retired: false })
    }

    pub(crate) fn add(&mut self, line: String) {
        if self.waiting.len() >= MOST_WAITING {
            self.waiting.pop_front();
            self.lost += 1;
        }
        self.waiting.push_back(line);
    }

    /// Sends all that waits.
    pub(crate) fn send(&mut self, instance: &mut Instance<AccessLog>) {
        if self.lost > 0 {
            log::error!(
                "{} lines are lost: the cluster `{}` does not take them",
                self.lost,
                self.service.cluster
            );
            self.lost = 0;
        }
        while !self.waiting.is_empty() {
            let lines: Vec<_> = self.waiting.drain(..self.service.batch.min(self.waiting.len())).collect();
            let count = lines.len();
            self.post(instance, lines.join("\n") + "\n", count, Attempt::First);
        }
    }

    fn post(&mut self, instance: &mut Instance<AccessLog>, body: String, count: usize, attempt: Attempt) {
        let Service { cluster, path, authority, .. } = &self.service;
        let call = Call::post(cluster, path, body.clone()).header("content-type", "application/x-ndjson");
        let call = call.authority(authority.as_deref().unwrap_or(cluster));
        let called = instance.call(call, move |filter, instance, outcome| {
            let Some(batches) = &mut filter.batches else { return };
            batches.sending -= 1;
            let is_taken = outcome.is_ok_and(|answer| (200..300).contains(&answer.status()));
            match attempt {
                _ if is_taken => {}
                Attempt::First => batches.post(instance, body, count, Attempt::Second),
                Attempt::Second => batches.lost += count,
            }
            batches.end_of_retirement(instance);
        });
        match called {
            Ok(_) => self.sending += 1,
            Err(error) => {
                log::error!("{count} lines are lost: {}", error.explain());
            }
        }
    }

    /// The instance gets no more requests. Returns whether all lines have gone.
    pub(crate) fn retire(&mut self, instance: &mut Instance<AccessLog>) -> bool {
        self.is_retired = true;
        self.send(instance);
        self.sending == 0
    }

    fn end_of_retirement(&mut self, instance: &Instance<AccessLog>) {
        if self.is_retired && self.sending == 0 {
            instance.done();
        }
    }
}

/// How often a batch has been sent.
#[derive(Clone, Copy, Debug)]
enum Attempt {
    First,
    Second,
}
