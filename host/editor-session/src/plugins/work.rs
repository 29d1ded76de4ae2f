//! Long work of plugins: steps that come after all else, progress, and the person who cancels it.

use super::Plugins;
use super::slot::{Slot, Waiting};
use crate::host::{PluginId, Step, Ticket, WorkChange};
use crate::message::Message;
use crate::outbox::Outbox;

/// Work that a plugin has begun.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) ticket: Ticket,
    title: String,
    in_steps: bool,
    /// Whether the next step waits for another call of the plugin.
    waits: bool,
    /// Whether it comes from a command that the person has run: Escape cancels it.
    by_person: bool,
    done: u64,
    total: u64,
    detail: String,
}

/// Work as the person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownWork {
    /// The name of the plugin.
    pub plugin: String,
    /// What is done, in a few words.
    pub title: String,
    /// How much of it is done, in percent, if that is known.
    pub percent: Option<u8>,
    /// What is being done now. May be empty.
    pub detail: String,
    /// Whether it comes from a command that the person has run: Escape cancels it.
    pub by_person: bool,
}

impl Work {
    pub(super) fn bytes(&self) -> usize {
        size_of::<Self>() + self.title.len() + self.detail.len()
    }

    fn percent(&self) -> Option<u8> {
        let percent = u128::from(self.done) * 100 / u128::from(self.total.max(1));
        (self.total > 0).then(|| u8::try_from(percent.min(100)).unwrap_or(100))
    }
}

impl Slot {
    /// The next step of work, if there is some: each has its turn.
    pub(super) fn next_step(&mut self) -> Option<Waiting> {
        let next = self.work.iter().position(|work| work.in_steps && !work.waits)?;
        let work = self.work.remove(next);
        let ticket = work.ticket;
        self.work.push(work);
        Some(Waiting::Step(ticket))
    }

    /// Takes how a step has ended.
    pub(super) fn stepped(&mut self, ticket: Ticket, step: Step) {
        self.work.retain(|work| work.ticket != ticket || step != Step::Done);
        if let Some(work) = self.work.iter_mut().find(|work| work.ticket == ticket) {
            work.waits = step == Step::Wait;
        }
    }

    /// Another call than a step has ended: what work has waited for may be there.
    pub(super) fn work_goes_on(&mut self) {
        for work in &mut self.work {
            work.waits = false;
        }
    }
}

impl Plugins {
    pub(super) fn take_work(
        &mut self,
        plugin: PluginId,
        changes: Vec<(Ticket, WorkChange)>,
        by_person: bool,
    ) {
        let Some(slot) = self.slots.get_mut(plugin) else { return };
        for (ticket, change) in changes {
            match change {
                WorkChange::Start { title, in_steps } => {
                    let detail = String::new();
                    slot.work.push(Work {
                        ticket,
                        title,
                        in_steps,
                        waits: false,
                        by_person,
                        done: 0,
                        total: 0,
                        detail,
                    });
                }
                WorkChange::Report { done, total, detail } => {
                    if let Some(work) = slot.work.iter_mut().find(|work| work.ticket == ticket) {
                        (work.done, work.total, work.detail) = (done, total, detail);
                    }
                }
                WorkChange::Finish => slot.stepped(ticket, Step::Done),
            }
        }
    }

    /// What plugins work on, the latest last, that of commands of the person at the end.
    pub fn work(&self) -> Vec<ShownWork> {
        let mut all: Vec<(&Slot, &Work)> =
            self.slots.values().flat_map(|slot| slot.work.iter().map(move |work| (slot, work))).collect();
        all.sort_by_key(|(_, work)| (work.by_person, work.ticket));
        all.into_iter()
            .map(|(slot, work)| ShownWork {
                plugin: slot.name.clone(),
                title: work.title.clone(),
                percent: work.percent(),
                detail: work.detail.clone(),
                by_person: work.by_person,
            })
            .collect()
    }

    /// Cancels the work that was begun last. With `by_person`, only what comes from a command of the person. Gives whether there is some.
    pub(crate) fn cancel_work(&mut self, by_person: bool, out: &mut Outbox) -> bool {
        let all =
            self.slots.iter().flat_map(|(plugin, slot)| slot.work.iter().map(move |work| (plugin, work)));
        let latest = all
            .filter(|(_, work)| work.by_person || !by_person)
            .max_by_key(|(_, work)| (work.by_person, work.ticket))
            .map(|(plugin, work)| (plugin, work.ticket, work.title.clone()));
        let Some((plugin, ticket, title)) = latest else { return false };
        if let Some(slot) = self.slots.get_mut(plugin) {
            slot.stepped(ticket, Step::Done);
            slot.wait(Waiting::Cancelled(ticket));
        }
        out.show(Message::info(format!("cancelled: {title}")).of(self.name_of(plugin)));
        true
    }
}
