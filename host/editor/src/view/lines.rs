//! The text with its line numbers, signs and decorations.

use std::borrow::Cow;
use std::ops::Range;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::finding;
use crate::app::{App, Mode, ShownView};
use crate::layout::{Glyph, Row};
use crate::theme;
use crate::viewport::Viewport;
use witdock_editor_core::Selections;
use witdock_editor_session::documents::{Buffer, Decoration, Drawn};
use witdock_editor_session::style::{Scope, Severity};

/// Draws all views, and puts the terminal's cursor where the primary one of the focused view is.
pub(super) fn draw(app: &App, frame: &mut Frame<'_>, area: Rect) {
    for shown in app.screen().shown_views(app.session()) {
        draw_view(app, &shown, frame);
        let lines = shown.area.lines;
        if lines.right() < area.right() {
            let height = lines.height + u16::from(shown.area.name.is_some());
            for y in lines.y..(lines.y + height).min(area.bottom()) {
                frame.buffer_mut().set_stringn(lines.right(), y, "│", 1, theme::FAINT);
            }
        }
    }
    if matches!(app.mode(), Mode::Edit)
        && let Some(buffer) = app.active()
        && let Some((x, y)) =
            app.screen().position(buffer.document.selections().primary().head, app.session())
    {
        frame.set_cursor_position((x, y));
    }
}

fn draw_view(app: &App, shown: &ShownView<'_>, frame: &mut Frame<'_>) {
    let ShownView { area, buffer, viewport, selections, is_focused } = shown;
    let text_area = area.text();
    let seen = viewport.visible(buffer, usize::from(area.lines.height), usize::from(text_area.width));
    let cursor_line = buffer.document.text().line_at(selections.primary().head);
    let matches = finding::matches(app, buffer, &seen);
    let brackets = (matches!(app.mode(), Mode::Edit) && *is_focused).then(|| brackets(buffer)).flatten();
    for (y, (line, is_first, row)) in (area.lines.y..).zip(&seen) {
        let whole = buffer.document.text().line_start(*line)..buffer.document.text().line_end(*line);
        let decorations = buffer.decorations.within(whole.clone());
        if *is_first {
            let sign = worst_sign(&decorations, &whole).map(|(severity, _)| severity);
            let gutter = Rect { y, height: 1, width: area.gutter, ..area.lines };
            draw_gutter(frame, gutter, *line, *is_focused && cursor_line == *line, sign);
            draw_mark(frame, gutter, &decorations, &whole);
        }
        let area = Rect { y, height: 1, ..text_area };
        let pen = Pen {
            app,
            buffer,
            selections,
            is_focused: *is_focused,
            viewport,
            line: *line,
            start: whole.start,
            decorations: &decorations,
            matches: &matches,
            brackets,
        };
        pen.draw(row, frame, area);
        if row.range.end == whole.end {
            pen.draw_after_line(row, frame, area);
        }
    }
    if let Some(area) = area.name {
        draw_name(buffer, *is_focused, frame, area);
    }
}

/// Draws the line below a view, with the name of its document.
fn draw_name(buffer: &Buffer, is_focused: bool, frame: &mut Frame<'_>, area: Rect) {
    let columns = usize::from(area.width);
    let modified = if buffer.is_modified() { " [modified]" } else { "" };
    let name = super::cut(&buffer.name(), columns.saturating_sub(modified.len() + 6));
    let style = if is_focused { theme::STRONG } else { theme::FAINT };
    let text = format!("── {name}{modified} {}", "─".repeat(columns));
    frame.buffer_mut().set_stringn(area.x, area.y, text, columns, style);
}

/// The bracket at the primary cursor, and the one that belongs to it.
fn brackets(buffer: &Buffer) -> Option<(usize, usize)> {
    let primary = buffer.document.selections().primary();
    primary.is_empty().then(|| buffer.syntax.brackets_at(buffer.document.text(), primary.head)).flatten()
}

/// The message of the sign on the cursor's line, if it has one.
pub(super) fn sign_message(buffer: &Buffer) -> Option<(Severity, Cow<'_, str>)> {
    let text = buffer.document.text();
    let line = text.line_at(buffer.document.selections().primary().head);
    let whole = text.line_start(line)..text.line_end(line);
    worst_sign(&buffer.decorations.within(whole.clone()), &whole)
}

/// The most severe sign that belongs to a line.
fn worst_sign<'a>(decorations: &[&'a Decoration], line: &Range<usize>) -> Option<(Severity, Cow<'a, str>)> {
    let on_line =
        decorations.iter().filter(|one| line.start <= one.range.start && one.range.start <= line.end);
    let signs = on_line.filter_map(|one| match &one.drawn {
        Drawn::Sign(severity, message) => Some((*severity, Cow::Borrowed(message.as_str()))),
        Drawn::Diagnostic(diagnostic) => Some((diagnostic.severity, Cow::Owned(diagnostic.line()))),
        _ => None,
    });
    signs.max_by_key(|(severity, _)| *severity)
}

fn draw_gutter(frame: &mut Frame<'_>, area: Rect, line: usize, is_current: bool, sign: Option<Severity>) {
    let width = usize::from(area.width).saturating_sub(2);
    let style = if is_current { theme::CURRENT_LINE } else { theme::GUTTER };
    let number = format!(" {:>width$} ", line + 1);
    frame.buffer_mut().set_stringn(area.x, area.y, number, usize::from(area.width), style);
    if let Some((drawn, style)) = sign.map(theme::sign) {
        frame.buffer_mut().set_stringn(area.x, area.y, drawn, usize::from(area.width), style);
    }
}

/// Draws what has happened to a line, between its number and its text.
fn draw_mark(frame: &mut Frame<'_>, area: Rect, decorations: &[&Decoration], line: &Range<usize>) {
    let on_line =
        decorations.iter().filter(|one| line.start <= one.range.start && one.range.start <= line.end);
    let mut marks = on_line.filter_map(|one| match one.drawn {
        Drawn::Mark(mark) => Some(mark),
        _ => None,
    });
    let Some((drawn, style)) = marks.next_back().map(theme::mark) else { return };
    if let Some(column) = area.width.checked_sub(1) {
        frame.buffer_mut().set_stringn(area.x + column, area.y, drawn, 1, style);
    }
}

/// Draws one line's rows.
struct Pen<'a> {
    app: &'a App,
    buffer: &'a Buffer,
    selections: &'a Selections,
    is_focused: bool,
    viewport: &'a Viewport,
    line: usize,
    /// Where the line starts.
    start: usize,
    decorations: &'a [&'a Decoration],
    /// The matches of a search, in order.
    matches: &'a [Range<usize>],
    /// The brackets at the cursor that belong together.
    brackets: Option<(usize, usize)>,
}

impl Pen<'_> {
    fn draw(&self, row: &Row, frame: &mut Frame<'_>, area: Rect) {
        let first = self.viewport.scroll.column;
        let end = first + usize::from(area.width);
        let colours = self.viewport.colours(self.buffer, self.line);
        for glyph in &row.glyphs {
            // A wide character that an edge cuts through is left out.
            if glyph.x < first || glyph.x + glyph.width > end {
                continue;
            }
            let Ok(x) = u16::try_from(glyph.x - first) else { break };
            let style = self.style_of(glyph, colours);
            frame.buffer_mut().set_stringn(area.x + x, area.y, &glyph.text, glyph.width, style);
        }
    }

    fn style_of(&self, glyph: &Glyph, colours: &[(Range<usize>, Scope)]) -> Style {
        if let Some(style) = glyph.drawn_as {
            return theme::style(style);
        }
        let at = glyph.range.start;
        let in_line = at - self.start;
        // In order, so that the one that may hold the place is found without looking at the others.
        let colour = colours.get(colours.partition_point(|(range, _)| range.end <= in_line));
        let mut style = match colour {
            Some((range, scope)) if range.contains(&in_line) => theme::scope(*scope),
            _ => Style::new(),
        };
        let is_here = |one: &&&Decoration| {
            // A diagnostic without a text is shown at the character that follows.
            one.range.contains(&at) || one.range == (at..at) && one.diagnostic().is_some()
        };
        for decoration in self.decorations.iter().filter(is_here) {
            match &decoration.drawn {
                Drawn::Styled(drawn_as) => style = style.patch(theme::style(*drawn_as)),
                Drawn::Diagnostic(diagnostic) => style = style.patch(theme::diagnostic(diagnostic.severity)),
                _ => {}
            }
        }
        if self.is_focused
            && self.app.session().plugins().hover().is_some_and(|hover| hover.range.contains(&at))
        {
            style = style.add_modifier(Modifier::UNDERLINED);
        }
        let found = self.matches.get(self.matches.partition_point(|found| found.end <= at));
        if found.is_some_and(|found| found.contains(&at)) {
            style = style.patch(theme::FOUND);
        }
        if self.brackets.is_some_and(|(one, other)| at == one || at == other) {
            style = style.patch(theme::BRACKET);
        }
        let is_selected = self.selections.iter().any(|one| one.start() <= at && glyph.range.end <= one.end());
        if is_selected || self.has_other_cursor(at) {
            style = style.patch(theme::CHOSEN);
        }
        style
    }

    /// Whether a cursor other than the primary one is here. The terminal has one cursor only, so the others are drawn.
    fn has_other_cursor(&self, at: usize) -> bool {
        let primary = self.selections.primary_index();
        let mut all = self.selections.iter().enumerate();
        self.is_focused
            && matches!(self.app.mode(), Mode::Edit)
            && all.any(|(index, one)| index != primary && one.head == at)
    }

    fn draw_after_line(&self, row: &Row, frame: &mut Frame<'_>, area: Rect) {
        let mut x = row.width.saturating_sub(self.viewport.scroll.column);
        if self.has_other_cursor(row.range.end)
            && let Some(column) = u16::try_from(x).ok().filter(|column| *column < area.width)
        {
            frame.buffer_mut().set_stringn(area.x + column, area.y, " ", 1, theme::CHOSEN);
        }
        for decoration in self.decorations {
            let Drawn::AfterLine(spans) = &decoration.drawn else { continue };
            if decoration.range.start < self.start {
                continue;
            }
            for span in spans {
                let Ok(column) = u16::try_from(x) else { return };
                let Some(room) = area.width.checked_sub(column).filter(|room| *room > 0) else { return };
                let style = theme::style(span.style);
                let (end, _) =
                    frame.buffer_mut().set_stringn(area.x + column, area.y, &span.text, room.into(), style);
                x = usize::from(end.saturating_sub(area.x));
            }
        }
    }
}
