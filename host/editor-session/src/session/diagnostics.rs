//! Going from one diagnostic to the next, in the active document.

use witdock_editor_core::{Selection, Selections};

use super::Session;
use crate::display::{Action, Panel, PanelLine};
use crate::documents::{Buffer, Diagnostic};
use crate::message::Message;
use crate::outbox::Request;
use crate::style::{Emphasis, Scope, Severity, Span, Style};

/// The most diagnostics that the list shows.
const MOST_LISTED: usize = 10_000;

impl Session {
    pub(crate) fn next_diagnostic(&mut self) {
        self.go_to_diagnostic(|starts, cursor| {
            starts.iter().copied().find(|start| *start > cursor).or(starts.first().copied())
        });
    }

    pub(crate) fn previous_diagnostic(&mut self) {
        self.go_to_diagnostic(|starts, cursor| {
            starts.iter().rev().copied().find(|start| *start < cursor).or(starts.last().copied())
        });
    }

    /// Goes to one of the places where diagnostics start, which are sorted and not empty.
    fn go_to_diagnostic(&mut self, choose: impl FnOnce(&[usize], usize) -> Option<usize>) {
        let Some(buffer) = self.documents.active_mut() else { return };
        let starts: Vec<usize> =
            buffer.decorations.diagnostics().iter().map(|(range, _)| range.start).collect();
        let Some(place) = choose(&starts, buffer.cursor()) else {
            return self.out.show(Message::info("there are no diagnostics"));
        };
        buffer.document.set_selections(Selections::one(Selection::at(place)));
        self.out.request(Request::Reveal);
    }

    /// Lists the diagnostics of all documents, those of the active one first.
    pub(crate) fn list_diagnostics(&mut self) {
        let active = self.documents.active().map(|buffer| buffer.id);
        let mut buffers: Vec<&Buffer> = self.documents.all().iter().collect();
        buffers.sort_by_key(|buffer| Some(buffer.id) != active);
        let lines: Vec<PanelLine> = buffers.into_iter().flat_map(lines).take(MOST_LISTED).collect();
        if lines.is_empty() {
            return self.out.show(Message::info("there are no diagnostics"));
        }
        let title = format!("Diagnostics ({})", lines.len());
        self.plugins.show_results(Panel { title, lines });
        self.out.request(Request::ChooseLine);
    }
}

fn lines(buffer: &Buffer) -> Vec<PanelLine> {
    let text = buffer.document.text();
    let line = |(range, diagnostic): (&std::ops::Range<usize>, &Diagnostic)| {
        let place = text.line_column(range.start);
        let column = text.char_count(range.start - place.column..range.start);
        let span = |text: String, scope| Span { text, style: Style { scope, emphasis: Emphasis::default() } };
        let spans = vec![
            span(format!("{} ", word(diagnostic.severity)), scope(diagnostic.severity)),
            span(diagnostic.line(), Scope::Plain),
            span(format!("  {}:{}:{}", buffer.name(), place.line + 1, column + 1), Scope::Muted),
        ];
        PanelLine { spans, action: Action::GoTo(buffer.location(range.start)) }
    };
    buffer.decorations.diagnostics().into_iter().map(line).collect()
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Hint => "hint",
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

fn scope(severity: Severity) -> Scope {
    match severity {
        Severity::Hint => Scope::Muted,
        Severity::Info => Scope::Info,
        Severity::Warning => Scope::Warning,
        Severity::Error => Scope::Error,
    }
}
