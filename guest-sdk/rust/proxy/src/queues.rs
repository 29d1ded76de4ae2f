//! Queues between filters. They outlive reloads.
//!
//! Request the import in `plugin.toml`: `imports = ["witdock:proxy/queues"]`. A filter that receives is told of messages by
//! [`Events::on_queue`](crate::Events::on_queue).

pub use crate::bindings::witdock::proxy::queues::SendError;
use crate::host;

/// A queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Queue(pub(crate) u32);

impl Queue {
    /// Creates a queue of this filter, or finds it. This instance is told of what is sent from now on.
    pub fn register(name: &str) -> Self {
        Self(host::queues::register(name))
    }

    /// Finds a queue by the scope that its filter shares data in, and its name.
    pub fn find(scope: &str, name: &str) -> Option<Self> {
        host::queues::find(scope, name).map(Self)
    }

    /// Adds a message at the end.
    ///
    /// # Errors
    ///
    /// [`SendError`] if its readers are behind.
    pub fn send(self, message: impl AsRef<[u8]>) -> Result<(), SendError> {
        host::queues::send(self.0, message.as_ref())
    }

    /// Takes the first message.
    pub fn receive(self) -> Option<Vec<u8>> {
        host::queues::receive(self.0)
    }
}
