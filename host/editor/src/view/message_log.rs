//! The log of messages, over the document.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};

use crate::app::{App, LogRow, MessageLog};
use crate::theme;

/// Draws the log.
pub(super) fn draw(app: &App, log: &MessageLog, frame: &mut Frame<'_>, area: Rect) {
    let block = Block::bordered().title(" Messages (arrows scroll, Esc closes) ");
    let inside = block.inner(area);
    let rows = log.page(app.screen().messages(), inside.width.into(), inside.height.into());
    let mut lines: Vec<Line<'_>> = rows.into_iter().map(line).collect();
    if lines.is_empty() {
        lines.push(Line::styled("No messages yet.", theme::FAINT));
    }
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

fn line(LogRow { head, text, level }: LogRow) -> Line<'static> {
    let mut spans = Vec::new();
    if let Some(head) = head {
        spans.push(Span::styled(format!("{} ", head.time), theme::FAINT));
        spans.push(Span::styled(head.severity, theme::level(level)));
        spans.push(Span::styled(format!("{} ", head.owner), theme::STRONG));
    }
    spans.push(Span::styled(text, theme::level(level)));
    Line::from(spans)
}
