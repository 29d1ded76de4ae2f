//! Lists with a query, over the text.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};

use super::cut;
use crate::app::{App, Line as Typed, List, ListArea, Picker, Source, matched};
use crate::theme;

/// A list with a query.
pub(super) struct Shown<'a> {
    pub(super) area: ListArea,
    pub(super) title: String,
    pub(super) bottom: String,
    pub(super) query: &'a Typed,
    pub(super) list: List,
    /// The number of lines.
    pub(super) count: usize,
}

/// Draws a list with a query, and puts the cursor into the query. `line` makes a line of the list for so many columns.
pub(super) fn draw<'a>(
    frame: &mut Frame<'_>,
    shown: &Shown<'_>,
    mut line: impl FnMut(usize, usize) -> Line<'a>,
) {
    let Shown { area, title, bottom, query, list, count } = shown;
    frame.render_widget(Clear, area.frame);
    // A border without room for anything in it says nothing.
    let columns = usize::from(area.frame.width.saturating_sub(4));
    let mut block = Block::bordered().title(format!(" {} ", cut(title, columns)));
    if !bottom.is_empty() {
        block = block.title_bottom(format!(" {} ", cut(bottom, columns)));
    }
    frame.render_widget(block, area.frame);
    let (typed, column) = super::line::visible(query, usize::from(area.query.width).saturating_sub(2));
    frame.render_widget(Paragraph::new(format!("> {typed}")), area.query);
    let columns = usize::from(area.lines.width);
    let seen = list.visible(*count, area.rows());
    let lines: Vec<Line<'a>> = seen
        .map(|index| {
            let line = line(index, columns);
            if index == list.chosen { line.style(theme::CHOSEN) } else { line }
        })
        .collect();
    frame.render_widget(Paragraph::new(lines), area.lines);
    let x = area.query.x.saturating_add(u16::try_from(column + 2).unwrap_or(u16::MAX));
    super::put_cursor(frame, area.frame, x.min(area.query.right()), area.query.y);
}

/// A line with something at its right end, which gives way where there is no room.
pub(super) fn with_right(left: Vec<Span<'static>>, right: String, columns: usize) -> Line<'static> {
    let mut line = Line::from(left);
    let used = line.width();
    let right = cut(&right, columns.saturating_sub(used + 2));
    if !right.is_empty() && right != "…" {
        let gap = columns.saturating_sub(used + Line::raw(right.as_str()).width());
        line.push_span(Span::raw(" ".repeat(gap)));
        line.push_span(Span::styled(right, theme::FAINT));
    }
    line
}

/// A text with the characters of these numbers in bold.
pub(super) fn highlighted(text: &str, characters: &[usize]) -> Vec<Span<'static>> {
    let mut spans: Vec<Span<'static>> = Vec::new();
    let mut was = None;
    for (number, character) in text.chars().enumerate() {
        let is = characters.binary_search(&number).is_ok();
        match spans.last_mut() {
            Some(last) if was == Some(is) => last.content.to_mut().push(character),
            _ => {
                let style = if is { theme::MATCH } else { ratatui::style::Style::new() };
                spans.push(Span::styled(character.to_string(), style));
            }
        }
        was = Some(is);
    }
    spans
}

/// Draws the list of files, documents or results.
pub(super) fn picker(app: &App, picker: &Picker, frame: &mut Frame<'_>) {
    let session = app.session();
    let shown = Shown {
        area: app.screen().picker_area(session),
        title: picker.title(session),
        bottom: picker.keys().to_owned(),
        query: &picker.query,
        list: picker.list,
        count: picker.matching(session),
    };
    draw(frame, &shown, |index, columns| match picker.source {
        Source::Search { .. } => result(app, index, columns),
        _ => picker.item(index).map_or_else(Line::default, |item| {
            // The end of a path says more than its beginning.
            let found = matched(picker.query.text(), &item.text);
            let length = item.text.chars().count();
            let skipped = if Line::raw(item.text.as_str()).width() > columns {
                (length + 1).saturating_sub(columns)
            } else {
                0
            };
            let mut spans = Vec::new();
            if skipped > 0 {
                spans.push(Span::raw("…"));
            }
            let rest: String = item.text.chars().skip(skipped).collect();
            let found: Vec<usize> = found.iter().filter_map(|number| number.checked_sub(skipped)).collect();
            spans.extend(highlighted(&rest, &found));
            with_right(spans, item.detail.clone(), columns)
        }),
    });
    if let Some(area) = shown.area.preview {
        preview(picker, frame, area);
    }
}

/// Draws lines of what the chosen line stands for.
fn preview(picker: &Picker, frame: &mut Frame<'_>, area: Rect) {
    let Some(read) = &picker.preview.lines else { return };
    let shown = read.iter().zip(picker.preview.first..).take(usize::from(area.height));
    let lines: Vec<Line<'_>> = shown
        .map(|(text, number)| {
            let style = if picker.preview.line == Some(number) { theme::STRONG } else { theme::FAINT };
            let text = witdock::text::line(text).to_string();
            Line::from(vec![
                Span::styled(format!("{:>4} ", number + 1), theme::GUTTER),
                Span::styled(text, style),
            ])
        })
        .collect();
    frame.render_widget(Paragraph::new(lines), area);
}

fn result(app: &App, index: usize, columns: usize) -> Line<'static> {
    let results = app.session().results();
    let Some(found) = results.found().get(index) else { return Line::default() };
    let place = results.place(found, app.session().documents());
    // Half of the line stays for the text.
    let place = super::cut_start(&place, columns / 2);
    let text = |range: std::ops::Range<usize>| {
        witdock::text::line(found.text.get(range).unwrap_or_default()).to_string()
    };
    let (start, end) = (found.matched.start, found.matched.end);
    let (before, matched) = (text(0..start), text(start..end));
    // The match is in sight, with something of what follows.
    let width = |text: &str| Line::raw(text).width();
    let room = columns.saturating_sub(width(&place) + 2);
    let before = super::cut_start(&before, room.saturating_sub(width(&matched)).min(room * 3 / 4));
    Line::from(vec![
        Span::styled(format!("{place}: "), theme::FAINT),
        Span::raw(before),
        Span::styled(matched, theme::MATCH),
        Span::raw(text(end..found.text.len())),
    ])
}
