//! Texts to read, over the document.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph, Wrap};

use crate::app::{ReadLine, Reading};
use crate::theme;

/// The columns of the left part of a line.
const LEFT: usize = 22;

/// Draws the text that is being read.
pub(super) fn draw(reading: &Reading, frame: &mut Frame<'_>, area: Rect) {
    let line = |line: &ReadLine| match line {
        ReadLine::Heading(text) => Line::styled(text.clone(), theme::STRONG),
        ReadLine::Pair(left, text) => {
            Line::from(vec![Span::styled(format!("  {left:<LEFT$} "), theme::FAINT), Span::raw(text.clone())])
        }
    };
    let lines: Vec<Line<'_>> = reading.lines.iter().skip(reading.first).map(line).collect();
    let title = format!(" {} (arrows scroll, Esc closes) ", reading.title);
    frame.render_widget(Clear, area);
    let paragraph = Paragraph::new(lines).wrap(Wrap { trim: false });
    frame.render_widget(paragraph.block(Block::bordered().title(title)), area);
}
