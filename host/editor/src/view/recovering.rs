//! The list of unsaved texts that were left behind, with the difference of the chosen one.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::Line;
use ratatui::widgets::{Block, Clear, Paragraph};
use witdock::text;
use witdock_editor_session::Level;

use crate::app::{App, Recovering, age};
use crate::theme;

/// Draws the list.
pub(super) fn draw(app: &App, recovering: &Recovering, frame: &mut Frame<'_>, area: Rect) {
    let mut lines: Vec<Line<'_>> = Vec::new();
    for (index, kept) in app.session().left().all().iter().enumerate() {
        let place = kept
            .file
            .as_deref()
            .map_or_else(|| "never saved".to_owned(), |file| text::path(file).to_string());
        let style = if index == recovering.chosen {
            Style::new().add_modifier(Modifier::REVERSED)
        } else {
            Style::new()
        };
        lines.push(Line::styled(format!("{}  {}  {place}", kept.name(), age(kept)), style));
    }
    lines.push(Line::raw(""));
    match &recovering.difference {
        None => lines.push(Line::styled("reading the file …", theme::FAINT)),
        Some(difference) => lines.extend(difference.iter().skip(recovering.first).map(|line| {
            let style = match line.chars().next() {
                Some('+') => theme::level(Level::Info),
                Some('-') => theme::level(Level::Error),
                _ => theme::FAINT,
            };
            Line::styled(text::line(line).to_string(), style)
        })),
    }
    let chosen = app.session().left().all().get(recovering.chosen);
    let keys = match chosen.filter(|_| recovering.discards) {
        Some(kept) => format!(" Drop these changes of {} for good? (y/n) ", kept.name()),
        None => " r recover  x discard  PgUp PgDn scroll  Esc decide later ".to_owned(),
    };
    let block = Block::bordered().title(" Unsaved changes that were kept ").title_bottom(keys);
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(lines).block(block), area);
}
