//! The text with its line numbers.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use witdock_editor_core::Text;
use witdock_editor_core::column::{Cell, cells, display_column};

use crate::app::{App, Mode};
use crate::buffer::Buffer;

const GUTTER: Style = Style::new().fg(Color::DarkGray);

/// Draws the active document, and puts the terminal's cursor where the primary one is.
pub(super) fn draw(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let Some(buffer) = app.active() else { return };
    let gutter = app.gutter_columns();
    let text = buffer.document.text();
    for row in 0..area.height {
        let line = buffer.scroll.line + usize::from(row);
        let y = area.y + row;
        if line >= text.line_count() {
            frame.buffer_mut().set_stringn(area.x, y, "~", usize::from(area.width), GUTTER);
            continue;
        }
        let number = format!(" {:>width$} ", line + 1, width = gutter - 2);
        frame.buffer_mut().set_stringn(area.x, y, number, usize::from(area.width), GUTTER);
        draw_line(buffer, frame, line, Rect { y, height: 1, ..text_area(area, gutter) });
    }
    if matches!(app.mode(), Mode::Edit) {
        place_cursor(buffer, frame, text_area(area, gutter));
    }
}

fn text_area(area: Rect, gutter: usize) -> Rect {
    let gutter = u16::try_from(gutter).unwrap_or(u16::MAX).min(area.width);
    Rect { x: area.x + gutter, width: area.width - gutter, ..area }
}

fn draw_line(buffer: &Buffer, frame: &mut Frame<'_>, line: usize, area: Rect) {
    let text = buffer.document.text();
    let first = buffer.scroll.column;
    let end = first + usize::from(area.width);
    let tab = buffer.document.style().tab_width;
    for cell in cells(text, line, tab).take_while(|cell| cell.column < end) {
        // A wide character that the edge cuts through is left out.
        if cell.column < first || cell.column + cell.width > end {
            continue;
        }
        let Ok(x) = u16::try_from(cell.column - first) else { break };
        let style = style_of(buffer, &cell);
        frame.buffer_mut().set_stringn(area.x + x, area.y, shown(text, &cell), cell.width, style);
    }
}

fn style_of(buffer: &Buffer, cell: &Cell) -> Style {
    let selected =
        |range: std::ops::Range<usize>| range.start <= cell.range.start && cell.range.end <= range.end;
    if buffer.document.selections().iter().any(|selection| selected(selection.range())) {
        Style::new().add_modifier(Modifier::REVERSED)
    } else {
        Style::new()
    }
}

/// What stands for a grapheme on the screen: itself, but for tabs and what a terminal would obey.
fn shown(text: &Text, cell: &Cell) -> String {
    let grapheme = text.slice(cell.range.clone());
    if grapheme == "\t" {
        return " ".repeat(cell.width);
    }
    if grapheme.chars().any(char::is_control) { "\u{fffd}".to_owned() } else { grapheme }
}

fn place_cursor(buffer: &Buffer, frame: &mut Frame<'_>, area: Rect) {
    let text = buffer.document.text();
    let head = buffer.document.selections().primary().head;
    let column = display_column(text, head, buffer.document.style().tab_width);
    let place = (
        column.checked_sub(buffer.scroll.column).and_then(|x| u16::try_from(x).ok()),
        text.line_at(head).checked_sub(buffer.scroll.line).and_then(|y| u16::try_from(y).ok()),
    );
    if let (Some(x), Some(y)) = place
        && x < area.width
        && y < area.height
    {
        frame.set_cursor_position((area.x + x, area.y + y));
    }
}
