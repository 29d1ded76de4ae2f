//! The screen: drawn from the editor's state.

mod consent;
mod diagnostics;
mod lines;
mod overlay;
mod plugin;
mod plugin_panel;
mod reading;
mod recovering;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_segmentation::UnicodeSegmentation;

use crate::app::{App, Mode};
use crate::theme;
use witdock_editor_session::display::Question;

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
    draw_status(app, frame, status);
    draw_message(app, frame, message);
    plugin::over_text(app, frame, text);
    overlay::draw(app, frame, text);
    match app.mode() {
        Mode::Reading(reading) => reading::draw(reading, frame, text),
        Mode::Plugins(panel) => plugin_panel::draw(app, *panel, frame, text),
        Mode::Recover(recovering) => recovering::draw(app, recovering, frame, text),
        Mode::Consent(_) => consent::draw(app, frame, text),
        _ => {}
    }
}

fn draw_status(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let Some(buffer) = app.active() else { return };
    let document = &buffer.document;
    let primary = document.selections().primary();
    let place = document.text().line_column(primary.head);
    let column = document.text().char_count(primary.head - place.column..primary.head);
    let mut left = format!(" {}", buffer.name());
    if buffer.is_modified() {
        left += " [modified]";
    }
    if buffer.conflicts {
        left += " [changed on disk]";
    }
    if buffer.read_only {
        left += " [read-only]";
    }
    if !app.session().left().all().is_empty() {
        left += " [unsaved changes kept]";
    }
    let all = app.session().documents().all();
    if all.len() > 1 {
        let number = all.iter().position(|other| other.id == buffer.id).unwrap_or_default() + 1;
        left += &format!("  {number}/{}", all.len());
    }
    let mut right: Vec<Span<'_>> = Vec::new();
    right.extend(diagnostics::counts(buffer));
    for segment in app.session().plugins().segments() {
        right.extend(theme::line(&segment.spans).spans);
        right.push(Span::raw("  "));
    }
    if !primary.is_empty() {
        let count = document.text().char_count(primary.range());
        right.push(Span::raw(format!("{count} selected  ")));
    }
    right.push(Span::raw(format!("{}  {}:{} ", buffer.language(), place.line + 1, column + 1)));
    let right = Line::from(right);
    frame.render_widget(Paragraph::new(left).style(theme::STATUS), area);
    let right_width = u16::try_from(right.width()).unwrap_or(u16::MAX).min(area.width);
    let [_, at_right] = Layout::horizontal([Constraint::Min(0), Constraint::Length(right_width)]).areas(area);
    frame.render_widget(Paragraph::new(right).style(theme::STATUS), at_right);
}

fn draw_message(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let asked = match app.mode() {
        Mode::Edit | Mode::Palette(_) | Mode::Plugins(_) | Mode::Consent(_) | Mode::Panel | Mode::Reading(_) | Mode::Recover(_) => {
            None
        }
        Mode::Answer(answering) => match app.session().plugins().asking().map(|asked| &asked.question) {
            Some(Question::Text(question)) => {
                Some((format!("{}: ", question.title), answering.line.clone()))
            }
            _ => None,
        },
        Mode::Find(find) => Some(("Find: ".to_owned(), find.query.clone())),
        Mode::Prompt(prompt) => Some((prompt.purpose.title(), prompt.line.clone())),
        Mode::ConfirmQuit => {
            Some((String::new(), format!("Quit without saving {}? (y/n)", app.session().documents().modified().join(", "))))
        }
        Mode::ConfirmOverwrite => Some((
            String::new(),
            "Another program has changed this file: o overwrites it, r reads it and drops your changes, Esc cancels".to_owned(),
        )),
        Mode::WaitForSave => Some((String::new(), "Saving; the editor ends then (Esc stays)".to_owned())),
        Mode::ConfirmClose => Some((String::new(), "Close without saving? (y/n)".to_owned())),
    };
    let sign = app.active().and_then(lines::sign_message);
    let mut spans = Vec::new();
    if let Some((title, line)) = &asked {
        spans.push(Span::styled(title.as_str(), theme::STRONG));
        spans.push(Span::raw(line.as_str()));
        spans.push(Span::raw("  "));
        let width = Line::raw(format!("{title}{line}")).width();
        let x = area.x.saturating_add(u16::try_from(width).unwrap_or(u16::MAX));
        put_cursor(frame, area, x, area.y);
    }
    match app.screen().message() {
        Some(message) => {
            let used: usize = spans.iter().map(Span::width).sum();
            let room = usize::from(area.width).saturating_sub(used);
            spans.push(Span::styled(shortened(&message.text, room), theme::level(message.level)));
        }
        None if asked.is_none() && sign.is_some() => {
            spans.extend(sign.map(|(severity, text)| Span::styled(text, theme::sign(severity).1)));
        }
        None if asked.is_none() => {
            let help = "F1 help  Ctrl-P commands  Ctrl-S save  Ctrl-F find  Ctrl-Z undo  Ctrl-Q quit";
            spans.push(Span::styled(help, theme::FAINT));
        }
        None => {}
    }
    frame.render_widget(Line::from(spans), area);
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
    let room = room.saturating_sub(MORE.len());
    let mut shown = String::new();
    let mut width = 0;
    for grapheme in first.graphemes(true) {
        width += Line::raw(grapheme).width();
        if width > room {
            break;
        }
        shown += grapheme;
    }
    shown + MORE
}
