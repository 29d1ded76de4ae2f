//! `topics` and `subscriptions`: messages between plugins.

use super::{CallView, MOST, number};
use crate::host::bindings::witdock::editor::subscriptions::{self, SubscribeError};
use crate::host::bindings::witdock::editor::topics::{self, PublishError};
use crate::host::holdings::Held;

/// The longest topic, with the plugin's name, bytes.
const LONGEST_TOPIC: usize = 256;
/// The longest message, bytes.
const LONGEST_MESSAGE: usize = 64 << 10;
/// The most messages that a call publishes.
const MOST_MESSAGES: usize = 16;

fn is_name(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    !text.is_empty() && text.len() <= LONGEST_TOPIC && text.bytes().all(is_part)
}

impl topics::Host for CallView<'_> {
    fn publish(&mut self, topic: String, message: Vec<u8>) -> wasmtime::Result<Result<(), PublishError>> {
        if !is_name(&topic) {
            return Ok(Err(PublishError::InvalidTopic(number(LONGEST_TOPIC))));
        }
        if message.len() > LONGEST_MESSAGE {
            return Ok(Err(PublishError::TooLong(number(LONGEST_MESSAGE))));
        }
        if self.state.outcome.published.len() == MOST_MESSAGES {
            return Ok(Err(PublishError::TooMany(number(MOST_MESSAGES))));
        }
        self.state.handed_over.add(topic.len() + message.len())?;
        self.state.outcome.published.push((topic, message.into()));
        Ok(Ok(()))
    }
}

impl subscriptions::Host for CallView<'_> {
    fn subscribe(&mut self, topic: String) -> wasmtime::Result<Result<(), SubscribeError>> {
        let is_valid = topic.len() <= LONGEST_TOPIC
            && topic.split_once('/').is_some_and(|(plugin, topic)| is_name(plugin) && is_name(topic));
        if !is_valid {
            return Ok(Err(SubscribeError::InvalidTopic(number(LONGEST_TOPIC))));
        }
        if self.hold(Held::Subscription(topic.clone()), 0)?.is_err() {
            return Ok(Err(SubscribeError::TooMany(number(MOST))));
        }
        let changes = &mut self.state.outcome.subscriptions;
        changes.retain(|(other, _)| *other != topic);
        changes.push((topic, true));
        Ok(Ok(()))
    }

    fn unsubscribe(&mut self, topic: String) -> wasmtime::Result<()> {
        if self.state.holdings.give_up(&Held::Subscription(topic.clone())) {
            let changes = &mut self.state.outcome.subscriptions;
            changes.retain(|(other, _)| *other != topic);
            changes.push((topic, false));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use wasmtime::component::ResourceTable;

    use super::*;
    use crate::host::call::CallState;

    #[test]
    fn topics_and_messages_are_bounded() {
        let (mut state, mut table) = (CallState::default(), ResourceTable::new());
        let programs = witdock::Programs::default();
        let mut view = CallView { state: &mut state, table: &mut table, programs: &programs };
        let topics = ["", "a/b", "a b", "\u{202e}", &"x".repeat(257)];
        for topic in topics {
            let refused = topics::Host::publish(&mut view, topic.to_owned(), Vec::new()).unwrap();
            assert_eq!(refused, Err(PublishError::InvalidTopic(256)), "{topic}");
        }
        let long = topics::Host::publish(&mut view, "news".to_owned(), vec![0; (64 << 10) + 1]).unwrap();
        assert_eq!(long, Err(PublishError::TooLong(64 << 10)));
        for _ in 0..MOST_MESSAGES {
            assert_eq!(
                topics::Host::publish(&mut view, "news".to_owned(), vec![0; 64 << 10]).unwrap(),
                Ok(())
            );
        }
        let more = topics::Host::publish(&mut view, "news".to_owned(), Vec::new()).unwrap();
        assert_eq!(more, Err(PublishError::TooMany(16)));
        for topic in ["news", "/news", "one/", "one/two/three", &format!("one/{}", "x".repeat(256))] {
            let refused = subscriptions::Host::subscribe(&mut view, topic.to_owned()).unwrap();
            assert_eq!(refused, Err(SubscribeError::InvalidTopic(256)), "{topic}");
        }
        for number in 0..MOST {
            assert_eq!(subscriptions::Host::subscribe(&mut view, format!("one/{number}")).unwrap(), Ok(()));
        }
        let more = subscriptions::Host::subscribe(&mut view, "one/more".to_owned()).unwrap();
        assert_eq!(more, Err(SubscribeError::TooMany(64)));
        subscriptions::Host::unsubscribe(&mut view, "one/0".to_owned()).unwrap();
        assert_eq!(subscriptions::Host::subscribe(&mut view, "one/more".to_owned()).unwrap(), Ok(()));
    }
}
