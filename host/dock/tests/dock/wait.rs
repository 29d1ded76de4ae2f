//! Waits for a condition or an event, with a time limit.

use std::time::Duration;

use witdock::{Event, Events};

/// Longer than anything takes on a busy machine.
const LONG: Duration = Duration::from_secs(60);

/// The value of a future, or a panic after the time limit.
pub async fn soon<R>(what: &str, future: impl Future<Output = R>) -> R {
    match tokio::time::timeout(LONG, future).await {
        Ok(value) => value,
        Err(_) => panic!("{what}: it did not come within {LONG:?}"),
    }
}

/// Polls without a clock: other tasks make progress in between.
pub async fn until(what: &str, condition: impl Fn() -> bool) {
    let polling = async {
        while !condition() {
            tokio::task::yield_now().await;
        }
    };
    soon(what, polling).await;
}

/// The next event of a kind.
pub async fn event(events: &mut Events, what: &str, is_it: impl Fn(&Event) -> bool) -> Event {
    let looking = async {
        loop {
            match events.next().await {
                Some(event) if is_it(&event) => return event,
                Some(_) => {}
                None => panic!("{what}: the plugin has ended"),
            }
        }
    };
    soon(what, looking).await
}
