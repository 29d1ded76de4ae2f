//! The texts that an editor has left behind, until the person has decided about each.

use std::path::Path;

use similar::TextDiff;
use witdock_editor_core::Text;

use super::Kept;
use crate::documents::{DocumentId, Documents, Origin, Target};
use crate::message::Message;
use crate::outbox::{Effect, Outbox};

/// Lines around a difference.
const AROUND: usize = 3;
/// A longer text is not compared, since that may take long.
const LONGEST_COMPARED: usize = 8 << 20;

/// The texts that an editor has left behind, until the person has decided about each.
#[derive(Debug, Default)]
pub struct Left {
    kept: Vec<Kept>,
    /// Those that the person wants back, whose files are being opened.
    wanted: Vec<Kept>,
}

impl Left {
    /// The texts, the oldest first.
    pub fn all(&self) -> &[Kept] {
        &self.kept
    }

    pub(crate) fn add(&mut self, kept: Vec<Kept>) {
        self.kept.extend(kept);
    }

    /// Brings a text back: into the document of its file, as one step to undo, or into a new one.
    pub(crate) fn recover(&mut self, index: usize, documents: &mut Documents, out: &mut Outbox) {
        if index >= self.kept.len() {
            return;
        }
        let kept = self.kept.remove(index);
        match &kept.file {
            None => {
                let document = documents.open_text(kept.text.clone());
                out.effect(Effect::Adopt { document, kept });
            }
            Some(file) => {
                if document_of(&kept, documents).is_none() {
                    out.effect(Effect::Open(Target::from(&**file)));
                }
                self.wanted.push(kept);
                self.opened(documents, out);
            }
        }
    }

    /// Takes note that a file could not be opened: its text waits for another decision.
    pub(crate) fn not_opened(&mut self, file: &Path) {
        let (failed, wanted) = std::mem::take(&mut self.wanted)
            .into_iter()
            .partition(|kept: &Kept| kept.file.as_deref() == Some(file));
        self.wanted = wanted;
        self.kept.extend::<Vec<Kept>>(failed);
    }

    /// Takes note that files may have been opened.
    pub(crate) fn opened(&mut self, documents: &mut Documents, out: &mut Outbox) {
        let wanted = std::mem::take(&mut self.wanted);
        for kept in wanted {
            match document_of(&kept, documents) {
                Some(document) => {
                    let name = kept.name();
                    match documents.replace_text(document, &kept.text.text, Origin::Command) {
                        Ok(()) => out.show(Message::info(format!(
                            "{name}: the unsaved changes are back; undo shows the file as it is"
                        ))),
                        Err(error) => out.show(Message::error(format!("{name}: {error}"))),
                    }
                    out.effect(Effect::Adopt { document, kept });
                }
                None => self.wanted.push(kept),
            }
        }
    }

    /// Drops a text for good.
    pub(crate) fn discard(&mut self, index: usize, out: &mut Outbox) {
        if index < self.kept.len() {
            out.effect(Effect::Discard(self.kept.remove(index)));
        }
    }

    /// What differs between the document of a text's file and the text, line by line with `-` and `+` in front; `None` while that
    /// document is not open.
    pub fn difference(&self, index: usize, documents: &Documents) -> Option<Vec<String>> {
        let kept = self.kept.get(index)?;
        let empty = Text::new();
        let before = match &kept.file {
            Some(_) => documents.find(document_of(kept, documents)?)?.document.text(),
            None => &empty,
        };
        Some(difference(before, &kept.text.text))
    }
}

fn document_of(kept: &Kept, documents: &Documents) -> Option<DocumentId> {
    let file = kept.file.as_deref()?;
    documents
        .all()
        .iter()
        .find(|buffer| buffer.path.is_some() && buffer.file.path() == file)
        .map(|found| found.id)
}

fn difference(before: &Text, after: &Text) -> Vec<String> {
    if before.len().max(after.len()) > LONGEST_COMPARED {
        return vec![format!("{} bytes, and {} bytes with the unsaved changes", before.len(), after.len())];
    }
    let (before, after) = (before.to_string(), after.to_string());
    let difference =
        TextDiff::configure().timeout(std::time::Duration::from_millis(500)).diff_lines(&before, &after);
    let unified = difference.unified_diff().context_radius(AROUND).to_string();
    if unified.is_empty() {
        return vec!["no difference".to_owned()];
    }
    unified.lines().map(str::to_owned).collect()
}
