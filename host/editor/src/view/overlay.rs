//! The palette, over the text.

use ratatui::Frame;
use ratatui::style::Style;
use ratatui::text::Span;

use super::cut;
use super::list::{self, Shown};
use crate::app::{App, Mode};
use crate::theme;

/// The columns of a command's description, at least: fewer say nothing.
const DESCRIPTION_COLUMNS: usize = 12;

/// Draws the palette, if it is open.
pub(super) fn draw(app: &App, frame: &mut Frame<'_>) {
    let Mode::Palette(palette) = app.mode() else { return };
    let entries = app.palette_entries(palette.query.text());
    let chosen = entries.get(palette.list.chosen);
    let shown = Shown {
        area: app.screen().list_area(app.session(), entries.len()),
        title: format!("Commands: {}", entries.len()),
        bottom: chosen.map(|entry| format!("{}  {}", entry.name, entry.doc)).unwrap_or_default(),
        query: &palette.query,
        list: palette.list,
        count: entries.len(),
    };
    list::draw(frame, &shown, |index, columns| {
        let Some(entry) = entries.get(index) else { return ratatui::text::Line::default() };
        let width = |text: &str| Span::raw(text).width();
        let mut spans = vec![Span::styled(entry.title.clone(), Style::new())];
        let room = columns.saturating_sub(width(&entry.title) + width(&entry.key) + 4);
        if room >= DESCRIPTION_COLUMNS && entry.doc != entry.title {
            spans.push(Span::styled(format!("  {}", cut(&entry.doc, room)), theme::FAINT));
        }
        list::with_right(spans, entry.key.clone(), columns)
    });
}
