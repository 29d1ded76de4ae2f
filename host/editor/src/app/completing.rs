//! Where the list of completions is: drawing and the mouse agree on it.

use ratatui::layout::Rect;
use ratatui::text::Span;
use witdock_editor_session::plugins::Offered;

use super::App;
use super::area::beside;

/// The most completions in sight.
const MOST_LINES: u16 = 10;

/// Where the list of completions is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CompletionArea {
    /// Its lines.
    pub lines: Rect,
    /// The index of the first completion in sight.
    pub first: usize,
    /// The columns of the completions. The plugins' names stand at the right of them.
    pub columns: usize,
}

impl App {
    /// Where the list of these completions is.
    pub fn completion_area(&self, offered: &[Offered<'_>]) -> Option<CompletionArea> {
        let place = self.screen.position(offered.first()?.range.start, &self.session)?;
        let area = self.screen.text_area(&self.session);
        let chosen = offered.iter().position(|offered| offered.is_chosen).unwrap_or_default();
        let room = usize::from(MOST_LINES.min(area.height));
        let first = (chosen + 1).saturating_sub(room);
        let shown = || offered.iter().skip(first).take(room);
        let width = |text: &str| Span::raw(text).width();
        // A sign for the kind, and what is between the parts.
        let of = |one: &Offered<'_>| width(&one.completion.label) + width(&one.completion.detail) + 4;
        let names = shown().map(|one| one.plugin.len()).max()? + 2;
        let widest = usize::from(area.width).saturating_sub(names);
        let columns = shown().map(of).max()?.min(widest);
        let lines = beside(place, columns + names, shown().count(), area);
        Some(CompletionArea { lines, first, columns })
    }

    /// The completion at a cell of the screen.
    pub(super) fn completion_at(&self, column: u16, row: u16) -> Option<usize> {
        let offered = self.session.plugins().completions(self.session.documents());
        let area = self.completion_area(&offered).filter(|_| self.has_seen_completions)?;
        let index = area.first + usize::from(row.saturating_sub(area.lines.y));
        (area.lines.contains((column, row).into()) && index < offered.len()).then_some(index)
    }
}
