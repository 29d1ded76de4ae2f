//! Edits of several texts, which the person agrees to. Files that are not open are opened first; each text gets one step to undo.

use std::path::PathBuf;

use witdock_editor_core::{ChangeSet, Edit, Transaction};

use super::Plugins;
use super::code::{CodeRequest, PendingEdit};
use super::code_places::is_below;
use crate::code::{Replacement, Where, WorkspaceEdit};
use crate::documents::{Author, Buffer, DocumentId, Documents, Target};
use crate::host::refuse_growth;
use crate::message::Message;
use crate::outbox::{Effect, Outbox, Request};
use witdock::counted;

/// The most texts that one answer may edit: all of them are open afterwards.
const MOST_TEXTS: usize = 500;

impl Plugins {
    pub(super) fn take_edit(
        &mut self,
        request: &CodeRequest,
        mut edit: WorkspaceEdit,
        documents: &mut Documents,
        out: &mut Outbox,
    ) {
        edit.texts.retain(|(_, replacements)| !replacements.is_empty());
        for (at, _) in &mut edit.texts {
            // A file that is open is the document.
            if let Where::File(path) = at
                && let Some(buffer) = of_path(path, documents)
            {
                *at = Where::Document(buffer.id, buffer.document.revision());
            }
        }
        let count: usize = edit.texts.iter().map(|(_, replacements)| replacements.len()).sum();
        if count == 0 {
            return out.show(Message::info("there is nothing to change"));
        }
        if let Err(why) = self.refuse_edit(&edit, documents) {
            let name = self.name_of(request.plugin);
            return out.show(Message::warning(format!("{name}: nothing was changed: {why}")));
        }
        let is_here =
            matches!(edit.texts.as_slice(), [(Where::Document(id, _), _)] if *id == request.at.document);
        let texts = counted(edit.texts.len() as u64, "file");
        self.edit = Some(PendingEdit { plugin: request.plugin, edit, is_agreed: is_here });
        if is_here {
            self.go_on_with_edit(documents, out);
        } else {
            let places = counted(count as u64, "place");
            out.request(Request::AskToEdit(format!("Change {places} in {texts}? (y/n)")));
        }
    }

    /// Why edits cannot be made, if that is known before files are opened.
    fn refuse_edit(&self, edit: &WorkspaceEdit, documents: &Documents) -> Result<(), String> {
        if edit.texts.len() > MOST_TEXTS {
            return Err(format!("it would edit more than {MOST_TEXTS} files"));
        }
        for (at, _) in &edit.texts {
            match at {
                Where::Document(id, revision) => {
                    let Some(buffer) = documents.find(*id) else {
                        return Err("a document has been closed meanwhile".to_owned());
                    };
                    if buffer.read_only {
                        return Err(format!("{} is read-only", buffer.name()));
                    }
                    if buffer.document.revision() != *revision {
                        return Err(format!("{} has changed meanwhile; ask again", buffer.name()));
                    }
                }
                Where::File(path) if !is_below(path, &self.root) => {
                    let path = witdock::text::path(path);
                    return Err(format!("{path} is outside of the folder that you work in"));
                }
                Where::File(_) => {}
            }
        }
        Ok(())
    }

    /// The person has agreed to the edits that they were asked about.
    pub(crate) fn agree_to_edit(&mut self, documents: &mut Documents, out: &mut Outbox) {
        let Some(pending) = &mut self.edit else { return };
        pending.is_agreed = true;
        let files = pending.edit.texts.iter().filter_map(|(at, _)| match at {
            Where::File(path) => Some(path),
            Where::Document(..) => None,
        });
        for path in files {
            out.effect(Effect::OpenBehind(Target::from(path.as_path())));
        }
        self.go_on_with_edit(documents, out);
    }

    /// The person does not want the edits.
    pub(crate) fn refuse_pending_edit(&mut self) {
        self.edit = None;
    }

    /// A file could not be opened that edits need.
    pub(crate) fn not_opened(&mut self, path: &std::path::Path, out: &mut Outbox) {
        let needs = |pending: &PendingEdit| {
            pending.edit.texts.iter().any(|(at, _)| matches!(at, Where::File(file) if file == path))
        };
        if self.edit.as_ref().is_some_and(needs) {
            self.edit = None;
            out.show(Message::warning("nothing was changed, since one of the files cannot be opened"));
        }
    }

    /// Makes the edits that the person has agreed to, when all of their files are open.
    pub(crate) fn go_on_with_edit(&mut self, documents: &mut Documents, out: &mut Outbox) {
        let Some(pending) = self.edit.as_mut().filter(|pending| pending.is_agreed) else { return };
        for (at, _) in &mut pending.edit.texts {
            if let Where::File(path) = at {
                let Some(buffer) = of_path(path, documents) else { return };
                *at = Where::Document(buffer.id, buffer.document.revision());
            }
        }
        let Some(pending) = self.edit.take() else { return };
        let name = self.name_of(pending.plugin).to_owned();
        let made = self
            .refuse_edit(&pending.edit, documents)
            .and_then(|()| changes(&pending.edit, documents))
            .and_then(|changes| apply(&pending, changes, documents));
        out.show(match made {
            Ok((count, 1)) => Message::info(counted(count, "place") + " changed"),
            Ok((count, texts)) => {
                let places = counted(count, "place");
                Message::info(format!("{places} in {texts} files changed; they are not saved yet"))
            }
            Err(why) => Message::warning(format!("{name}: nothing was changed: {why}")),
        });
    }
}

fn of_path<'a>(path: &PathBuf, documents: &'a Documents) -> Option<&'a Buffer> {
    documents.all().iter().find(|buffer| buffer.path.as_ref() == Some(path) || buffer.file.path() == path)
}

/// The changes of each text. Nothing is changed before all of them are known to be valid.
fn changes(edit: &WorkspaceEdit, documents: &Documents) -> Result<Vec<(DocumentId, ChangeSet)>, String> {
    let change = |(at, replacements): &(Where, Vec<Replacement>)| {
        let Where::Document(id, _) = at else { return Err("a file is not open".to_owned()) };
        let Some(buffer) = documents.find(*id) else { return Err("a document has been closed".to_owned()) };
        let text = buffer.document.text();
        let mut edits: Vec<Edit> = replacements
            .iter()
            .map(|one| Edit::replace(one.extent.range(text, edit.columns), one.text.clone()))
            .collect();
        // Stable, so that insertions at one place keep their order.
        edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
        let change = ChangeSet::new(text, edits);
        let name = buffer.name();
        let change = change.map_err(|error| format!("its edits of {name} are invalid: {error}"))?;
        refuse_growth(change.length_before(), change.length_after()).map_err(|error| error.to_string())?;
        Ok((*id, change))
    };
    edit.texts.iter().map(change).collect()
}

/// Makes the changes. Gives the number of places and of texts.
fn apply(
    pending: &PendingEdit,
    changes: Vec<(DocumentId, ChangeSet)>,
    documents: &mut Documents,
) -> Result<(u64, usize), String> {
    let texts = changes.len();
    let mut count = 0;
    for (id, change) in changes {
        let Some(buffer) = documents.find_mut(id) else { continue };
        count += change.edits().len() as u64;
        buffer.author = Author::Plugin(pending.plugin);
        let document = &mut buffer.document;
        document.break_undo();
        document.apply(Transaction::new(document.revision(), change)).map_err(|error| error.to_string())?;
        document.break_undo();
    }
    Ok((count, texts))
}
