//! Queues between filters, which outlive reloads.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use super::bindings::witdock::proxy::queues::SendError;
use super::limits::{MOST_QUEUE_BYTES, MOST_QUEUES};
use super::lock;

/// The queues of the whole proxy.
#[derive(Debug, Default)]
pub(crate) struct Queues(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    queues: Vec<Queue>,
    by_name: HashMap<(Arc<str>, String), u32>,
}

#[derive(Debug, Default)]
struct Queue {
    messages: VecDeque<Vec<u8>>,
    bytes: usize,
    /// What wakes the instance that registered it last.
    reader: Option<Reader>,
}

/// Tells an instance that a queue has a message.
#[derive(Clone, Debug)]
pub(crate) struct Reader(pub(crate) tokio::sync::mpsc::UnboundedSender<u32>);

/// What the host keeps for a message beside its bytes, about.
const OVERHEAD: usize = 32;

impl Queues {
    /// Finds or creates a queue. None if the scope has too many.
    pub(crate) fn register(&self, scope: &Arc<str>, name: &str) -> Option<u32> {
        let mut inner = lock(&self.0);
        let key = (scope.clone(), name.to_owned());
        if let Some(id) = inner.by_name.get(&key) {
            return Some(*id);
        }
        if inner.by_name.keys().filter(|(own, _)| own == scope).count() >= MOST_QUEUES {
            return None;
        }
        let id = u32::try_from(inner.queues.len()).ok()?;
        inner.queues.push(Queue::default());
        inner.by_name.insert(key, id);
        Some(id)
    }

    /// Messages are told to this reader from now on.
    pub(crate) fn listen(&self, id: u32, reader: Reader) {
        if let Some(queue) = lock(&self.0).queues.get_mut(id as usize) {
            if !queue.messages.is_empty() {
                // Fails only if the instance has ended.
                let _ = reader.0.send(id);
            }
            queue.reader = Some(reader);
        }
    }

    pub(crate) fn find(&self, scope: &str, name: &str) -> Option<u32> {
        lock(&self.0).by_name.get(&(scope.into(), name.to_owned())).copied()
    }

    pub(crate) fn send(&self, id: u32, message: Vec<u8>) -> Result<(), SendError> {
        let mut inner = lock(&self.0);
        let queue = inner.queues.get_mut(id as usize).ok_or(SendError::NoSuchQueue)?;
        if queue.bytes + message.len() + OVERHEAD > MOST_QUEUE_BYTES {
            return Err(SendError::Full(MOST_QUEUE_BYTES as u64));
        }
        queue.bytes += message.len() + OVERHEAD;
        queue.messages.push_back(message);
        if queue.reader.as_ref().is_some_and(|reader| reader.0.send(id).is_err()) {
            queue.reader = None;
        }
        Ok(())
    }

    pub(crate) fn receive(&self, id: u32) -> Option<Vec<u8>> {
        let mut inner = lock(&self.0);
        let queue = inner.queues.get_mut(id as usize)?;
        let message = queue.messages.pop_front()?;
        queue.bytes -= message.len() + OVERHEAD;
        Some(message)
    }
}
