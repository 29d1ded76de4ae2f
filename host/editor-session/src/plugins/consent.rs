//! What plugins ask to be allowed.
//!
//! A request for consent is one message, and the person answers it when they choose to: nothing that they type meanwhile
//! is taken for an answer.

use super::Plugins;
use crate::host::{Ask, PluginAction, PluginId};
use crate::message::Message;
use crate::outbox::{Effect, Outbox, Request};

impl Plugins {
    /// The requests for consent that the person has not answered, the oldest first.
    pub fn asks(&self) -> impl ExactSizeIterator<Item = &Ask> {
        self.asks.iter()
    }

    pub(super) fn ask_consent(&mut self, ask: Ask, out: &mut Outbox) {
        out.request(Request::AskForConsent(ask.clone()));
        self.forget_asks(ask.plugin);
        self.asks.push_back(ask);
    }

    /// Answers the oldest request: with an action, or by leaving the plugin as it is.
    pub(crate) fn answer_consent(&mut self, action: Option<PluginAction>, out: &mut Outbox) {
        let Some(ask) = self.asks.pop_front() else { return };
        match action {
            Some(action) => out.effect(Effect::Manage(ask.plugin, action)),
            None => self.postponed.push(ask),
        }
    }

    /// Asks again what the person has left as it is.
    pub(crate) fn ask_postponed(&mut self) {
        self.asks.extend(self.postponed.drain(..));
    }

    /// Forgets what a plugin has asked.
    pub(super) fn forget_asks(&mut self, plugin: PluginId) {
        self.asks.retain(|ask| ask.plugin != plugin);
        self.postponed.retain(|ask| ask.plugin != plugin);
    }

    pub(crate) fn allow_all(&mut self, out: &mut Outbox) {
        for ask in std::mem::take(&mut self.asks) {
            out.effect(Effect::Manage(ask.plugin, PluginAction::Allow));
        }
    }

    /// Stops all plugins that have a call under way.
    pub(crate) fn stop_busy(&mut self, out: &mut Outbox) {
        let busy: Vec<PluginId> = self.busy().collect();
        if busy.is_empty() {
            out.show(Message::info("no plugin has a call under way"));
        }
        for plugin in busy {
            out.effect(Effect::Manage(plugin, PluginAction::Stop));
        }
    }
}
