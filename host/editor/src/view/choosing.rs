//! A list to choose from, over the text.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};

use crate::app::Choosing;
use crate::theme;

/// Draws the list with its query.
pub(super) fn draw(choosing: &Choosing, frame: &mut Frame<'_>, area: Rect) {
    let items = choosing.matching();
    let width = area.width.saturating_sub(4).min(72);
    let height = u16::try_from(items.len() + 3).unwrap_or(u16::MAX).min(area.height);
    let area = Rect { x: area.x + (area.width - width) / 2, y: area.y, width, height };
    let block = Block::bordered().title(format!(" {} ", choosing.title));
    let inside = block.inner(area);
    let room = usize::from(inside.height.saturating_sub(1));
    let first = (choosing.chosen + 1).saturating_sub(room);
    let mut lines = vec![Line::raw(format!("> {}", choosing.query.text()))];
    for (index, item) in items.iter().enumerate().skip(first).take(room) {
        let label = Span::raw(format!("{:24}", item.label));
        let line = Line::from(vec![label, Span::styled(item.detail.clone(), theme::FAINT)]);
        lines.push(if index == choosing.chosen { line.style(theme::CHOSEN) } else { line });
    }
    let typed = u16::try_from(Line::raw(choosing.query.before()).width()).unwrap_or(u16::MAX);
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(lines).block(block), area);
    super::put_cursor(frame, area, inside.x.saturating_add(typed).saturating_add(2), inside.y);
}
