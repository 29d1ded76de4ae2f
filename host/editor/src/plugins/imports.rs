//! The rest of what the editor lends. What it cannot do yet is refused with the interface's own errors.

use witdock_editor_core::{Revision, Selection, Selections};

use super::bindings::witdock::editor::{
    clipboard, decorations, jobs, messages, panels, prompts, selections, settings, status_line, timers,
    types, viewport, workspace,
};
use super::call::Segment;
use super::documents::{info, offset, version};
use super::interface::{CallView, SETTINGS};
use crate::app::Message;

/// Log lines and status segments are shown on one line: what would break it is left out.
fn one_line(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}

/// The most pieces of the status line and messages that one call may send.
const MAX_SHOWN: usize = 100;

impl types::Host for CallView<'_> {}

impl selections::Host for CallView<'_> {
    fn get(&mut self, document: u64) -> wasmtime::Result<Option<types::SelectionSet>> {
        Ok(self.state.document(document).map(|working| {
            let all = &working.view.selections;
            types::SelectionSet {
                selections: all
                    .iter()
                    .map(|one| types::Selection { anchor: one.anchor as u64, head: one.head as u64 })
                    .collect(),
                primary: u32::try_from(all.primary_index()).unwrap_or_default(),
            }
        }))
    }

    fn cursor(&mut self, document: u64) -> wasmtime::Result<Option<u64>> {
        Ok(self.state.document(document).map(|working| working.view.selections.primary().head as u64))
    }

    fn set(
        &mut self,
        version: types::DocumentVersion,
        set: types::SelectionSet,
    ) -> wasmtime::Result<Result<(), selections::SelectionError>> {
        use selections::SelectionError;
        let Some(working) = self.state.document_mut(version.document) else {
            return Ok(Err(SelectionError::NoSuchDocument));
        };
        let view = &mut working.view;
        if view.revision != Revision::new(version.revision) {
            return Ok(Err(SelectionError::Stale(view.revision.number())));
        }
        let primary = set.primary as usize;
        if primary >= set.selections.len() {
            return Ok(Err(SelectionError::Empty));
        }
        let mut before = 0;
        let mut list = Vec::with_capacity(set.selections.len());
        for (index, one) in (0..).zip(set.selections) {
            let one = Selection::new(offset(one.anchor), offset(one.head));
            if one.end() > view.text.len() {
                return Ok(Err(SelectionError::OutOfRange(index)));
            }
            if !view.text.is_boundary(one.start()) || !view.text.is_boundary(one.end()) {
                return Ok(Err(SelectionError::NotOnBoundary(index)));
            }
            if one.start() < before {
                return Ok(Err(SelectionError::Overlapping(index)));
            }
            before = one.end();
            list.push(one);
        }
        view.selections = Selections::new(list, primary);
        working.selections_set = true;
        Ok(Ok(()))
    }
}

impl viewport::Host for CallView<'_> {
    fn current(&mut self) -> wasmtime::Result<Option<viewport::Visible>> {
        let (first, end, columns) = self.state.snapshot.visible;
        let number = |count| u32::try_from(count).unwrap_or(u32::MAX);
        let current = self.state.snapshot.current.and_then(|id| self.state.document(id));
        Ok(current.map(|working| viewport::Visible {
            version: version(&working.view),
            first_line: number(first),
            end_line: number(end),
            columns: number(columns),
        }))
    }

    fn show(&mut self, location: types::Location) -> wasmtime::Result<Result<(), viewport::ShowError>> {
        use viewport::ShowError;
        let Some(working) = self.state.document_mut(location.version.document) else {
            return Ok(Err(ShowError::NoSuchDocument));
        };
        let view = &mut working.view;
        let place = offset(location.offset);
        // Where an older text's place is now is known to the editor, and not within a call.
        let older = view.revision != Revision::new(location.version.revision);
        if older || !view.text.is_boundary(place) {
            return Ok(Err(ShowError::OutOfRange));
        }
        view.selections = Selections::one(Selection::at(place));
        working.selections_set = true;
        self.state.outcome.front = Some(location.version.document);
        Ok(Ok(()))
    }
}

impl workspace::Host for CallView<'_> {
    fn root(&mut self) -> wasmtime::Result<String> {
        let root = std::env::current_dir().unwrap_or_default();
        Ok(root.to_string_lossy().into_owned())
    }

    fn open_documents(&mut self) -> wasmtime::Result<Vec<types::DocumentInfo>> {
        Ok(self.state.documents.iter().map(|working| info(&working.view)).collect())
    }

    fn read_file(&mut self, path: String) -> wasmtime::Result<Result<String, workspace::FileError>> {
        Ok(Err(workspace::FileError::NotGranted(path)))
    }
}

impl messages::Host for CallView<'_> {
    fn status(&mut self, text: String) -> wasmtime::Result<()> {
        self.state.outcome.say(Message::info(one_line(&text)));
        Ok(())
    }

    fn notify(&mut self, severity: types::Severity, text: String) -> wasmtime::Result<()> {
        let text = one_line(&text);
        self.state.outcome.say(match severity {
            types::Severity::Hint | types::Severity::Info => Message::info(text),
            types::Severity::Warning => Message::warning(text),
            types::Severity::Error => Message::error(text),
        });
        Ok(())
    }
}

impl super::call::Outcome {
    fn say(&mut self, message: Message) {
        if self.messages.len() < MAX_SHOWN {
            self.messages.push(message);
        }
    }

    fn show(&mut self, segment: Segment) {
        self.segments.retain(|old| old.name != segment.name);
        if self.segments.len() < MAX_SHOWN {
            self.segments.push(segment);
        }
    }
}

impl status_line::Host for CallView<'_> {
    fn set(&mut self, name: String, segment: status_line::Segment) -> wasmtime::Result<()> {
        let text = segment.spans.iter().map(|span| one_line(&span.text)).collect();
        self.state.outcome.show(Segment { name, text: Some(text), priority: segment.priority });
        Ok(())
    }

    fn clear(&mut self, name: String) -> wasmtime::Result<()> {
        self.state.outcome.show(Segment { name, text: None, priority: 0 });
        Ok(())
    }
}

impl panels::Host for CallView<'_> {
    fn show(&mut self, _: String, _: panels::Panel) -> wasmtime::Result<Result<(), panels::PanelError>> {
        Ok(Err(panels::PanelError::TooLong(0)))
    }

    fn hide(&mut self, _: String) -> wasmtime::Result<()> {
        Ok(())
    }

    fn is_open(&mut self, _: String) -> wasmtime::Result<bool> {
        Ok(false)
    }
}

impl decorations::Host for CallView<'_> {
    fn set(
        &mut self,
        _: types::DocumentVersion,
        _: String,
        decorations: Vec<decorations::Decoration>,
    ) -> wasmtime::Result<Result<(), decorations::DecorationError>> {
        let none = decorations.is_empty();
        Ok(if none { Ok(()) } else { Err(decorations::DecorationError::TooMany(0)) })
    }

    fn clear(&mut self, _: u64, _: String) -> wasmtime::Result<()> {
        Ok(())
    }
}

impl prompts::Host for CallView<'_> {
    fn ask(&mut self, _: prompts::TextQuestion) -> wasmtime::Result<Result<u64, prompts::AskError>> {
        Ok(Err(prompts::AskError::TooMany(0)))
    }

    fn pick(&mut self, _: prompts::ChoiceQuestion) -> wasmtime::Result<Result<u64, prompts::AskError>> {
        Ok(Err(prompts::AskError::TooMany(0)))
    }

    fn withdraw(&mut self, _: u64) -> wasmtime::Result<()> {
        Ok(())
    }
}

impl clipboard::Host for CallView<'_> {
    fn read(&mut self) -> wasmtime::Result<String> {
        let state = &self.state;
        Ok(state.outcome.copied.as_ref().unwrap_or(&state.snapshot.clipboard).clone())
    }

    fn write(&mut self, text: String) -> wasmtime::Result<()> {
        self.state.outcome.copied = Some(text);
        Ok(())
    }
}

impl settings::Host for CallView<'_> {
    fn current(&mut self) -> wasmtime::Result<String> {
        Ok(SETTINGS.to_owned())
    }
}

impl timers::Host for CallView<'_> {
    fn once(&mut self, _: u32) -> wasmtime::Result<Result<u64, timers::TimerError>> {
        Ok(Err(timers::TimerError::TooMany(0)))
    }

    fn every(&mut self, _: u32) -> wasmtime::Result<Result<u64, timers::TimerError>> {
        Ok(Err(timers::TimerError::TooMany(0)))
    }

    fn cancel(&mut self, _: u64) -> wasmtime::Result<()> {
        Ok(())
    }
}

impl jobs::Host for CallView<'_> {
    fn run(&mut self, _: types::Invocation) -> wasmtime::Result<Result<u64, jobs::JobError>> {
        Ok(Err(jobs::JobError::QueueFull(0)))
    }
}
