//! Completes words from the open documents, the nearest first.
//!
//! ```toml
//! [plugins.word-complete]
//! min_prefix = 2     # letters before completions are offered
//! most = 30          # the maximum number of completions
//! ```

mod words;

use serde::Deserialize;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use witdock_editor_guest::{
    ActivateError, Completion, CompletionKind, Document, DocumentId, Edit, Event, EventKinds, Plugin,
    Registration, Revision, TextError,
};
use words::{Candidates, prefix_at, words};

/// How far before and after the cursor to look for words, in bytes.
const NEAR: usize = 128 << 10;

/// How much of each other document is read, in bytes.
const ELSEWHERE: usize = 256 << 10;

/// The settings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    min_prefix: usize,
    most: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { min_prefix: 2, most: 30 }
    }
}

/// The plugin.
#[derive(Debug)]
pub struct WordComplete {
    settings: Settings,
    /// The words of the other documents, read once for each revision.
    elsewhere: HashMap<DocumentId, (Revision, HashSet<String>)>,
}

witdock_editor_guest::export!(WordComplete);

impl Plugin for WordComplete {
    type Settings = Settings;

    fn new(settings: Settings) -> Result<Self, ActivateError> {
        if settings.min_prefix == 0 {
            return Err(ActivateError::Settings("`min_prefix` must be 1 or more".to_owned()));
        }
        Ok(WordComplete { settings, elsewhere: HashMap::new() })
    }

    fn registration(&self) -> Registration {
        Registration::new().completes().on(EventKinds::CLOSED)
    }

    fn on_event(&mut self, event: Event) {
        if let Event::Closed(document) = event {
            self.elsewhere.remove(&document);
        }
    }

    fn complete(&mut self, document: &Document, at: usize) -> Vec<Completion> {
        self.offer(document, at, Document::all_open()).unwrap_or_default()
    }
}

impl WordComplete {
    fn offer(
        &mut self,
        document: &Document,
        at: usize,
        open: Vec<Document>,
    ) -> Result<Vec<Completion>, TextError> {
        let Some(line) = document.line(document.line_at(at))? else { return Ok(Vec::new()) };
        let line_start = usize::try_from(line.start).unwrap_or(usize::MAX);
        let prefix = prefix_at(&line.text, at.saturating_sub(line_start));
        if prefix.chars().count() < self.settings.min_prefix {
            return Ok(Vec::new());
        }
        for other in open.iter().filter(|other| other.id() != document.id()) {
            self.read(other)?;
        }

        let typed = at - prefix.len()..at;
        let (near_start, near) = part(document, at.saturating_sub(NEAR)..at.saturating_add(NEAR))?;
        let mut candidates = Candidates::default();
        for (start, word) in words(&near).map(|(start, word)| (near_start + start, word)) {
            // Skips the word that is being typed.
            if start != typed.start {
                candidates.add(word, start.abs_diff(at));
            }
        }
        let others = self.elsewhere.iter().filter(|(id, _)| **id != document.id());
        for word in others.flat_map(|(_, (_, words))| words) {
            candidates.add(word, usize::MAX);
        }
        let completion = |word: &str| Completion {
            label: word.to_owned(),
            kind: CompletionKind::Word,
            detail: String::new(),
            edit: Edit::replace(typed.clone(), word),
        };
        Ok(candidates.best(prefix, self.settings.most).into_iter().map(completion).collect())
    }

    fn read(&mut self, document: &Document) -> Result<(), TextError> {
        let revision = document.revision();
        let known = self.elsewhere.entry(document.id()).or_default();
        if known.0 != revision {
            let (_, text) = part(document, 0..ELSEWHERE)?;
            *known = (revision, words(&text).map(|(_, word)| word.to_owned()).collect());
        }
        Ok(())
    }
}

/// The whole lines of this range, with their offset, so that no character and no word is cut.
fn part(document: &Document, bytes: Range<usize>) -> Result<(usize, String), TextError> {
    let end = bytes.end.min(document.length());
    let line_start = |offset| Ok(document.line(document.line_at(offset))?.map(|line| line.start));
    let start = line_start(bytes.start)?.unwrap_or(0);
    let start = usize::try_from(start).unwrap_or(usize::MAX);
    let end = match document.line(document.line_at(end).saturating_add(1))? {
        Some(next) => usize::try_from(next.start).unwrap_or(usize::MAX),
        None => document.length(),
    };
    Ok((start, document.text(start..end)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use witdock_editor_guest::apply;

    fn offered(text: &str, at: usize) -> Vec<String> {
        let mut plugin = WordComplete::new(Settings::default()).unwrap();
        let completions = plugin.complete(&Document::of_text("text", text), at);
        completions.into_iter().map(|completion| apply(text, &[completion.edit]).unwrap()).collect()
    }

    #[test]
    fn a_word_is_completed_where_it_is_typed() {
        let text = "élan elaborate\nel\nelse";
        assert_eq!(offered(text, 18), ["élan elaborate\nelse\nelse", "élan elaborate\nelaborate\nelse"]);
    }

    #[test]
    fn nothing_is_offered_for_too_little() {
        assert_eq!(offered("else e", 6), [""; 0]);
        assert_eq!(offered("else. ", 6), [""; 0]);
    }

    #[test]
    fn the_word_that_is_typed_is_not_offered() {
        assert_eq!(offered("other", 2), [""; 0]);
    }

    #[test]
    fn a_long_text_is_searched_around_the_cursor() {
        let far = format!("nearby_not\n{}", "filler text\n".repeat(20_000));
        let text = format!("{far}nearby_word\nnea");
        assert_eq!(offered(&text, text.len()), [format!("{far}nearby_word\nnearby_word")]);
    }
}
