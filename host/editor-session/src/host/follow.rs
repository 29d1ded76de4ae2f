//! Turning the events of a plugin into news for the session.

use tokio::sync::mpsc;
use witdock::{Event, Events, Plugin, counted};

use super::interface::Extension;
use super::news::{News, PluginId};
use crate::message::Message;

/// Sends news of each event of a plugin until the plugin is dropped. A generation that was rejected while the person
/// `is_asked` for consent waits for the answer. Calls `stands` where the plugin may stand otherwise than before.
pub(super) async fn follow(
    plugin: PluginId,
    loaded: &Plugin<Extension>,
    mut events: Events,
    is_asked: impl Fn() -> bool,
    stands: impl Fn(),
    news: &mpsc::UnboundedSender<News>,
) {
    let name = loaded.name().to_owned();
    // Sending fails only when the session has ended.
    let say = |message: Message| drop(news.send(News::Message(message.of(&name))));
    while let Some(event) = events.next().await {
        match event {
            Event::Serving { generation, .. } => {
                if generation > 1 {
                    say(Message::info(format!("generation {generation} is running")));
                }
                tell_registration(plugin, loaded, news).await;
            }
            Event::RolledBack { from, to, reason } => {
                say(Message::error(format!("generation {from} rolled back to {to}: it {reason}")));
                tell_registration(plugin, loaded, news).await;
            }
            // Among the events that were missed may be a generation that serves.
            Event::Revived | Event::Missed { .. } => tell_registration(plugin, loaded, news).await,
            Event::Rejected { generation, running, reason } => {
                say(if is_asked() {
                    let text = format!(
                        "running generation {running}; generation {generation} waits for your answer"
                    );
                    Message::warning(text)
                } else {
                    let text =
                        format!("running generation {running}; generation {generation} rejected: {reason}");
                    Message::error(text)
                });
            }
            Event::Revoked { refused, .. } => {
                let _ = news.send(News::Retired(plugin));
                if !is_asked() {
                    say(Message::warning(format!("stopped: {} revoked", refused.summary())));
                }
            }
            Event::Stopped => drop(news.send(News::Retired(plugin))),
            Event::Quarantined { failures, reason } => {
                let _ = news.send(News::Retired(plugin));
                let failures = counted(u64::from(failures), "failure");
                say(Message::error(format!("quarantined after {failures}: it {reason}")));
            }
            Event::WatchFailed { message } => say(Message::warning(message)),
            _ => continue,
        }
        stands();
    }
}

async fn tell_registration(plugin: PluginId, loaded: &Plugin<Extension>, news: &mpsc::UnboundedSender<News>) {
    let registered = loaded
        .call_named("registration", async |_, store| {
            let app = &store.data().app;
            Ok(app.registration.clone().map(|registration| (registration, app.exports)))
        })
        .await;
    if let Ok(Some((registration, exports))) = registered {
        let _ = news.send(News::Serving { plugin, name: loaded.name().to_owned(), registration, exports });
    }
}
