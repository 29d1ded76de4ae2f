//! `messages`, `status-line` and `panels`.

use witdock::ContractViolation;

use super::{CallView, MOST, number};
use crate::display::{Panel, Segment};
use crate::host::bindings::witdock::editor::types::Severity;
use crate::host::bindings::witdock::editor::{messages, panels, status_line};
use crate::host::convert::one_line;
use crate::host::holdings::Held;
use crate::host::outcome::replace;
use crate::message::Message;
use crate::size::Size;

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
        let message = match severity {
            Severity::Hint | Severity::Info => Message::info(text),
            Severity::Warning => Message::warning(text),
            Severity::Error => Message::error(text),
        };
        self.say(message.until_dismissed());
        Ok(())
    }
}

impl status_line::Host for CallView<'_> {
    fn set(&mut self, name: String, segment: status_line::Segment) -> wasmtime::Result<()> {
        let segment: Segment = segment.into();
        if self.hold(Held::Segment(name.clone()), segment.bytes())?.is_err() {
            return Err(ContractViolation(format!("has more than {MOST} segments in the status line")).into());
        }
        replace(&mut self.state.outcome.segments, name, Some(segment));
        Ok(())
    }

    fn clear(&mut self, name: String) -> wasmtime::Result<()> {
        if self.state.holdings.give_up(&Held::Segment(name.clone())) {
            replace(&mut self.state.outcome.segments, name, None);
        }
        Ok(())
    }
}

impl panels::Host for CallView<'_> {
    fn show(
        &mut self,
        name: String,
        panel: panels::Panel,
    ) -> wasmtime::Result<Result<(), panels::PanelError>> {
        if panel.lines.len() > MAX_PANEL_LINES {
            return Ok(Err(panels::PanelError::TooLong(number(MAX_PANEL_LINES))));
        }
        let panel: Panel = panel.into();
        if self.hold(Held::Panel(name.clone()), panel.bytes())?.is_err() {
            return Ok(Err(panels::PanelError::TooLong(0)));
        }
        replace(&mut self.state.outcome.panels, name, Some(panel));
        Ok(Ok(()))
    }

    fn hide(&mut self, name: String) -> wasmtime::Result<()> {
        if self.state.holdings.give_up(&Held::Panel(name.clone())) {
            replace(&mut self.state.outcome.panels, name, None);
        }
        Ok(())
    }

    fn is_open(&mut self, name: String) -> wasmtime::Result<bool> {
        Ok(self.state.snapshot.own.visible_panel.as_ref() == Some(&name))
    }
}
