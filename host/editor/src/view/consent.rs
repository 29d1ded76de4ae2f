//! The dialog in which the person answers what plugins ask to be allowed.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Block, Clear, Paragraph};

use crate::app::App;
use crate::theme;

/// Draws the visible part of the requests, with the keys that answer.
pub(super) fn draw(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let Some(page) = app.consent_page() else { return };
    let mut lines: Vec<Line<'_>> = page
        .lines
        .into_iter()
        .map(
            |(text, is_heading)| if is_heading { Line::styled(text, theme::STRONG) } else { Line::raw(text) },
        )
        .collect();
    lines.push(Line::raw(""));
    lines.push(Line::raw(page.keys));
    let width = u16::try_from(page.columns).unwrap_or(u16::MAX).min(area.width);
    let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX).min(area.height);
    let area = Rect { x: area.x + (area.width - width) / 2, y: area.y, width, height };
    frame.render_widget(Clear, area);
    let title = " Allow? (Esc answers later) ";
    frame.render_widget(Paragraph::new(lines).block(Block::bordered().title(title)), area);
}
