//! Small windows over the text. One is shown, the one that was shown last.

use witdock_editor_core::Bias;

use super::Plugins;
use crate::display::Float;
use crate::documents::Documents;
use crate::host::PluginId;

/// A window with the person's choice about it.
#[derive(Debug)]
pub(super) struct FloatView {
    pub(super) float: Float,
    /// Whether the person wants to see it. They close it with Escape; a command of the plugin opens it again.
    is_open: bool,
}

/// The window that is shown.
#[derive(Debug)]
pub struct ShownFloat<'a> {
    /// The name of the plugin.
    pub plugin: &'a str,
    /// The title and the lines.
    pub float: &'a Float,
    /// The place in the active document that it is beside, in bytes.
    pub place: usize,
}

impl Plugins {
    /// Takes a window from a plugin, or removes it.
    pub(super) fn take_float(
        &mut self,
        plugin: PluginId,
        name: String,
        float: Option<Float>,
        by_command: bool,
    ) {
        let Some(slot) = self.slots.get_mut(plugin) else { return };
        let Some(float) = float else {
            slot.floats.retain(|(other, _)| *other != name);
            return;
        };
        let mut is_open = true;
        if let Some((_, view)) = slot.floats.iter_mut().find(|(other, _)| *other == name) {
            view.float = float;
            view.is_open |= by_command;
            is_open = view.is_open;
        } else {
            slot.floats.push((name.clone(), FloatView { float, is_open: true }));
        }
        if is_open {
            self.front_float = Some((plugin, name));
        }
    }

    /// The window to show beside the text, if there is one for the active document.
    pub fn float(&self, documents: &Documents) -> Option<ShownFloat<'_>> {
        let (plugin, name) = self.front_float.as_ref()?;
        let slot = self.slots.get(*plugin)?;
        let (_, view) = slot.floats.iter().find(|(other, view)| other == name && view.is_open)?;
        let active = documents.active()?;
        let text = active.document.text();
        let place = match view.float.at {
            None => active.cursor(),
            Some(at) if at.document == active.id => {
                let since = active.document.changes_since(at.revision)?;
                since.map(at.offset.min(since.length_before()), Bias::After)
            }
            Some(_) => return None,
        };
        let place = text.floor_boundary(place.min(text.len()));
        Some(ShownFloat { plugin: &slot.name, float: &view.float, place })
    }

    /// Closes the window that is shown. Gives whether there was one.
    pub(crate) fn close_float(&mut self, documents: &Documents) -> bool {
        if self.float(documents).is_none() {
            return false;
        }
        let Some((plugin, name)) = self.front_float.take() else { return false };
        if let Some(slot) = self.slots.get_mut(plugin)
            && let Some((_, view)) = slot.floats.iter_mut().find(|(other, _)| *other == name)
        {
            view.is_open = false;
        }
        true
    }
}
