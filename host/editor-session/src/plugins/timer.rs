//! Things that happen after some time.

use std::time::Duration;

use super::Plugins;
use super::slot::Waiting;
use crate::documents::{DocumentId, Documents};
use crate::host::api::Event;
use crate::host::{PluginId, Ticket, Timer};
use crate::outbox::{Effect, Outbox};

/// Something that happens after some time: [`Effect::Wait`] asks for it, and
/// [`Input::Alarm`](crate::Input::Alarm) brings it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alarm {
    /// A plugin has backed off long enough after a failure.
    BackedOff(PluginId),
    /// A plugin's timer has run out.
    Timer(PluginId, Ticket),
    /// A document has waited long enough for its formatting, in this attempt.
    Save(DocumentId, u64),
}

impl Plugins {
    pub(super) fn start_timers(&mut self, plugin: PluginId, timers: Vec<(Ticket, Timer)>, out: &mut Outbox) {
        let Some(slot) = self.slots.get_mut(plugin) else { return };
        slot.timers.extend(&timers);
        for (ticket, timer) in timers {
            out.effect(wait(plugin, ticket, timer.after));
        }
    }

    pub(crate) fn alarm(&mut self, alarm: Alarm, documents: &mut Documents, out: &mut Outbox) {
        match alarm {
            Alarm::BackedOff(plugin) => {
                if let Some(slot) = self.slots.get_mut(plugin) {
                    slot.backing_off = false;
                }
            }
            Alarm::Timer(plugin, ticket) => self.timer_ended(plugin, ticket, out),
            Alarm::Save(document, attempt) => self.stop_formatting(document, attempt, documents, out),
        }
    }

    fn timer_ended(&mut self, plugin: PluginId, ticket: Ticket, out: &mut Outbox) {
        let Some(slot) = self.slots.get_mut(plugin) else { return };
        // A timer that is missing was cancelled, or belonged to an earlier generation.
        let Some((_, timer)) = slot.timers.iter().find(|(other, _)| *other == ticket).copied() else {
            return;
        };
        slot.wait(Waiting::Tell(Event::Timer(ticket)));
        if timer.repeats {
            out.effect(wait(plugin, ticket, timer.after));
        } else {
            slot.timers.retain(|(other, _)| *other != ticket);
        }
    }
}

fn wait(plugin: PluginId, ticket: Ticket, after: Duration) -> Effect {
    Effect::Wait { alarm: Alarm::Timer(plugin, ticket), after }
}
