//! `messages`, `status-line` and `panels`.

use super::{CallView, MOST, number};
use crate::host::bindings::witdock::editor::types::Severity;
use crate::host::bindings::witdock::editor::{messages, panels, status_line};
use crate::host::convert::one_line;
use crate::host::outcome::replace;
use crate::message::Message;

/// The most lines of a panel.
const MAX_PANEL_LINES: usize = 10_000;

impl CallView<'_> {
    fn say(&mut self, message: Message) {
        let messages = &mut self.state.outcome.messages;
        if messages.len() < MOST {
            messages.push(message);
        }
    }
}

impl messages::Host for CallView<'_> {
    fn status(&mut self, text: String) -> wasmtime::Result<()> {
        self.say(Message::info(one_line(&text)));
        Ok(())
    }

    fn notify(&mut self, severity: Severity, text: String) -> wasmtime::Result<()> {
        let text = one_line(&text);
        self.say(match severity {
            Severity::Hint | Severity::Info => Message::info(text),
            Severity::Warning => Message::warning(text),
            Severity::Error => Message::error(text),
        });
        Ok(())
    }
}

impl status_line::Host for CallView<'_> {
    fn set(&mut self, name: String, segment: status_line::Segment) -> wasmtime::Result<()> {
        replace(&mut self.state.outcome.segments, name, Some(segment.into()), MOST);
        Ok(())
    }

    fn clear(&mut self, name: String) -> wasmtime::Result<()> {
        replace(&mut self.state.outcome.segments, name, None, MOST);
        Ok(())
    }
}

impl panels::Host for CallView<'_> {
    fn show(
        &mut self,
        name: String,
        panel: panels::Panel,
    ) -> wasmtime::Result<Result<(), panels::PanelError>> {
        let own = &self.state.snapshot.own.panels;
        let is_new = own.iter().all(|(other, _)| *other != name);
        if is_new && own.len() >= MOST {
            return Ok(Err(panels::PanelError::TooLong(0)));
        }
        if panel.lines.len() > MAX_PANEL_LINES {
            return Ok(Err(panels::PanelError::TooLong(number(MAX_PANEL_LINES))));
        }
        replace(&mut self.state.outcome.panels, name, Some(panel.into()), MOST);
        Ok(Ok(()))
    }

    fn hide(&mut self, name: String) -> wasmtime::Result<()> {
        replace(&mut self.state.outcome.panels, name, None, MOST);
        Ok(())
    }

    fn is_open(&mut self, name: String) -> wasmtime::Result<bool> {
        Ok(self.state.snapshot.own.panels.iter().any(|(other, is_open)| *other == name && *is_open))
    }
}
