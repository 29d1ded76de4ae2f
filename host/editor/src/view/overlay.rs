//! The palette, over the text.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};

use crate::app::{App, Mode};

/// Draws the palette, if it is open.
pub(super) fn draw(app: &App, frame: &mut Frame<'_>, area: Rect) {
    if let Mode::Palette(palette) = app.mode() {
        let entries = app.palette_entries(palette.query.text());
        let width = area.width.saturating_sub(4).min(72);
        let height = u16::try_from(entries.len() + 3).unwrap_or(u16::MAX).min(area.height);
        let area = Rect { x: area.x + (area.width - width) / 2, y: area.y, width, height };
        let inside = Block::bordered().title(" Commands ").inner(area);
        let room = usize::from(inside.height.saturating_sub(1));
        let first = (palette.chosen + 1).saturating_sub(room);
        let (query, column) =
            super::line::visible(&palette.query, usize::from(inside.width).saturating_sub(2));
        let mut lines = vec![Line::raw(format!("> {query}"))];
        for (index, entry) in entries.iter().enumerate().skip(first).take(room) {
            let right = format!("{}  {}", entry.name, entry.key);
            let style = if index == palette.chosen {
                Style::new().add_modifier(Modifier::REVERSED)
            } else {
                Style::new()
            };
            let used = Line::raw(format!("{}{right}", entry.title)).width();
            let gap = " ".repeat(usize::from(inside.width).saturating_sub(used).max(1));
            lines.push(
                Line::from(vec![Span::raw(entry.title.clone()), Span::raw(gap), Span::raw(right)])
                    .style(style),
            );
        }
        let x = inside.x.saturating_add(u16::try_from(column).unwrap_or(u16::MAX));
        frame.render_widget(Clear, area);
        let mut block = Block::bordered().title(" Commands ");
        if let Some(entry) = entries.get(palette.chosen) {
            block = block.title_bottom(format!(" {} ", entry.doc));
        }
        frame.render_widget(Paragraph::new(lines).block(block), area);
        super::put_cursor(frame, area, x.saturating_add(2).min(inside.right()), inside.y);
    }
}
