//! The list of plugins with their status.

use std::time::Duration;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph, Wrap};
use witdock::counted;

use crate::app::{App, PluginPage, PluginPanel};
use crate::theme;
use witdock_editor_session::host::{Cost, Health, Report};
use witdock_editor_session::style::Scope;

/// Draws a line for each plugin, and the details of the chosen one.
pub(super) fn draw(app: &App, panel: PluginPanel, frame: &mut Frame<'_>, area: Rect) {
    let reports = app.session().plugins().reports();
    let list_height = u16::try_from(reports.len().max(1) + 3).unwrap_or(u16::MAX).min(area.height / 2);
    let [list, details] = Layout::vertical([Constraint::Length(list_height), Constraint::Min(0)]).areas(area);
    frame.render_widget(Clear, area);
    let heading =
        format!("   {:<20} {:>8} {:>9} {:>9} {:>9} {:>5}", "", "calls", "p50", "p99", "per key", "late");
    let mut lines = vec![Line::styled(heading, theme::FAINT)];
    let room = usize::from(list.height.saturating_sub(3)).max(1);
    let first = (panel.chosen + 1).saturating_sub(room);
    for (index, report) in reports.iter().enumerate().skip(first).take(room) {
        let line = row(app, report);
        lines.push(if index == panel.chosen { line.style(theme::CHOSEN) } else { line });
    }
    if reports.is_empty() {
        lines.push(Line::raw("No plugins are loaded. Name their folder with --plugins."));
    }
    let keys = " Plugins: s stop  v start  e enable/disable  r reload  l log  g grants  Esc ";
    frame.render_widget(Paragraph::new(lines).block(Block::bordered().title(keys)), list);
    if let Some(report) = reports.get(panel.chosen) {
        draw_details(app, report, panel, frame, details);
    }
}

fn row(app: &App, report: &Report) -> Line<'static> {
    let (sign, scope) = match report.health {
        Health::Fine => ("●", Scope::Success),
        Health::Loading => ("…", Scope::Info),
        Health::Waiting => ("?", Scope::Warning),
        Health::Wrong => ("×", Scope::Error),
        Health::Off => ("○", Scope::Muted),
    };
    let name: String = report.name.chars().take(20).collect();
    let mut line = Line::from(vec![
        Span::styled(format!(" {sign} "), theme::scope(scope)),
        Span::raw(format!("{name:<20} ")),
    ]);
    match &report.cost {
        Some(cost) => {
            let slowest = cost.exports.iter().max_by_key(|(.., p99)| *p99);
            let (p50, p99) = slowest.map(|(_, p50, p99)| (*p50, *p99)).unwrap_or_default();
            let per_change = cost.per_change.map(short).unwrap_or_default();
            let late = app.session().plugins().late_answers(report.plugin);
            let text =
                format!("{:>8} {:>9} {:>9} {per_change:>9} {late:>5}", cost.calls, short(p50), short(p99));
            line.push_span(Span::raw(text));
        }
        None => line.push_span(Span::raw(report.status.lines().next().unwrap_or_default().to_owned())),
    }
    line
}

/// A time in the width of a column.
fn short(time: Duration) -> String {
    match time.as_micros() {
        0..1_000 => format!("{} µs", time.as_micros()),
        1_000..1_000_000 => format!("{:.1} ms", time.as_secs_f64() * 1e3),
        _ => format!("{:.1} s", time.as_secs_f64()),
    }
}

fn draw_details(app: &App, report: &Report, panel: PluginPanel, frame: &mut Frame<'_>, area: Rect) {
    let title = match panel.page {
        PluginPage::Status => format!(" {} ", report.name),
        PluginPage::Log => format!(" {}: log (PgUp and PgDn scroll) ", report.name),
        PluginPage::Grants => format!(" {}: grants (x revokes them and asks again) ", report.name),
    };
    let lines: Vec<Line<'static>> = match panel.page {
        PluginPage::Status => status(app, report),
        PluginPage::Log => {
            let room = usize::from(area.height.saturating_sub(2));
            let end = report.log.len().saturating_sub(panel.scrolled).max(room.min(report.log.len()));
            let seen = report.log.iter().take(end).skip(end.saturating_sub(room));
            let lines: Vec<_> = seen.map(|line| Line::raw(line.clone())).collect();
            if lines.is_empty() { vec![Line::styled("The log is empty.", theme::FAINT)] } else { lines }
        }
        PluginPage::Grants => {
            let mut lines: Vec<_> =
                report.granted.iter().map(|what| Line::raw(format!("  {what}"))).collect();
            if lines.is_empty() {
                lines.push(Line::styled("No grants.", theme::FAINT));
            }
            lines
        }
    };
    let paragraph = Paragraph::new(lines).wrap(Wrap { trim: false });
    frame.render_widget(paragraph.block(Block::bordered().title(title)), area);
}

fn status(app: &App, report: &Report) -> Vec<Line<'static>> {
    let mut lines: Vec<Line<'static>> =
        report.status.lines().map(|line| Line::raw(line.to_owned())).collect();
    if let Some(failure) = &report.failure {
        lines.push(Line::styled(format!("last failure: {failure}"), theme::scope(Scope::Error)));
    }
    if let Some(cost) = &report.cost {
        lines.extend(cost_lines(cost));
    }
    let late = app.session().plugins().late_answers(report.plugin);
    if late > 0 {
        lines.push(Line::raw(if late == 1 {
            "1 answer came too late and was dropped".to_owned()
        } else {
            format!("{late} answers came too late and were dropped")
        }));
    }
    lines.push(Line::styled(report.path.clone(), theme::FAINT));
    lines
}

fn cost_lines(cost: &Cost) -> Vec<Line<'static>> {
    let memory = format!(
        "{}, {} failed; memory {} KiB, at most {} KiB",
        counted(cost.calls, "call"),
        cost.errors,
        cost.memory_bytes / 1024,
        cost.memory_peak_bytes / 1024
    );
    let mut lines = vec![Line::raw(memory)];
    if cost.stored_bytes > 0 {
        let stored = cost.stored_bytes.div_ceil(1024);
        lines.push(Line::raw(format!("{stored} KiB kept for it between sessions")));
    }
    for (name, p50, p99) in &cost.exports {
        let text = format!("  {name:<20} p50 {:>9}  p99 {:>9}", short(*p50), short(*p99));
        lines.push(Line::styled(text, theme::FAINT));
    }
    lines
}
