//! What is to happen at a later time.

use std::time::Duration;

use super::super::{App, Effect};
use super::slot::Waiting;
use crate::buffer::DocumentId;
use crate::plugins::api::Event;
use crate::plugins::{PluginId, Ticket, Timer};

/// What comes back after a time: [`Effect::Wait`] asks for it, [`Input::Alarm`](super::super::Input::Alarm) brings it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alarm {
    /// A plugin that rested after a failure may be called again.
    Rested(PluginId),
    /// A plugin's timer has run out.
    Timer(PluginId, Ticket),
    /// A document is saved now, however far its formatting has come.
    Save(DocumentId, u64),
}

impl App {
    pub(super) fn start_timers(&mut self, plugin: PluginId, timers: Vec<(Ticket, Timer)>) -> Vec<Effect> {
        let Some(Some(slot)) = self.slots.get_mut(plugin) else { return Vec::new() };
        slot.timers.extend(&timers);
        timers.into_iter().map(|(ticket, timer)| wait(plugin, ticket, timer.after)).collect()
    }

    pub(in crate::app) fn alarm(&mut self, alarm: Alarm) -> Vec<Effect> {
        match alarm {
            Alarm::Rested(plugin) => {
                if let Some(Some(slot)) = self.slots.get_mut(plugin) {
                    slot.resting = false;
                }
                Vec::new()
            }
            Alarm::Timer(plugin, ticket) => self.timer_ended(plugin, ticket),
            Alarm::Save(document, attempt) => self.save_at_last(document, attempt),
        }
    }

    fn timer_ended(&mut self, plugin: PluginId, ticket: Ticket) -> Vec<Effect> {
        let Some(Some(slot)) = self.slots.get_mut(plugin) else { return Vec::new() };
        // One that is not there was cancelled, or its generation is gone.
        let Some((_, timer)) = slot.timers.iter().find(|(other, _)| *other == ticket).copied() else {
            return Vec::new();
        };
        slot.wait(Waiting::Tell(Event::Timer(ticket)));
        if timer.repeats {
            return vec![wait(plugin, ticket, timer.after)];
        }
        slot.timers.retain(|(other, _)| *other != ticket);
        Vec::new()
    }
}

fn wait(plugin: PluginId, ticket: Ticket, after: Duration) -> Effect {
    Effect::Wait { alarm: Alarm::Timer(plugin, ticket), after }
}
