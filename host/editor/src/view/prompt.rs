//! The message line: what is asked and typed there, and messages.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};

use super::{beginning, cut, finding, line, lines, put_cursor, shortened};
use crate::app::{App, Current, Line as Typed, Mode, Paths, Purpose};
use crate::theme;
use witdock_editor_session::display::Question;

/// The columns that a typed line has at least, where its title leaves them.
const TYPED_COLUMNS: usize = 20;

/// The most names that complete a path and are in sight.
const MOST_NAMES: usize = 10;

/// What the message line asks.
enum Asked<'a> {
    /// A line is typed. Hints tell keys, the longest first: one that fits is shown.
    Line { title: String, typed: &'a Typed, placeholder: &'a str, hints: Vec<String> },
    /// A key answers. The longest text that fits is shown.
    Key(Vec<String>),
}

/// The keys that end most lines.
const ENDS: &[&str] = &["Enter  Esc cancels", "Esc"];

fn words(hints: &[&str]) -> Vec<String> {
    hints.iter().map(|hint| (*hint).to_owned()).collect()
}

fn asked(app: &App) -> Option<Asked<'_>> {
    let key = |texts: &[&str]| Some(Asked::Key(texts.iter().map(|text| (*text).to_owned()).collect()));
    match app.mode() {
        Mode::Edit
        | Mode::Choosing(_)
        | Mode::Palette(_)
        | Mode::Picker(_)
        | Mode::Plugins(_)
        | Mode::Consent(_)
        | Mode::Panel
        | Mode::Reading(_)
        | Mode::Messages(_)
        | Mode::Recover(_) => None,
        Mode::Answer(answering) => match app.session().plugins().asking().map(|asked| &asked.question) {
            Some(Question::Text(question)) => Some(Asked::Line {
                title: format!(
                    "{} asks: {}: ",
                    app.session().plugins().asker().unwrap_or_default(),
                    question.title
                ),
                typed: &answering.line,
                placeholder: &question.placeholder,
                hints: words(ENDS),
            }),
            _ => None,
        },
        Mode::Find(find) => Some(Asked::Line {
            title: format!("Find{}: ", find.line.switches()),
            typed: &find.line.text,
            placeholder: "",
            hints: finding::hints(app),
        }),
        Mode::Replace(replace) => match finding::replace_line(app, replace) {
            (title, Some(typed)) => {
                Some(Asked::Line { title, typed, placeholder: "", hints: finding::hints(app) })
            }
            (title, None) => Some(Asked::Key(vec![title])),
        },
        Mode::WaitForShell => {
            let command = witdock::text::line(app.session().running_shell().unwrap_or_default()).to_string();
            Some(Asked::Key(vec![
                format!("`{command}` is running; Esc cancels it"),
                "A command is running; Esc cancels it".to_owned(),
            ]))
        }
        Mode::Prompt(prompt) => Some(Asked::Line {
            title: prompt.purpose.title(),
            typed: &prompt.line,
            placeholder: "",
            hints: match prompt.purpose {
                Purpose::Open | Purpose::SaveAs => {
                    words(&["Enter  Tab completes  Esc cancels", "Tab  Esc", "Esc"])
                }
                _ => words(ENDS),
            },
        }),
        Mode::ConfirmQuit => {
            let modified = app.session().documents().modified();
            let few = match modified.len() {
                1 => "Quit without saving a document? (y/n)".to_owned(),
                count => format!("Quit without saving {count} documents? (y/n)"),
            };
            let all = format!("Quit without saving {}? (y/n)", modified.join(", "));
            Some(Asked::Key(vec![all, few, "Quit unsaved? (y/n)".to_owned()]))
        }
        Mode::ConfirmOverwrite => key(&[
            "Another program has changed this file: o overwrites it, r reads it and drops your changes, Esc cancels",
            "Changed by another program: o overwrites it, r reads it, Esc cancels",
            "Changed on disk: o overwrite  r read  Esc cancel",
            "o overwrite  r read  Esc",
        ]),
        Mode::WaitForSave => key(&["Saving; the editor ends then (Esc stays)", "Saving (Esc stays)"]),
        Mode::ConfirmReplace(path) => {
            let path = witdock::text::line(path);
            Some(Asked::Key(vec![
                format!("{path} exists. Replace it? (y/n)"),
                "The file exists. Replace it? (y/n)".to_owned(),
                "Replace it? (y/n)".to_owned(),
            ]))
        }
        Mode::ConfirmEdit(question) => Some(Asked::Key(vec![question.clone()])),
        Mode::ConfirmClose => key(&["Close without saving? (y/n)"]),
    }
}

/// Draws the message line.
pub(super) fn draw(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let room = usize::from(area.width);
    let message = app.screen().messages().current();
    let mut spans = Vec::new();
    match asked(app) {
        Some(Asked::Line { title, typed, placeholder, hints }) => {
            let hint = match message {
                Some(_) => "",
                None => fitting(&hints, &title, typed, room),
            };
            // A message stands behind the line, and may be cut.
            let kept = if message.is_some() { room / 2 } else { width(hint) };
            let title = cut(&title, room.saturating_sub(TYPED_COLUMNS.min(room / 2) + kept));
            let columns = room.saturating_sub(width(&title) + kept);
            let (shown, column) = line::visible(typed, columns.max(1));
            let x = u16::try_from(width(&title) + column).unwrap_or(u16::MAX);
            put_cursor(frame, area, area.x.saturating_add(x), area.y);
            spans.push(Span::styled(title, theme::STRONG));
            if typed.is_empty() {
                spans.push(Span::styled(beginning(placeholder, columns).to_owned(), theme::FAINT));
            }
            spans.push(Span::raw(shown));
            let used: usize = spans.iter().map(Span::width).sum();
            match message {
                Some(_) => spans.push(Span::raw("  ")),
                None => {
                    spans.push(Span::raw(" ".repeat(room.saturating_sub(used + width(hint)))));
                    spans.push(Span::styled(hint.to_owned(), theme::FAINT));
                }
            }
        }
        Some(Asked::Key(texts)) => {
            let fits = texts.iter().find(|text| width(text) <= room).or(texts.last());
            spans.extend(fits.map(|text| Span::raw(text.clone())));
            spans.push(Span::raw("  "));
            let x = u16::try_from(fits.map_or(0, |text| width(text))).unwrap_or(u16::MAX);
            put_cursor(frame, area, area.x.saturating_add(x), area.y);
        }
        None if message.is_none() => spans.push(at_rest(app, room)),
        None => {}
    }
    if let Some(message) = message {
        let used: usize = spans.iter().map(Span::width).sum();
        let room = room.saturating_sub(used);
        spans.extend(message_spans(message, room));
    }
    frame.render_widget(Line::from(spans), area);
}

/// Draws the names that complete a path, above the message line.
pub(super) fn names(paths: &Paths, frame: &mut Frame<'_>, above: Rect) {
    let count = paths.names.len();
    let room = usize::from(above.height).min(MOST_NAMES);
    let seen = paths.list.visible(count, room);
    let more = if count > seen.len() { format!(" {count} names") } else { String::new() };
    let lines: Vec<Line<'_>> = seen
        .map(|index| {
            let name = paths.names.get(index).map(|entry| {
                let slash = if entry.is_folder { "/" } else { "" };
                format!(" {}{slash} ", witdock::text::line(&entry.name))
            });
            let line = Line::raw(name.unwrap_or_default());
            if paths.is_chosen && index == paths.list.chosen { line.style(theme::CHOSEN) } else { line }
        })
        .collect();
    let longest = lines.iter().map(Line::width).max().unwrap_or_default().max(width(&more));
    let columns = u16::try_from(longest + 2).unwrap_or(u16::MAX).min(above.width);
    let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX).min(above.height);
    if lines.is_empty() || height < 3 {
        return;
    }
    let area = Rect { y: above.bottom() - height, width: columns, height, ..above };
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(lines).block(Block::bordered().title_bottom(more)), area);
}

/// A message with the name of its plugin, which the editor draws, and the key that dismisses it.
fn message_spans(current: Current<'_>, room: usize) -> Vec<Span<'_>> {
    let Current { message, stays, further } = current;
    let style = theme::level(message.level);
    let mut spans = Vec::new();
    if let Some(plugin) = &message.plugin {
        spans.push(Span::styled(format!("{plugin}: "), style.patch(theme::STRONG)));
    }
    let hint = match (stays, further) {
        (false, _) => String::new(),
        (true, 0) => "  Esc".to_owned(),
        (true, further) => format!("  Esc (+{further})"),
    };
    let taken: usize = spans.iter().map(Span::width).sum::<usize>() + hint.len();
    spans.push(Span::styled(shortened(&message.text, room.saturating_sub(taken)), style));
    spans.push(Span::styled(hint, theme::FAINT));
    spans
}

/// The message of the sign at the cursor, or the keys to begin with.
fn at_rest(app: &App, room: usize) -> Span<'_> {
    match app.active().and_then(lines::sign_message) {
        Some((severity, text)) => Span::styled(text, theme::sign(severity).1),
        None => Span::styled(first_keys(app, room), theme::FAINT),
    }
}

/// The keys to begin with, as many as there is room for.
fn first_keys(app: &App, room: usize) -> String {
    let first = [
        ("editor.help", "help"),
        ("editor.palette", "commands"),
        ("editor.save", "save"),
        ("editor.find", "find"),
        ("editor.undo", "undo"),
        ("editor.quit", "quit"),
    ];
    let keys = first.into_iter().map(|(command, word)| (app.key_of(command), word));
    let mut text = String::new();
    for (key, word) in keys.filter(|(key, _)| !key.is_empty()) {
        let gap = if text.is_empty() { "" } else { "  " };
        let more = format!("{gap}{key} {word}");
        if width(&text) + width(&more) > room {
            break;
        }
        text += &more;
    }
    text
}

/// The longest hint that leaves room for a title and what is typed.
fn fitting<'a>(hints: &'a [String], title: &str, typed: &Typed, room: usize) -> &'a str {
    let used = width(title) + (width(typed.text()) + 1).max(TYPED_COLUMNS);
    // The last one, the key that ends it, stays until there is no room for anything else.
    let last = hints.last().filter(|hint| width(hint) + TYPED_COLUMNS <= room);
    hints.iter().find(|hint| used + 2 + width(hint) <= room).or(last).map_or("", String::as_str)
}

fn width(text: &str) -> usize {
    Line::raw(text).width()
}
