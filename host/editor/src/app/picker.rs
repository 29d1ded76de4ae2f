//! Lists that are filtered while a query is typed: files, documents, and what a search in all files finds.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use witdock_editor_core::{QueryOptions, Text};
use witdock_editor_session::documents::{DocumentId, Target};
use witdock_editor_session::project::{MAX_FILES, WalkEnd};
use witdock_editor_session::{Message, Session};

use super::history::{History, Kind, Recall};
use super::line::{Edited, Line};
use super::list::List;
use super::mode::Next;
use super::ranking::{Match, RankTask, add_matches};
use super::{Mode, Screen};

/// A longer list is matched on another thread, so that no key waits for it.
const SHORT: usize = 4_000;

/// The lines above the one that matters.
const LINES_ABOVE: usize = 5;

/// A list that is filtered while a query is typed.
#[derive(Debug)]
pub struct Picker {
    /// What is listed.
    pub source: Source,
    /// The query.
    pub query: Line,
    /// Which line is chosen.
    pub list: List,
    recall: Recall,
    /// Whether the next character that is typed replaces the query.
    is_suggested: bool,
    /// The lines in the order in which they came. They are shared with the thread that matches them.
    items: Vec<Arc<Vec<Item>>>,
    count: usize,
    /// The lines that match, best first. While a long list is matched, those of the query before.
    matches: Vec<Match>,
    /// The matching under way: its number, and the number of lines that it looks at.
    ranking: Option<(u64, usize)>,
    /// The work for another thread.
    task: Option<RankTask>,
    /// Whether the chosen line is wanted as soon as it is known.
    is_entered: bool,
    /// Lines of what the chosen line stands for.
    pub preview: Preview,
}

/// Lines of a file, beside the list.
#[derive(Debug, Default)]
pub struct Preview {
    /// The file and the number of the first line, from 0, that are wanted.
    wanted: Option<(PathBuf, usize)>,
    /// The lines; none while they are read.
    pub lines: Option<Vec<String>>,
    /// The number of the first line, from 0.
    pub first: usize,
    /// The number of the line that matters, from 0.
    pub line: Option<usize>,
}

/// What a [`Picker`] lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The files below a folder.
    Files {
        /// The folder.
        root: PathBuf,
        /// The number of the walk.
        walk: u64,
        /// How the walk has ended.
        end: Option<WalkEnd>,
    },
    /// The documents that are open.
    Documents,
    /// The lines that a search in all files below a folder has found. The query is the pattern.
    Search {
        /// The folder.
        root: PathBuf,
        /// Whether the pattern is a regular expression.
        regex: bool,
    },
}

/// A line of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The text, which the query is matched against.
    pub text: String,
    /// More about it.
    pub detail: String,
    value: Value,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Value {
    File(PathBuf),
    Document(DocumentId),
}

impl Picker {
    fn new(source: Source, query: Line) -> Self {
        Self {
            source,
            query,
            list: List::default(),
            recall: Recall::default(),
            is_suggested: false,
            items: Vec::new(),
            count: 0,
            matches: Vec::new(),
            ranking: None,
            task: None,
            is_entered: false,
            preview: Preview::default(),
        }
    }

    /// Lists the files below a folder.
    pub(super) fn files(root: &Path, session: &mut Session) -> Mode {
        let walk = session.walk(root.to_owned());
        Mode::Picker(Box::new(Self::new(
            Source::Files { root: root.to_owned(), walk, end: None },
            Line::default(),
        )))
    }

    /// Lists the documents, the latest first.
    pub(super) fn documents(recent: &[DocumentId], session: &Session) -> Mode {
        let documents = session.documents();
        let mut all: Vec<_> = documents.all().iter().collect();
        all.sort_by_key(|buffer| recent.iter().position(|id| *id == buffer.id).unwrap_or(usize::MAX));
        let items = all.into_iter().map(|buffer| {
            let mut detail = String::new();
            if buffer.is_modified() {
                detail += "[modified]  ";
            }
            let folder = buffer.path.as_deref().and_then(Path::parent);
            detail += &folder.map(|folder| witdock::text::path(folder).to_string()).unwrap_or_default();
            Item { text: shown(Path::new(&buffer.name())), detail, value: Value::Document(buffer.id) }
        });
        let mut picker = Self::new(Source::Documents, Line::default());
        picker.add(items.collect());
        // The first is the one that is active.
        picker.list.chosen = 1.min(picker.count.saturating_sub(1));
        Mode::Picker(Box::new(picker))
    }

    /// Searches the files below a folder, for the selected text or for what was searched last.
    pub(super) fn search(root: &Path, session: &mut Session) -> Mode {
        let selected = session.documents().selected_word();
        let last = session.results().pattern().to_owned();
        let query = if selected.is_empty() { last.clone() } else { selected };
        let mut picker =
            Self::new(Source::Search { root: root.to_owned(), regex: false }, Line::from(query.as_str()));
        picker.is_suggested = true;
        picker.list.chosen = session.results().current().filter(|_| query == last).unwrap_or_default();
        if query != last {
            picker.restart(session, None);
        }
        Mode::Picker(Box::new(picker))
    }

    /// The number of lines that match.
    pub fn matching(&self, session: &Session) -> usize {
        match self.source {
            Source::Search { .. } => session.results().found().len(),
            _ => self.matches.len(),
        }
    }

    /// The line of a match.
    pub fn item(&self, index: usize) -> Option<&Item> {
        let mut index = self.matches.get(index)?.index;
        for items in &self.items {
            match items.get(index) {
                Some(item) => return Some(item),
                None => index -= items.len(),
            }
        }
        None
    }

    /// What is listed and how much of it, in words.
    pub fn title(&self, session: &Session) -> String {
        let matching = self.matching(session);
        match &self.source {
            Source::Documents => "Open documents".to_owned(),
            Source::Files { root, end, .. } => {
                let folder = witdock::text::path(root);
                let more = match end {
                    None => "…".to_owned(),
                    Some(WalkEnd::TooMany) => format!(", the first {MAX_FILES} files only"),
                    Some(WalkEnd::Complete | WalkEnd::Stopped) => String::new(),
                };
                format!("{matching} of {}{more}  {folder}", self.count)
            }
            Source::Search { root, regex } => {
                let kind = if *regex { "regular expression" } else { "text" };
                let folder = witdock::text::path(root);
                let results = session.results();
                let lines = witdock::counted(matching as u64, "line");
                let more = match results.end() {
                    _ if results.pattern().is_empty() => String::new(),
                    None => format!(": {lines}…"),
                    Some(end) if end.is_cut => format!(": the first {lines} only"),
                    Some(end) if end.too_large > 0 => {
                        format!(": {lines}, {} too large", witdock::counted(end.too_large as u64, "file"))
                    }
                    Some(_) => format!(": {lines}"),
                };
                format!("Find {kind}{more}  {folder}")
            }
        }
    }

    /// The keys, in words.
    pub fn keys(&self) -> &'static str {
        match self.source {
            Source::Search { .. } => "Enter goes there  Alt-R text or regular expression  Esc",
            _ => "Enter opens  Esc closes",
        }
    }

    /// Adds lines. They are few, so that matching them takes no time.
    fn add(&mut self, items: Vec<Item>) {
        let from = self.count;
        self.count += items.len();
        // While the list is matched on another thread, these wait.
        if self.ranking.is_none() && self.task.is_none() {
            add_matches(&mut self.matches, self.query.text(), &items, from);
        }
        self.items.push(Arc::new(items));
    }

    /// Takes files of a walk.
    pub(super) fn walked(&mut self, number: u64, files: Vec<PathBuf>, ended: Option<WalkEnd>) {
        let Source::Files { walk, end, .. } = &mut self.source else { return };
        if *walk != number {
            return;
        }
        *end = ended;
        if !files.is_empty() {
            let item =
                |file: PathBuf| Item { text: shown(&file), detail: String::new(), value: Value::File(file) };
            self.add(files.into_iter().map(item).collect());
        }
    }

    /// The matching to do on another thread, under a number of its own.
    pub(super) fn take_task(&mut self, number: &mut u64) -> Option<RankTask> {
        let mut task = self.task.take()?;
        *number += 1;
        task.number = *number;
        self.ranking = Some((*number, task.items.iter().map(|items| items.len()).sum()));
        Some(task)
    }

    /// Takes what another thread has matched. Gives whether the chosen line is wanted now.
    pub(super) fn ranked(&mut self, number: u64, matches: Vec<Match>) -> bool {
        let Some((_, count)) = self.ranking.take_if(|(own, _)| *own == number) else { return false };
        self.matches = matches;
        self.list = List::default();
        // Lines that have come meanwhile. They are as few as a walk finds in that time.
        let mut from = 0;
        for items in &self.items {
            if from >= count {
                add_matches(&mut self.matches, self.query.text(), items.iter(), from);
            }
            from += items.len();
        }
        std::mem::take(&mut self.is_entered)
    }

    /// Lists again what matches the query.
    fn restart(&mut self, session: &mut Session, screen: Option<&mut Screen>) {
        self.list = List::default();
        self.is_entered = false;
        if let Source::Search { root, regex } = &self.source {
            let options = QueryOptions { regex: *regex, ..QueryOptions::default() };
            if self.query.is_empty() {
                session.forget_results();
            } else if let Err(error) = session.search(root.clone(), self.query.text(), options) {
                session.forget_results();
                if let Some(screen) = screen {
                    screen.show(Message::info(error.to_string()));
                }
            }
            return;
        }
        if self.count <= SHORT {
            (self.ranking, self.task) = (None, None);
            self.matches.clear();
            let mut from = 0;
            for items in &self.items {
                add_matches(&mut self.matches, self.query.text(), items.iter(), from);
                from += items.len();
            }
        } else {
            let (query, items) = (self.query.text().to_owned(), self.items.clone());
            self.task = Some(RankTask { number: 0, query, items });
        }
    }

    pub(super) fn paste(&mut self, text: &str, session: &mut Session, screen: &mut Screen) {
        if std::mem::take(&mut self.is_suggested) {
            self.query = Line::default();
        }
        self.query.insert(text);
        self.restart(session, Some(screen));
    }

    pub(super) fn key(
        mut self: Box<Self>,
        key: KeyEvent,
        session: &mut Session,
        screen: &mut Screen,
        history: &History,
    ) -> Next {
        let count = self.matching(session);
        let room = screen.picker_area(session).rows();
        let alt = key.modifiers.contains(KeyModifiers::ALT);
        match key.code {
            KeyCode::Esc => return Next::Edit,
            KeyCode::Enter => return self.enter(session),
            KeyCode::Char('r') if alt => {
                if let Source::Search { regex, .. } = &mut self.source {
                    *regex = !*regex;
                    self.restart(session, Some(screen));
                }
            }
            _ if self.list.key(key, count, room) => {}
            _ if alt
                && matches!(self.source, Source::Search { .. })
                && self.recall.key(key, Kind::Find, history, &mut self.query) =>
            {
                self.restart(session, Some(screen));
            }
            _ => {
                if self.is_suggested && super::keyboard::typed(key).is_some() {
                    self.query = Line::default();
                }
                match self.query.key(key) {
                    Edited::Changed => {
                        self.is_suggested = false;
                        self.restart(session, Some(screen));
                    }
                    Edited::Moved => self.is_suggested = false,
                    Edited::Nothing => {}
                }
            }
        }
        Next::Mode(Mode::Picker(self))
    }

    /// Asks for lines of what the chosen line stands for, if that is another one than before.
    pub(super) fn follow_preview(&mut self, session: &mut Session) {
        let index = self.list.chosen;
        let (file, line) = match &self.source {
            Source::Search { .. } => {
                let results = session.results();
                let line = results.found().get(index).map(|found| found.line);
                (results.file(index).map(Path::to_owned), line)
            }
            Source::Files { root, .. } => match self.item(index).map(|item| &item.value) {
                Some(Value::File(file)) => (Some(root.join(file)), None),
                _ => (None, None),
            },
            Source::Documents => match self.item(index).map(|item| &item.value) {
                Some(Value::Document(id)) => {
                    (session.documents().find(*id).and_then(|buffer| buffer.path.clone()), None)
                }
                _ => (None, None),
            },
        };
        let first = line.map_or(0, |line| line.saturating_sub(LINES_ABOVE));
        let wanted = file.map(|file| (file, first));
        self.preview.line = line;
        if self.preview.wanted != wanted {
            self.preview = Preview { wanted: wanted.clone(), lines: None, first, line };
            let Some((file, first)) = wanted else { return };
            let open = session.documents().all().iter().find(|buffer| buffer.path.as_ref() == Some(&file));
            match open {
                // A document is shown as it is, saved or not.
                Some(buffer) => self.preview.lines = Some(lines_of(buffer.document.text(), first)),
                None => session.peek(file, first),
            }
        }
    }

    /// Takes lines of a file.
    pub(super) fn peeked(&mut self, file: PathBuf, first: usize, lines: Vec<String>) {
        if self.preview.wanted == Some((file, first)) {
            self.preview.lines = Some(lines);
        }
    }

    /// Does what the chosen line is for.
    pub(super) fn enter(mut self: Box<Self>, session: &mut Session) -> Next {
        if let Source::Search { .. } = self.source {
            if self.list.chosen >= session.results().found().len() {
                return Next::Mode(Mode::Picker(self));
            }
            session.show_result(self.list.chosen);
            return Next::Edit;
        }
        if self.ranking.is_some() || self.task.is_some() {
            // What is in sight belongs to the query before.
            self.is_entered = true;
            return Next::Mode(Mode::Picker(self));
        }
        match (self.item(self.list.chosen).map(|item| &item.value), &self.source) {
            (Some(Value::File(file)), Source::Files { root, .. }) => {
                session.open(Target::from(&*root.join(file)));
            }
            (Some(Value::Document(document)), _) => session.activate(*document),
            _ => return Next::Mode(Mode::Picker(self)),
        }
        Next::Edit
    }
}

/// Some lines of a text, from this one on.
fn lines_of(text: &Text, first: usize) -> Vec<String> {
    const LINES: usize = 100;
    const BYTES: usize = 300;
    let lines = (first..text.line_count()).take(LINES);
    lines
        .map(|line| {
            let start = text.line_start(line);
            text.slice(start..text.line_end(line).min(start + BYTES)).replace('\t', "    ")
        })
        .collect()
}

/// A path as a list shows it.
fn shown(path: &Path) -> String {
    witdock::text::path(path).to_string()
}
