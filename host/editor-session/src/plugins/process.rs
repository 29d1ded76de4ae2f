//! Processes of plugins: what they do becomes calls, one at a time, and they end with what has started them.

use super::Plugins;
use super::slot::{Slot, Waiting};
use crate::host::{Happened, PluginId, ProcessAction, RunningProcess, Ticket};
use crate::outbox::{Effect, Outbox};

impl Plugins {
    /// Does what a call wants done with processes.
    pub(super) fn act_on_processes(
        &mut self,
        plugin: PluginId,
        actions: Vec<(Ticket, ProcessAction)>,
        waits_for_room: &[Ticket],
        out: &mut Outbox,
    ) {
        let Some(slot) = self.slots.get_mut(plugin) else { return };
        for (process, action) in actions {
            if matches!(action, ProcessAction::Start(_)) {
                slot.processes.push(RunningProcess {
                    ticket: process,
                    unread: 0,
                    is_closed: false,
                    wants_room: false,
                });
            } else if !slot.processes.iter().any(|one| one.ticket == process) {
                // It has ended while the call was under way.
                continue;
            }
            if let Some(running) = slot.processes.iter_mut().find(|one| one.ticket == process) {
                match &action {
                    ProcessAction::Write(bytes) => running.unread += bytes.len(),
                    ProcessAction::CloseInput => running.is_closed = true,
                    _ => {}
                }
            }
            out.effect(Effect::Process { plugin, process, action });
        }
        for process in waits_for_room {
            slot.waits_for_room(*process);
        }
    }

    /// Queues what a process has done, for its plugin.
    pub(super) fn process_has(&mut self, plugin: PluginId, process: Ticket, happened: Happened) {
        let Some(slot) = self.slots.get_mut(plugin) else { return };
        let Some(running) = slot.processes.iter_mut().find(|one| one.ticket == process) else { return };
        match happened {
            Happened::Read(bytes) => {
                running.unread = running.unread.saturating_sub(bytes);
                if running.unread == 0 && std::mem::take(&mut running.wants_room) {
                    slot.wait(Waiting::Process(process, Happened::HasRoom));
                }
            }
            Happened::Ended(end) => {
                slot.processes.retain(|one| one.ticket != process);
                slot.wait(Waiting::Process(process, Happened::Ended(end)));
            }
            happened => slot.wait(Waiting::Process(process, happened)),
        }
    }

    /// Ends all processes of a plugin, whose instance knows nothing of them any more.
    pub(super) fn end_processes(&mut self, plugin: PluginId, out: &mut Outbox) {
        let Some(slot) = self.slots.get_mut(plugin) else { return };
        for running in std::mem::take(&mut slot.processes) {
            let process = running.ticket;
            out.effect(Effect::Process { plugin, process, action: ProcessAction::Forget });
        }
    }
}

impl Slot {
    /// The plugin was refused to write to a process, and waits until that has read its input.
    fn waits_for_room(&mut self, process: Ticket) {
        let Some(running) = self.processes.iter_mut().find(|one| one.ticket == process) else { return };
        if running.unread > 0 {
            running.wants_room = true;
        } else {
            // It has read all of it meanwhile.
            self.wait(Waiting::Process(process, Happened::HasRoom));
        }
    }
}

/// The effect of a call that has ended: after a piece of output, the next one may come.
pub(super) fn taken(plugin: PluginId, waiting: &Waiting) -> Option<Effect> {
    match waiting {
        Waiting::Process(process, Happened::Output(..)) => {
            Some(Effect::Process { plugin, process: *process, action: ProcessAction::Taken })
        }
        _ => None,
    }
}
