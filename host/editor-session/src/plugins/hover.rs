//! Documentation for the place at the cursor.

use std::ops::Range;

use super::Plugins;
use super::slot::Waiting;
use crate::code::Question;
use crate::display::{HoverText, Location};
use crate::documents::Documents;
use crate::host::PluginId;
use crate::host::api::Abilities;
use crate::message::Message;
use crate::outbox::Outbox;
use crate::size::Size;
use crate::style::Span;

/// The most that is taken from one plugin, bytes of memory.
const MAX_BYTES: usize = 1 << 20;

/// Documentation for a place, from all plugins that have some.
#[derive(Debug)]
pub struct Hover {
    /// The text that it is about.
    pub range: Range<usize>,
    /// What each plugin has to say.
    pub parts: Vec<HoverPart>,
}

/// The documentation of one plugin.
#[derive(Debug)]
pub struct HoverPart {
    /// The name of the plugin.
    pub plugin: String,
    /// The lines to show.
    pub lines: Vec<Vec<Span>>,
}

impl Plugins {
    /// Asks all plugins that have documentation for documents of this language.
    pub(crate) fn ask_hover(&mut self, documents: &Documents, out: &mut Outbox) {
        let is_asked = self.ask_code(&Question::Hover, documents);
        if !self.ask_at_cursor(documents, Abilities::HOVER, Waiting::Hover) && !is_asked {
            out.show(Message::info("no plugin documents this language"));
        }
    }

    /// The documentation to show. The front end drops it with the next key.
    pub fn hover(&self) -> Option<&Hover> {
        self.hover.as_ref()
    }

    pub(crate) fn dismiss_hover(&mut self) {
        self.hover = None;
    }

    /// Takes a plugin's answer, unless the text or the cursor has moved on.
    pub(super) fn hovered(
        &mut self,
        plugin: PluginId,
        at: Location,
        text: Option<HoverText>,
        documents: &Documents,
        out: &mut Outbox,
    ) {
        let Some(buffer) = documents.active().filter(|buffer| buffer.location(buffer.cursor()) == at) else {
            return;
        };
        let Some(HoverText { range, mut lines }) = text else {
            let name = self.name_of(plugin);
            return out.show(Message::info("no documentation for this place").of(name));
        };
        let mut bytes = 0;
        let fitting = lines.iter().take_while(|line| {
            bytes += line.bytes();
            bytes <= MAX_BYTES
        });
        lines.truncate(fitting.count());
        let length = buffer.document.text().len();
        let range = range.start.min(length)..range.end.min(length);
        let part = HoverPart { plugin: self.name_of(plugin).to_owned(), lines };
        self.hover.get_or_insert_with(|| Hover { range, parts: Vec::new() }).parts.push(part);
    }
}
