//! What is drawn over the text: the lists of commands and of plugins.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};

use crate::app::{App, Mode};

/// Draws it, if there is one.
pub(super) fn draw(app: &App, frame: &mut Frame<'_>, area: Rect) {
    if let Mode::Plugins(chosen) = app.mode() {
        draw_plugins(app, *chosen, frame, area);
    }
    if let Mode::Palette(palette) = app.mode() {
        let entries = app.palette_entries(&palette.query);
        let width = area.width.saturating_sub(4).min(72);
        let height = u16::try_from(entries.len() + 3).unwrap_or(u16::MAX).min(area.height);
        let area = Rect { x: area.x + (area.width - width) / 2, y: area.y, width, height };
        let inside = Block::bordered().title(" Commands ").inner(area);
        let room = usize::from(inside.height.saturating_sub(1));
        let first = (palette.chosen + 1).saturating_sub(room);
        let mut lines = vec![Line::raw(format!("> {}", palette.query))];
        for (index, entry) in entries.iter().enumerate().skip(first).take(room) {
            let right = format!("{}  {}", entry.name, entry.key);
            let style = if index == palette.chosen {
                Style::new().add_modifier(Modifier::REVERSED)
            } else {
                Style::new()
            };
            let used = Line::raw(format!("{}{right}", entry.title)).width();
            let gap = " ".repeat(usize::from(inside.width).saturating_sub(used).max(1));
            lines.push(
                Line::from(vec![Span::raw(entry.title.clone()), Span::raw(gap), Span::raw(right)])
                    .style(style),
            );
        }
        let x = inside
            .x
            .saturating_add(u16::try_from(Line::raw(palette.query.as_str()).width()).unwrap_or(u16::MAX));
        frame.render_widget(Clear, area);
        frame.render_widget(Paragraph::new(lines).block(Block::bordered().title(" Commands ")), area);
        frame.set_cursor_position((x.saturating_add(2).min(inside.right()), inside.y));
    }
}

fn draw_plugins(app: &App, chosen: usize, frame: &mut Frame<'_>, area: Rect) {
    let mut lines = Vec::new();
    for (index, report) in app.reports().iter().enumerate() {
        let emphasis = if index == chosen { Modifier::REVERSED } else { Modifier::BOLD };
        lines.push(
            Line::raw(format!("{}: {}", report.name, report.status))
                .style(Style::new().add_modifier(emphasis)),
        );
        let (p50, p99) = report.latency;
        let kilobytes = report.memory_bytes / 1024;
        lines.push(Line::raw(format!(
            "  {} calls, slowest export p50 {p50:.1?} p99 {p99:.1?}, {kilobytes} KiB",
            report.calls
        )));
        if let Some(failure) = &report.failure {
            lines.push(Line::raw(format!("  last failure: {failure}")));
        }
    }
    if lines.is_empty() {
        lines.push(Line::raw("No plugins are loaded."));
    }
    let title = " Plugins: s stop  v revive  r reload  Esc close ";
    let selected = lines.iter().position(|line| line.style.add_modifier.contains(Modifier::REVERSED));
    let room = usize::from(area.height.saturating_sub(2));
    let scroll = selected.map_or(0, |line| (line + 2).saturating_sub(room));
    let scroll = (u16::try_from(scroll).unwrap_or(u16::MAX), 0);
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(lines).scroll(scroll).block(Block::bordered().title(title)), area);
}
