//! The list of what the person has asked for: diagnostics, places. It is shown where the panels of plugins are, instead of them.

use super::Plugins;
use super::panel::PanelView;
use crate::display::Panel;

impl Plugins {
    /// Shows a list, in the place of the one before.
    pub(crate) fn show_results(&mut self, panel: Panel) {
        self.results = Some(PanelView::open(panel));
    }

    /// Whether the panel that is shown is such a list.
    pub fn shows_results(&self) -> bool {
        self.results.is_some()
    }

    pub(crate) fn close_results(&mut self) {
        self.results = None;
    }
}
