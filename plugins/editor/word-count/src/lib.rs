//! Shows words, characters and reading time in the status line, of the selections if something is selected.
//!
//! ```toml
//! [plugins.word-count]
//! words_per_minute = 230
//! ```

mod count;

use count::{Counts, some};
use serde::Deserialize;
use witdock_editor_guest::status_line::{self, Segment};
use witdock_editor_guest::{
    ActivateError, Document, DocumentVersion, Event, EventKinds, Plugin, Registration, Scope, Span,
    TextError, selections,
};

/// Texts up to this length, in bytes, are counted after every change, longer ones when the editor is idle.
const COUNTED_LIVE: usize = 128 << 10;

const SEGMENT: &str = "count";

/// The settings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    words_per_minute: u32,
}

impl Default for Settings {
    fn default() -> Self {
        // The average for adults reading English silently (Brysbaert 2019: 238 for non-fiction).
        Settings { words_per_minute: 230 }
    }
}

/// The plugin.
#[derive(Debug)]
pub struct WordCount {
    words_per_minute: u32,
    /// The counts of the last text, so that moving the cursor needs no counting.
    counted: Option<(DocumentVersion, Counts)>,
}

witdock_editor_guest::export!(WordCount);

impl Plugin for WordCount {
    type Settings = Settings;

    fn new(settings: Settings) -> Result<Self, ActivateError> {
        if settings.words_per_minute == 0 {
            return Err(ActivateError::Settings("`words_per_minute` must be 1 or more".to_owned()));
        }
        Ok(WordCount { words_per_minute: settings.words_per_minute, counted: None })
    }

    fn registration(&self) -> Registration {
        Registration::new().on(EventKinds::OPENED
            | EventKinds::CHANGED
            | EventKinds::CLOSED
            | EventKinds::CURSOR_MOVED
            | EventKinds::SELECTION_CHANGED
            | EventKinds::IDLE)
    }

    fn on_event(&mut self, event: Event) {
        self.show(matches!(event, Event::Idle(_)));
    }
}

impl WordCount {
    fn show(&mut self, has_time: bool) {
        let Some(document) = Document::current() else {
            status_line::clear(SEGMENT);
            return;
        };
        let text = match self.text(&document, has_time) {
            Ok(Some(text)) => text,
            Ok(None) => return,
            Err(_) => "too long to count".to_owned(),
        };
        Segment::new(vec![Span::new(text, Scope::Muted)]).show(SEGMENT);
    }

    /// The segment's text; `None` if counting has to wait for an idle moment.
    fn text(&mut self, document: &Document, has_time: bool) -> Result<Option<String>, TextError> {
        if let Some(selected) = selected(document, has_time)? {
            return Ok(Some(format!("{} selected", self.sentence(selected))));
        }
        let version = document.version();
        let counts = match self.counted {
            Some((counted, counts)) if counted == version => counts,
            _ if has_time || document.length() <= COUNTED_LIVE => Counts::of(&document.whole_text()?),
            _ => return Ok(None),
        };
        self.counted = Some((version, counts));
        Ok(Some(self.sentence(counts)))
    }

    fn sentence(&self, counts: Counts) -> String {
        let words = some(counts.words, "word");
        let characters = some(counts.characters, "character");
        format!("{words}, {characters}, {} min", counts.minutes(self.words_per_minute))
    }
}

/// The counts of the selections, if something is selected and short enough to count.
fn selected(document: &Document, has_time: bool) -> Result<Option<Counts>, TextError> {
    let Some(set) = selections::get(document.id()) else {
        return Ok(None);
    };
    let ranges: Vec<_> =
        set.selections.iter().filter(|one| !one.is_cursor()).map(|one| one.bytes()).collect();
    let bytes: usize = ranges.iter().map(ExactSizeIterator::len).sum();
    if bytes == 0 || (bytes > COUNTED_LIVE && !has_time) {
        return Ok(None);
    }
    let mut counts = Counts::default();
    for range in ranges {
        counts += Counts::of(&document.text(range)?);
    }
    Ok(Some(counts))
}

#[cfg(test)]
mod tests {
    use super::*;
    use witdock_editor_guest::Edit;

    #[test]
    fn a_short_text_is_counted_at_once() {
        let mut plugin = WordCount::new(Settings::default()).unwrap();
        let document = Document::of_text("text", "one two");
        assert_eq!(plugin.text(&document, false), Ok(Some("2 words, 7 characters, 1 min".to_owned())));
        document.apply(vec![Edit::insert(7, " three")]).unwrap();
        assert_eq!(plugin.text(&document, false), Ok(Some("3 words, 13 characters, 1 min".to_owned())));
    }

    #[test]
    fn a_long_text_is_counted_in_a_pause() {
        let mut plugin = WordCount::new(Settings { words_per_minute: 200 }).unwrap();
        let document = Document::of_text("text", &"word ".repeat(40_000));
        assert_eq!(plugin.text(&document, false), Ok(None));
        let counted = Ok(Some("40,000 words, 200,000 characters, 200 min".to_owned()));
        assert_eq!(plugin.text(&document, true), counted);
        // Counts are reused when the cursor moves.
        assert_eq!(plugin.text(&document, false), counted);
    }

    #[test]
    fn nobody_reads_no_words_a_minute() {
        let refused = WordCount::new(Settings { words_per_minute: 0 }).unwrap_err();
        assert_eq!(refused, ActivateError::Settings("`words_per_minute` must be 1 or more".to_owned()));
    }
}
