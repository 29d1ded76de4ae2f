//! Answers that are lists: places, symbols, what could be done. One place is gone to at once, several are listed.

use std::path::Path;

use witdock_editor_core::Text;

use super::Plugins;
use super::code::CodeRequest;
use crate::code::{CodeAction, Columns, Place, Question, Symbol, Where};
use crate::display::{Action, Location, Panel, PanelLine};
use crate::documents::{Buffer, Documents, Target};
use crate::message::Message;
use crate::outbox::{Effect, Outbox, Request};
use crate::style::{Emphasis, Scope, Span, Style};

/// The most lines of a list.
const MOST_LINES: usize = 10_000;
/// The most places that the way back has.
const MOST_STEPS: usize = 100;

const MOVED_ON: &str = "the text has changed while the plugin was looking; ask again";

impl Plugins {
    pub(super) fn take_places(
        &mut self,
        request: &CodeRequest,
        places: Vec<Place>,
        documents: &mut Documents,
        out: &mut Outbox,
    ) {
        let feature = request.question.feature();
        let what = if request.question == Question::Definition { "definition" } else { "use" };
        if places.is_empty() {
            if !self.requests.iter().any(|other| other.question.feature() == feature) {
                out.show(Message::info(format!("no {what} found")));
            }
            return;
        }
        self.withdraw_requests(|other| other.feature() == feature);
        if !request.is_current(documents) {
            return out.show(Message::info(MOVED_ON));
        }
        match places.as_slice() {
            // What is outside of the workspace is opened only when the person chooses it.
            [only] if self.is_inside(only) => self.go_to_place(only, Some(request), documents, out),
            _ => {
                let title =
                    format!("{} ({})", if what == "use" { "Uses" } else { "Definitions" }, places.len());
                let lines = places.into_iter().take(MOST_LINES);
                let lines = lines.map(|place| self.place_line(place, request, documents)).collect();
                self.show_results(Panel { title, lines });
                out.request(Request::ChooseLine);
            }
        }
    }

    fn is_inside(&self, place: &Place) -> bool {
        match &place.at {
            Where::Document(..) => true,
            Where::File(path) => is_below(path, &self.root),
        }
    }

    fn place_line(&self, place: Place, request: &CodeRequest, documents: &Documents) -> PanelLine {
        let buffer = match &place.at {
            Where::Document(id, _) => documents.find(*id),
            Where::File(path) => documents.all().iter().find(|buffer| buffer.path.as_deref() == Some(path)),
        };
        let path = match (&place.at, buffer.and_then(|buffer| buffer.path.as_deref())) {
            (Where::File(path), _) => Some(path.as_path()),
            (_, path) => path,
        };
        let name = path.map_or_else(
            || "untitled".to_owned(),
            |path| witdock::text::path(path.strip_prefix(&self.root).unwrap_or(path)),
        );
        let mut spans = vec![span(format!("{name}:{}", place.extent.start.line + 1), Scope::Muted)];
        if let (Some(buffer), Where::Document(_, revision)) = (buffer, &place.at) {
            let (_, text) = request.text_of(buffer, *revision);
            spans.push(span(format!("  {}", shown_line(text, place.extent.start.line)), Scope::Plain));
        }
        PanelLine { spans, action: Action::Open(place) }
    }

    /// Goes to a place that the person has chosen from a list. A file that is not open is opened first.
    pub(crate) fn open_place(&mut self, place: &Place, documents: &mut Documents, out: &mut Outbox) {
        self.go_to_place(place, None, documents, out);
    }

    fn go_to_place(
        &mut self,
        place: &Place,
        request: Option<&CodeRequest>,
        documents: &mut Documents,
        out: &mut Outbox,
    ) {
        self.leave_from(documents);
        let Place { at, extent, columns } = place;
        let found = match at {
            Where::Document(id, revision) => documents.find(*id).map(|buffer| (buffer, *revision)),
            Where::File(path) => {
                let is_it = |buffer: &&Buffer| buffer.path.as_deref() == Some(path);
                documents.all().iter().find(is_it).map(|buffer| (buffer, buffer.document.revision()))
            }
        };
        match (found, at) {
            (Some((buffer, revision)), _) => {
                let (revision, text) = match request {
                    Some(request) => request.text_of(buffer, revision),
                    None => (buffer.document.revision(), buffer.document.text()),
                };
                let place =
                    Location { document: buffer.id, revision, offset: extent.start.offset(text, *columns) };
                documents.show(place, out);
            }
            (None, Where::File(path)) => {
                self.going = Some(place.clone());
                out.effect(Effect::Open(Target::from(path.as_path())));
            }
            (None, Where::Document(..)) => out.show(Message::info("the document has been closed")),
        }
    }

    /// A file was opened, which somebody may want to go to a place of.
    pub(crate) fn opened(&mut self, path: &Path, documents: &mut Documents, out: &mut Outbox) {
        let is_it = |place: &Place| matches!(&place.at, Where::File(file) if file == path);
        if self.going.as_ref().is_some_and(is_it)
            && let Some(place) = self.going.take()
            && let Some(buffer) = documents.active()
        {
            let offset = place.extent.start.offset(buffer.document.text(), place.columns);
            let place = buffer.location(offset);
            documents.show(place, out);
        }
    }

    /// Notes where the person leaves from, for the way back.
    fn leave_from(&mut self, documents: &Documents) {
        let Some(buffer) = documents.active() else { return };
        if self.trail.len() >= MOST_STEPS {
            self.trail.remove(0);
        }
        self.trail.push(buffer.location(buffer.cursor()));
    }

    /// Goes back to where the person came from.
    pub(crate) fn go_back(&mut self, documents: &mut Documents, out: &mut Outbox) {
        while let Some(place) = self.trail.pop() {
            if documents.find(place.document).is_some() {
                return documents.show(place, out);
            }
        }
        out.show(Message::info("there is no place to go back to"));
    }

    pub(super) fn take_actions(
        &mut self,
        request: &CodeRequest,
        mut actions: Vec<CodeAction>,
        documents: &Documents,
        out: &mut Outbox,
    ) {
        let waits = self.requests.iter().any(|other| matches!(other.question, Question::Actions(_)));
        if actions.is_empty() {
            if !waits {
                out.show(Message::info("nothing can be done here"));
            }
            return;
        }
        if !request.is_current(documents) {
            return out.show(Message::info(MOVED_ON));
        }
        actions.sort_by_key(|action| !action.is_preferred);
        let line = |action: CodeAction| PanelLine {
            spans: vec![span(action.title, if action.is_preferred { Scope::Accent } else { Scope::Plain })],
            action: Action::Do(request.plugin, action.id),
        };
        let lines = actions.into_iter().take(MOST_LINES).map(line).collect();
        self.show_results(Panel { title: "What to do".to_owned(), lines });
        out.request(Request::ChooseLine);
    }

    pub(super) fn take_symbols(
        &mut self,
        request: &CodeRequest,
        columns: Columns,
        symbols: Vec<Symbol>,
        documents: &Documents,
        out: &mut Outbox,
    ) {
        let Some(buffer) = documents.active().filter(|buffer| buffer.id == request.at.document) else {
            return;
        };
        if symbols.is_empty() {
            return out.show(Message::info("no symbols found"));
        }
        let line = |symbol: Symbol| {
            let Symbol { name, detail, depth, extent } = symbol;
            let offset = extent.start.offset(&request.text, columns);
            let indent = "  ".repeat(depth.min(20));
            PanelLine {
                spans: vec![
                    span(format!("{indent}{name}"), Scope::Plain),
                    span(format!("  {detail}"), Scope::Muted),
                ],
                action: Action::GoTo(Location { document: buffer.id, revision: request.at.revision, offset }),
            }
        };
        let lines: Vec<PanelLine> = symbols.into_iter().take(MOST_LINES).map(line).collect();
        let title = format!("Symbols of {} ({})", buffer.name(), lines.len());
        self.show_results(Panel { title, lines });
        out.request(Request::ChooseLine);
    }
}

/// Whether a path is below a folder. `..` in it may lead out.
pub(super) fn is_below(path: &Path, folder: &Path) -> bool {
    path.starts_with(folder) && !path.components().any(|part| part == std::path::Component::ParentDir)
}

fn span(text: String, scope: Scope) -> Span {
    Span { text, style: Style { scope, emphasis: Emphasis::default() } }
}

fn shown_line(text: &Text, line: usize) -> String {
    let line = if line < text.line_count() { text.line(line) } else { String::new() };
    witdock::text::line(&line.trim().replace('\t', " ")).to_string()
}
