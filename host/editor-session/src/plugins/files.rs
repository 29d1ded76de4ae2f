//! Documents that plugins open, make and save. Each request is answered in a call of its own.

use std::path::{Path, PathBuf};

use super::Plugins;
use super::slot::Waiting;
use crate::documents::file::SaveError;
use crate::documents::{DocumentId, Documents, Target};
use crate::host::{Brought, FileAction, FileFailure, PluginId, Ticket};
use crate::outbox::{Effect, Outbox};

/// A request of a plugin that waits for the system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FileWork {
    /// A file is being opened.
    Open(PathBuf),
    /// A document is being saved.
    Save(DocumentId),
    /// A document is being saved to a new file.
    SaveAs(DocumentId, PathBuf),
}

impl Plugins {
    /// Does what a call wants done with documents and files.
    pub(super) fn act_on_files(
        &mut self,
        plugin: PluginId,
        actions: Vec<(Ticket, FileAction)>,
        by_person: bool,
        documents: &mut Documents,
        out: &mut Outbox,
    ) {
        for (ticket, action) in actions {
            match action {
                FileAction::Open { path, focus } => {
                    let focus = focus && by_person;
                    match documents.all().iter().find(|buffer| buffer.has_file(&path)).map(|open| open.id) {
                        Some(open) => {
                            if focus {
                                documents.activate(open);
                            }
                            self.answer_file(plugin, ticket, Ok(open), documents);
                        }
                        None => {
                            let target = Target::from(path.as_path());
                            self.wait_for(plugin, ticket, FileWork::Open(path));
                            out.effect(if focus { Effect::Open(target) } else { Effect::OpenBehind(target) });
                        }
                    }
                }
                FileAction::Make(mut new) => {
                    new.title = format!("{}: {}", self.name_of(plugin), new.title);
                    let id = documents.make(new, plugin, by_person);
                    self.answer_file(plugin, ticket, Ok(id), documents);
                }
                FileAction::Save(document) => self.save_for(plugin, ticket, document, documents, out),
                FileAction::SaveAs(document, path) => {
                    let is_open = documents.all().iter().any(|buffer| buffer.has_file(&path));
                    if is_open {
                        self.answer_file(plugin, ticket, Err(FileFailure::Exists), documents);
                    } else if documents.write_new(document, path.clone(), &self.root, out) {
                        self.wait_for(plugin, ticket, FileWork::SaveAs(document, path));
                    } else {
                        self.answer_file(plugin, ticket, Err(FileFailure::Closed), documents);
                    }
                }
            }
        }
    }

    fn save_for(
        &mut self,
        plugin: PluginId,
        ticket: Ticket,
        document: DocumentId,
        documents: &mut Documents,
        out: &mut Outbox,
    ) {
        let Some(buffer) = documents.find(document) else {
            return self.answer_file(plugin, ticket, Err(FileFailure::Closed), documents);
        };
        if buffer.conflicts {
            return self.answer_file(plugin, ticket, Err(FileFailure::ChangedOnDisk), documents);
        }
        if buffer.is_being_saved() || self.formats(document) {
            let failure = FileFailure::Failed("it is being saved already".to_owned());
            return self.answer_file(plugin, ticket, Err(failure), documents);
        }
        self.wait_for(plugin, ticket, FileWork::Save(document));
        self.format_and_save_for_plugin(document, documents, out);
    }

    fn wait_for(&mut self, plugin: PluginId, ticket: Ticket, work: FileWork) {
        if let Some(slot) = self.slots.get_mut(plugin) {
            slot.files.push((ticket, work));
        }
    }

    /// Queues the answer to a request, behind what the plugin does not know yet of the document.
    fn answer_file(
        &mut self,
        plugin: PluginId,
        ticket: Ticket,
        outcome: Result<DocumentId, FileFailure>,
        documents: &Documents,
    ) {
        if let Some(slot) = self.slots.get_mut(plugin) {
            slot.notice(documents);
            slot.wait(Waiting::File(ticket, outcome));
        }
    }

    /// Takes the requests that have ended.
    fn take_ended(&mut self, is_it: impl Fn(&FileWork) -> bool) -> Vec<(PluginId, Ticket)> {
        let mut taken = Vec::new();
        for (plugin, slot) in &mut self.slots {
            let done = slot.files.extract_if(.., |(_, work)| is_it(work));
            taken.extend(done.map(|(ticket, _)| (plugin, ticket)));
        }
        taken
    }

    /// A file was opened, or could not be, for whoever has asked for it.
    pub(crate) fn file_opened(&mut self, path: &Path, failure: Option<String>, documents: &mut Documents) {
        let asked = self.take_ended(|work| matches!(work, FileWork::Open(other) if other == path));
        let open = documents.all_mut().iter_mut().find(|buffer| buffer.has_file(path));
        let outcome = match (open, failure) {
            (Some(buffer), None) => {
                buffer.brought_by = asked.first().map(|(plugin, _)| *plugin);
                Ok(buffer.id)
            }
            (_, Some(why)) => Err(FileFailure::Failed(why)),
            (None, None) => Err(FileFailure::Closed),
        };
        for (plugin, ticket) in asked {
            self.answer_file(plugin, ticket, outcome.clone(), documents);
        }
    }

    /// Whether a plugin waits for this save: then it asks the person nothing.
    pub(crate) fn awaits_save(&self, document: DocumentId) -> bool {
        let is_it = |work: &FileWork| matches!(work, FileWork::Save(other) if *other == document);
        self.slots.values().any(|slot| slot.files.iter().any(|(_, work)| is_it(work)))
    }

    /// Whether a plugin waits for this document to be saved to a new file of this path.
    pub(crate) fn awaits_save_as(&self, document: DocumentId, path: &Path) -> bool {
        let is_it =
            |work: &FileWork| matches!(work, FileWork::SaveAs(other, to) if *other == document && to == path);
        self.slots.values().any(|slot| slot.files.iter().any(|(_, work)| is_it(work)))
    }

    /// A document was saved, or could not be, for whoever has asked for it.
    pub(crate) fn file_saved(
        &mut self,
        document: DocumentId,
        path: &Path,
        failure: Option<FileFailure>,
        documents: &Documents,
    ) {
        let asked = self.take_ended(|work| match work {
            FileWork::Save(other) => *other == document,
            FileWork::SaveAs(other, to) => *other == document && to == path,
            FileWork::Open(_) => false,
        });
        for (plugin, ticket) in asked {
            let outcome = failure.clone().map_or(Ok(document), Err);
            self.answer_file(plugin, ticket, outcome, documents);
        }
    }

    /// What a plugin has brought into the editor.
    pub(super) fn brought(&self, plugin: PluginId, documents: &Documents) -> Brought {
        let open = documents.all().iter().filter(|buffer| buffer.brought_by == Some(plugin));
        let opening = self.slots.get(plugin).map_or(0, |slot| {
            slot.files.iter().filter(|(_, work)| matches!(work, FileWork::Open(_))).count()
        });
        let brought = Brought { documents: opening, bytes: 0 };
        open.fold(brought, |brought, buffer| Brought {
            documents: brought.documents + 1,
            bytes: brought.bytes.saturating_add(buffer.document.text().len()),
        })
    }
}

impl From<&SaveError> for FileFailure {
    fn from(error: &SaveError) -> Self {
        match error {
            SaveError::Changed(_) => Self::ChangedOnDisk,
            error => Self::Failed(error.to_string()),
        }
    }
}
