//! What plugins show beside and over the text: a panel, completions, documentation, and questions.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};
use unicode_segmentation::UnicodeSegmentation;

use super::list::{self, Shown};
use crate::app::{self, Answering, App, CompletionArea, Mode};
use crate::theme;
use witdock_editor_session::display::{Completion, CompletionKind, Question};
use witdock_editor_session::plugins::{Hover, Offered, ShownFloat, ShownPanel};

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
        Span::styled(
            shown.plugin.map_or_else(|| " ".to_owned(), |plugin| format!(" {plugin}: ")),
            theme::STRONG,
        ),
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
            completions(app, frame);
            let (plugins, documents) = (app.session().plugins(), app.session().documents());
            if let Some(hover) = plugins.hover() {
                draw_hover(app, hover, frame, area);
            } else if let Some(float) =
                plugins.float(documents).filter(|_| plugins.completions(documents).is_empty())
            {
                draw_float(app, &float, frame, area);
            }
        }
        _ => {}
    }
}

fn completions(app: &App, frame: &mut Frame<'_>) {
    let offered = app.session().plugins().completions(app.session().documents());
    let Some(CompletionArea { lines, first, columns }) = app.completion_area(&offered) else { return };
    let shown = || offered.iter().skip(first).take(usize::from(lines.height));
    let text = |completion: &Completion| {
        Line::from(vec![
            Span::styled(format!("{} ", sign(completion.kind)), theme::FAINT),
            Span::raw(completion.label.clone()),
            Span::styled(format!("  {}", completion.detail), theme::FAINT),
        ])
    };
    // The plugins' names stand in a column of their own at the right, where no text of a plugin comes.
    let list: Vec<Line<'_>> = shown()
        .map(|Offered { completion, plugin, is_chosen, .. }| {
            let mut line = cut(text(completion), columns);
            line.push_span(Span::raw(" ".repeat(columns.saturating_sub(line.width()) + 2)));
            line.push_span(Span::styled((*plugin).to_owned(), theme::GUTTER));
            if *is_chosen { line.style(theme::CHOSEN) } else { line }
        })
        .collect();
    frame.render_widget(Clear, lines);
    frame.render_widget(Paragraph::new(list), lines);
}

/// A line up to a column.
pub(super) fn cut(line: Line<'_>, columns: usize) -> Line<'static> {
    let mut room = columns;
    let mut cut = Line::default();
    for span in line.spans {
        let mut kept = String::new();
        for grapheme in span.content.graphemes(true) {
            let width = Span::raw(grapheme).width();
            if width > room {
                room = 0;
                break;
            }
            room -= width;
            kept += grapheme;
        }
        cut.push_span(Span::styled(kept, span.style));
    }
    cut
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
    let mut list: Vec<Line<'_>> = Vec::new();
    let mut names = Vec::new();
    for part in &hover.parts {
        names.push((list.len(), part.plugin.as_str()));
        // The first name is in the frame.
        if !list.is_empty() {
            list.push(Line::raw(""));
        }
        list.extend(part.lines.iter().map(|spans| theme::line(spans)));
    }
    beside(app, hover.range.start, &list, Some(&names), frame, area);
}

fn draw_float(app: &App, shown: &ShownFloat<'_>, frame: &mut Frame<'_>, area: Rect) {
    let list: Vec<Line<'_>> = shown.float.lines.iter().map(|spans| theme::line(spans)).collect();
    let name = format!("{}: {}", shown.plugin, shown.float.title);
    beside(app, shown.place, &list, Some(&[(0, &name)]), frame, area);
}

/// Draws lines below a place of the text, or above it where there is no room. With the names of plugins and the lines that they begin at,
/// in a frame that has the names: no text of a plugin comes there.
fn beside(
    app: &App,
    place: usize,
    list: &[Line<'_>],
    names: Option<&[(usize, &str)]>,
    frame: &mut Frame<'_>,
    area: Rect,
) {
    let Some(at) = app.screen().position(place, app.session()) else { return };
    let border = if names.is_some() { 2 } else { 0 };
    let longest = list.iter().map(Line::width).max().unwrap_or_default();
    let name = names.into_iter().flatten().map(|(_, name)| name.len() + 2).max().unwrap_or_default();
    let height = (list.len() + border).min(usize::from(MOST_LINES) + border);
    let area = app::beside(at, longest.max(name) + border, height, area);
    frame.render_widget(Clear, area);
    let mut paragraph = Paragraph::new(list.to_vec());
    if names.is_some() {
        paragraph = paragraph.block(Block::bordered());
    }
    frame.render_widget(paragraph, area);
    for (line, name) in names.into_iter().flatten() {
        let Some(y) = u16::try_from(*line).ok().and_then(|line| area.y.checked_add(line)) else { return };
        // The first one is on the frame, the others are in lines of their own.
        let y = if *line == 0 { y } else { y.saturating_add(1) };
        if y.saturating_add(1) < area.bottom() && area.width > 2 {
            let rule =
                format!("{}{}", if *line == 0 { "┌" } else { "├" }, "─".repeat(usize::from(area.width) - 2));
            let buffer = frame.buffer_mut();
            buffer.set_stringn(area.x, y, rule, usize::from(area.width) - 1, Style::new());
            buffer.set_stringn(
                area.x + 1,
                y,
                format!(" {name} "),
                usize::from(area.width) - 2,
                theme::STRONG,
            );
            buffer.set_stringn(area.right() - 1, y, if *line == 0 { "┐" } else { "┤" }, 1, Style::new());
        }
    }
}

fn choices(app: &App, answering: &Answering, question: &Question, frame: &mut Frame<'_>) {
    let choices = answering.choices(question);
    let Question::Choice(question) = question else { return };
    let shown = Shown {
        area: app.screen().list_area(app.session(), choices.len()),
        title: format!("{} asks: {}", app.session().plugins().asker().unwrap_or_default(), question.title),
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
