//! Messages between plugins. One publishes under a topic, and those that have subscribed to it hear at
//! [`Subscriber::on_message`](crate::Subscriber::on_message).
//!
//! Request the imports in `plugin.toml`: `imports = ["witdock:editor/topics"]` to publish, `"witdock:editor/subscriptions"` to hear. On other targets than
//! WebAssembly nobody hears.
//!
//! ```no_run
//! use witdock_editor_guest::topics;
//!
//! // In the plugin `git-changes`.
//! topics::publish("count", b"3")?;
//! // In another one.
//! topics::subscribe("git-changes/count")?;
//! # Ok::<(), witdock_editor_guest::CommandError>(())
//! ```

pub use crate::bindings::subscriber::exports::witdock::editor::topic_events::Message;
pub use crate::bindings::witdock::editor::subscriptions::SubscribeError;
pub use crate::bindings::witdock::editor::topics::PublishError;

use crate::bindings::witdock::editor::{subscriptions, topics as host};

/// Publishes a message when the call has returned, under this topic of the plugin.
///
/// # Errors
///
/// [`PublishError`].
pub fn publish(topic: &str, message: &[u8]) -> Result<(), PublishError> {
    if cfg!(target_family = "wasm") { host::publish(topic, message) } else { Ok(()) }
}

/// Subscribes to a topic, `PLUGIN/TOPIC`.
///
/// # Errors
///
/// [`SubscribeError`].
pub fn subscribe(topic: &str) -> Result<(), SubscribeError> {
    if cfg!(target_family = "wasm") { subscriptions::subscribe(topic) } else { Ok(()) }
}

/// Ends a subscription.
pub fn unsubscribe(topic: &str) {
    if cfg!(target_family = "wasm") {
        subscriptions::unsubscribe(topic);
    }
}
