//! The screen: drawn from the editor's state.

mod choosing;
mod consent;
mod diagnostics;
mod finding;
mod line;
mod lines;
mod list;
mod message_log;
mod overlay;
mod plugin;
mod plugin_panel;
mod prompt;
mod reading;
mod recovering;
mod status;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Line;
use unicode_segmentation::UnicodeSegmentation;

use crate::app::{App, Mode};

/// Draws the whole screen.
pub fn view(app: &App, frame: &mut Frame<'_>) {
    let panel_lines = u16::try_from(app.screen().panel_lines(app.session())).unwrap_or(u16::MAX);
    let [text, panel, status, message] = Layout::vertical([
        Constraint::Min(1),
        Constraint::Length(panel_lines),
        Constraint::Length(1),
        Constraint::Length(1),
    ])
    .areas(frame.area());
    lines::draw(app, frame, text);
    if let Some(shown) = app.session().plugins().panel() {
        plugin::panel(&shown, matches!(app.mode(), Mode::Panel), frame, panel);
    }
    status::draw(app, frame, status);
    prompt::draw(app, frame, message);
    plugin::over_text(app, frame, text);
    overlay::draw(app, frame);
    match app.mode() {
        Mode::Choosing(choosing) => choosing::draw(choosing, frame, text),
        Mode::Reading(reading) => reading::draw(reading, frame, text),
        Mode::Messages(log) => message_log::draw(app, log, frame, text),
        Mode::Plugins(panel) => plugin_panel::draw(app, *panel, frame, text),
        Mode::Recover(recovering) => recovering::draw(app, recovering, frame, text),
        Mode::Prompt(prompt) => prompt::names(&prompt.paths, frame, text),
        Mode::Picker(picker) => list::picker(app, picker, frame),
        Mode::Consent(_) => consent::draw(app, frame, text),
        _ => {}
    }
    app.theme().paint(frame.buffer_mut());
}

/// Puts the terminal's cursor into an area, as near as possible. An empty area gets none.
fn put_cursor(frame: &mut Frame<'_>, area: Rect, x: u16, y: u16) {
    if !area.is_empty() {
        frame.set_cursor_position((x.min(area.right() - 1), y.min(area.bottom() - 1)));
    }
}

/// The text, or its beginning and the key that shows all of it where it is too long or has several lines.
fn shortened(text: &str, room: usize) -> String {
    const MORE: &str = " … F3";
    let first = text.lines().next().unwrap_or_default();
    if first.len() == text.len() && Line::raw(first).width() <= room {
        return first.to_owned();
    }
    beginning(first, room.saturating_sub(MORE.len())).to_owned() + MORE
}

/// The text, or its beginning and an ellipsis where it is too long.
fn cut(text: &str, room: usize) -> String {
    if Line::raw(text).width() <= room {
        return text.to_owned();
    }
    beginning(text, room.saturating_sub(1)).to_owned() + "…"
}

/// The text, or an ellipsis and its end where it is too long.
fn cut_start(text: &str, room: usize) -> String {
    let mut width = Line::raw(text).width();
    if width <= room {
        return text.to_owned();
    }
    let mut rest = text;
    while width + 1 > room
        && let Some(first) = rest.graphemes(true).next()
    {
        width -= Line::raw(first).width();
        rest = rest.get(first.len()..).unwrap_or_default();
    }
    format!("…{rest}")
}

/// As much of the beginning of a line as so many columns show.
fn beginning(text: &str, room: usize) -> &str {
    let mut width = 0;
    let end = text.grapheme_indices(true).find(|(_, grapheme)| {
        width += Line::raw(*grapheme).width();
        width > room
    });
    end.and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}
