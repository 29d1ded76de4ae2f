//! What plugins show beside and over the text: a panel, completions, documentation, and questions.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};

use super::lines;
use super::list::{self, Shown};
use crate::app::{Answering, App, Mode};
use crate::theme;
use witdock_editor_session::display::{CompletionKind, Question};
use witdock_editor_session::plugins::{Hover, Offered, ShownPanel};

/// The most lines of a list over the text.
const MOST_LINES: u16 = 10;

/// Draws a plugin's panel: its title, and as many lines as there is room for.
pub(super) fn panel(shown: &ShownPanel<'_>, has_keys: bool, frame: &mut Frame<'_>, area: Rect) {
    if area.height == 0 {
        return;
    }
    let hint = if has_keys { "  Enter chooses, q closes, Esc returns to the text" } else { "  F6" };
    let mut title = Style::new().add_modifier(Modifier::UNDERLINED);
    if has_keys {
        title = title.add_modifier(Modifier::BOLD);
    }
    let heading = Line::from(vec![
        Span::raw(" "),
        Span::raw(shown.panel.title.as_str()),
        Span::styled(hint, theme::FAINT),
    ]);
    frame.render_widget(Clear, area);
    frame.render_widget(heading.style(title), Rect { height: 1, ..area });
    let room = usize::from(area.height - 1);
    let first = (shown.chosen + 1).saturating_sub(room);
    for (row, (index, line)) in (1..area.height).zip(shown.panel.lines.iter().enumerate().skip(first)) {
        let mut drawn = theme::line(&line.spans);
        if has_keys && index == shown.chosen {
            drawn = drawn.style(theme::CHOSEN);
        }
        frame.render_widget(drawn, Rect { y: area.y + row, height: 1, ..area });
    }
}

/// Draws what is over the text: completions, documentation, or a question with choices.
pub(super) fn over_text(app: &App, frame: &mut Frame<'_>, area: Rect) {
    match app.mode() {
        Mode::Answer(answering) => {
            if let Some(asked) = app.session().plugins().asking() {
                choices(app, answering, &asked.question, frame);
            }
        }
        Mode::Edit => {
            completions(app, frame, area);
            if let Some(hover) = app.session().plugins().hover() {
                draw_hover(app, hover, frame, area);
            }
        }
        _ => {}
    }
}

fn completions(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let offered = app.session().plugins().completions(app.session().documents());
    let Some(place) = offered.first().map(|offered| offered.range.start) else { return };
    let chosen = offered.iter().position(|offered| offered.is_chosen).unwrap_or_default();
    let room = usize::from(MOST_LINES.min(area.height));
    let first = (chosen + 1).saturating_sub(room);
    let list: Vec<Line<'_>> = offered
        .iter()
        .enumerate()
        .skip(first)
        .take(room)
        .map(|(index, Offered { completion, .. })| {
            let line = Line::from(vec![
                Span::styled(format!("{} ", sign(completion.kind)), theme::FAINT),
                Span::raw(completion.label.clone()),
                Span::styled(format!("  {}", completion.detail), theme::FAINT),
            ]);
            if index == chosen { line.style(theme::CHOSEN) } else { line }
        })
        .collect();
    beside(app, place, &list, false, frame, area);
}

fn sign(kind: CompletionKind) -> &'static str {
    match kind {
        CompletionKind::Word => "w",
        CompletionKind::Keyword => "k",
        CompletionKind::FunctionName => "f",
        CompletionKind::Variable => "v",
        CompletionKind::TypeName => "t",
        CompletionKind::File => "/",
        CompletionKind::Snippet => "…",
    }
}

fn draw_hover(app: &App, hover: &Hover, frame: &mut Frame<'_>, area: Rect) {
    let list: Vec<Line<'_>> = hover.lines.iter().map(|spans| theme::line(spans)).collect();
    beside(app, hover.range.start, &list, true, frame, area);
}

/// Draws lines below a place of the text, or above it where there is no room.
fn beside(app: &App, place: usize, list: &[Line<'_>], bordered: bool, frame: &mut Frame<'_>, area: Rect) {
    let Some((x, y)) = lines::position(app, place, area) else { return };
    let border = if bordered { 2 } else { 0 };
    let longest = list.iter().map(Line::width).max().unwrap_or_default();
    let width = u16::try_from(longest).unwrap_or(u16::MAX).saturating_add(border).min(area.width);
    let height =
        u16::try_from(list.len()).unwrap_or(u16::MAX).saturating_add(border).min(MOST_LINES + border);
    let below = area.bottom().saturating_sub(y + 1);
    let y = if height <= below { y + 1 } else { y.saturating_sub(height).max(area.y) };
    let x = x.min(area.right().saturating_sub(width));
    let area = Rect { x, y, width, height: height.min(area.bottom().saturating_sub(y)) };
    frame.render_widget(Clear, area);
    let mut paragraph = Paragraph::new(list.to_vec());
    if bordered {
        paragraph = paragraph.block(Block::bordered());
    }
    frame.render_widget(paragraph, area);
}

fn choices(app: &App, answering: &Answering, question: &Question, frame: &mut Frame<'_>) {
    let choices = answering.choices(question);
    let Question::Choice(question) = question else { return };
    let shown = Shown {
        area: app.screen().list_area(app.session(), choices.len()),
        title: question.title.clone(),
        bottom: String::new(),
        query: &answering.line,
        list: answering.list,
        count: choices.len(),
    };
    list::draw(frame, &shown, |index, _| {
        let Some((_, choice)) = choices.get(index) else { return Line::default() };
        let mut line = Line::raw(choice.label.clone());
        line.push_span(Span::raw("  "));
        line.extend(theme::line(&choice.detail));
        line
    });
}
