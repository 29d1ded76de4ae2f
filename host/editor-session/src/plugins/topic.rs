//! Messages between plugins: from one that publishes to those that have subscribed, in calls of their own.

use std::sync::Arc;

use super::Plugins;
use super::slot::{Slot, Waiting};
use crate::host::{PluginId, TopicMessage};

/// The most messages that wait for a plugin. With the longest that is 2 MiB.
const MOST_WAITING: usize = 32;

impl Slot {
    pub(super) fn subscribe(&mut self, changes: Vec<(String, bool)>) {
        for (topic, hears) in changes {
            self.topics.retain(|other| *other != topic);
            if hears {
                self.topics.push(topic);
            }
        }
    }
}

impl Plugins {
    /// Queues messages for the plugins that have subscribed to them. A plugin does not hear itself.
    pub(super) fn publish(&mut self, plugin: PluginId, messages: Vec<(String, Arc<[u8]>)>) {
        if messages.is_empty() {
            return;
        }
        let name = self.name_of(plugin).to_owned();
        for (topic, bytes) in messages {
            let topic: Arc<str> = format!("{name}/{topic}").into();
            for (other, slot) in &mut self.slots {
                if other != plugin && slot.topics.iter().any(|heard| **heard == *topic) {
                    slot.hear(TopicMessage {
                        topic: Arc::clone(&topic),
                        bytes: Arc::clone(&bytes),
                        missed: 0,
                    });
                }
            }
        }
    }
}

impl Slot {
    /// Queues a message. Where too many wait, the oldest is dropped, and the next one tells.
    fn hear(&mut self, message: TopicMessage) {
        if self.waiting_messages() >= MOST_WAITING {
            let missed = self.drop_oldest_message();
            self.count_missed(missed);
        }
        self.wait(Waiting::Message(message));
    }
}
