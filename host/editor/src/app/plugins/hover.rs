//! What plugins say about a place.

use std::ops::Range;

use super::super::{App, Message};
use super::slot::Waiting;
use crate::display::{HoverText, Location};
use crate::plugins::PluginId;
use crate::plugins::api::Abilities;
use crate::style::Span;

/// What plugins say about a place. It goes with the next key.
#[derive(Debug)]
pub struct Hover {
    /// The text that it is about, in the text as it is now.
    pub range: Range<usize>,
    /// What they say.
    pub lines: Vec<Vec<Span>>,
}

impl App {
    /// Asks what there is to say about the cursor's place.
    pub(in crate::app) fn ask_hover(&mut self) {
        if self.ask_at_cursor(Abilities::HOVER, Waiting::Hover) == Some(false) {
            self.say(Message::info("no plugin says anything about documents of this language"));
        }
    }

    /// What is said about a place, if something is.
    pub fn hover(&self) -> Option<&Hover> {
        self.hover.as_ref()
    }

    /// Takes what a plugin says, unless the text or the cursor has moved on.
    pub(super) fn hovered(&mut self, plugin: PluginId, at: Location, text: Option<HoverText>) {
        let Some(buffer) = self.active() else { return };
        let head = buffer.document.selections().primary().head;
        if (buffer.id, buffer.document.revision(), head) != (at.document, at.revision, at.offset) {
            return;
        }
        let Some(HoverText { range, lines }) = text else {
            return self
                .say(Message::info(format!("{} has nothing to say about this", self.name_of(plugin))));
        };
        let length = buffer.document.text().len();
        let range = range.start.min(length)..range.end.min(length);
        match &mut self.hover {
            Some(hover) => hover.lines.extend(lines),
            None => self.hover = Some(Hover { range, lines }),
        }
    }
}
