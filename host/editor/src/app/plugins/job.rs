//! Commands by name: those that a key, the palette, a panel or a plugin asks for.

use super::super::command::named;
use super::super::{App, COMMANDS, Effect, Message};
use super::slot::Waiting;
use crate::display::Invocation;
use crate::plugins::api::{CommandError, Event, JobEnded};
use crate::plugins::{PluginId, Ticket};

/// The owner of the editor's own commands.
const EDITOR: &str = "editor";

impl App {
    /// Runs a command of the editor, or queues one of a plugin. Whoever `asked` for it hears how it ended.
    pub(in crate::app) fn invoke(
        &mut self,
        invocation: Invocation,
        asked: Option<(PluginId, Ticket)>,
    ) -> Vec<Effect> {
        let Invocation { command, argument } = invocation;
        match command.split_once('.') {
            Some((EDITOR, _)) => {
                if let Some(own) = named(&command) {
                    let effects = self.run(own);
                    self.job_ended(asked, Ok(()));
                    return effects;
                }
            }
            Some((owner, name)) => {
                let slot = self.slots.iter_mut().flatten().find(|slot| slot.name == owner);
                if let Some(slot) =
                    slot.filter(|slot| slot.registration.commands.iter().any(|one| one.name == name))
                {
                    slot.wait(Waiting::Run { command: name.to_owned(), argument, asked });
                    return Vec::new();
                }
            }
            None => {}
        }
        if asked.is_none() {
            self.say(Message::error(format!("there is no command `{command}`")));
        }
        self.job_ended(asked, Err(CommandError::NoSuchCommand(command)));
        Vec::new()
    }

    /// Tells a plugin how the command that it has asked for ended.
    pub(super) fn job_ended(&mut self, asked: Option<(PluginId, Ticket)>, outcome: Result<(), CommandError>) {
        let Some((plugin, job)) = asked else { return };
        if let Some(Some(slot)) = self.slots.get_mut(plugin)
            && slot.jobs > 0
        {
            slot.jobs -= 1;
            slot.wait(Waiting::Tell(Event::JobEnded(JobEnded { job, outcome })));
        }
    }

    /// The names of all commands, as plugins may ask for them.
    pub(super) fn command_names(&self) -> Vec<String> {
        let own = COMMANDS.iter().map(|listed| listed.name.to_owned());
        let plugins = self.slots.iter().flatten().flat_map(|slot| {
            slot.registration.commands.iter().map(|command| format!("{}.{}", slot.name, command.name))
        });
        own.chain(plugins).collect()
    }
}
