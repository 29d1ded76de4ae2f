//! The processes that plugins run: started, fed, read and ended by the [`Driver`](crate::Driver).
//!
//! A [`Process`](process::Process) reads a piece of output only when the plugin has handled an earlier one, so a flood waits in the pipe. Input is
//! bounded by the host function that takes it. What is dropped here is killed, with all that it has started.

mod environment;
mod find;
mod group;
mod process;

use std::collections::HashMap;

use tokio::sync::mpsc;

pub(crate) use self::find::find;
use self::process::Process;
use crate::host::{News, PluginId, ProcessAction, Ticket};

/// The processes of all plugins.
pub(crate) struct Processes {
    news: mpsc::UnboundedSender<News>,
    running: HashMap<Ticket, Process>,
}

impl Processes {
    pub(crate) fn new(news: mpsc::UnboundedSender<News>) -> Self {
        Self { news, running: HashMap::new() }
    }

    /// Does something with a process of a plugin. What has ended already is left alone.
    pub(crate) fn act(&mut self, plugin: PluginId, process: Ticket, action: ProcessAction) {
        if let ProcessAction::Start(program) = action {
            // Those that have ended leave with the next one that starts, so there are few.
            self.running.retain(|_, process| !process.has_ended());
            let news = self.news.clone();
            let tell = move |happened| {
                // Sending fails only when the session has ended.
                let _ = news.send(News::Process { plugin, process, happened });
            };
            self.running.insert(process, Process::start(*program, tell));
            return;
        }
        let Some(running) = self.running.get_mut(&process) else { return };
        match action {
            ProcessAction::Start(_) => {}
            ProcessAction::Write(bytes) => running.write(bytes),
            ProcessAction::CloseInput => running.close_input(),
            ProcessAction::Taken => running.taken(),
            ProcessAction::Kill => running.kill(),
            ProcessAction::Forget => drop(self.running.remove(&process)),
        }
    }
}
