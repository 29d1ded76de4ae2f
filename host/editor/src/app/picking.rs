//! Opening lists, and what happens while one is open.

use std::path::PathBuf;

use super::{App, Effect, Match, Mode, Picker, Source};

impl App {
    pub(super) fn pick_file(&mut self) {
        let root = self.root();
        self.mode = Picker::files(&root, &mut self.session);
    }

    /// The folder that the person works in.
    fn root(&self) -> PathBuf {
        self.root.clone().unwrap_or_else(|| self.session.root().to_owned())
    }

    pub(super) fn pick_document(&mut self) {
        self.mode = Picker::documents(&self.recent, &self.session);
    }

    pub(super) fn search_files(&mut self) {
        let root = self.root();
        self.mode = Picker::search(&root, &mut self.session);
    }

    /// Takes what another thread has matched.
    pub(super) fn ranked(&mut self, number: u64, matches: Vec<Match>) {
        let Mode::Picker(picker) = &mut self.mode else { return };
        if picker.ranked(number, matches)
            && let Mode::Picker(picker) = std::mem::take(&mut self.mode)
        {
            let next = picker.enter(&mut self.session);
            self.go_on(next);
        }
    }

    /// Hands long lists to another thread, ends walks and searches that nobody sees any more, and remembers the order of documents.
    pub(super) fn follow_lists(&mut self) {
        if let Some(active) = self.session.documents().active().map(|buffer| buffer.id)
            && self.recent.first() != Some(&active)
        {
            let documents = self.session.documents();
            self.recent.retain(|id| *id != active && documents.find(*id).is_some());
            self.recent.insert(0, active);
        }
        let has_preview = self.screen.picker_area(&self.session).preview.is_some();
        if let Mode::Picker(picker) = &mut self.mode
            && has_preview
        {
            picker.follow_preview(&mut self.session);
        }
        if let Mode::Picker(picker) = &mut self.mode
            && let Some(task) = picker.take_task(&mut self.rankings)
        {
            self.effects.push(Effect::Rank(task));
        }
        let is_listing = match &self.mode {
            Mode::Picker(picker) => picker.source != Source::Documents,
            _ => false,
        };
        if std::mem::replace(&mut self.is_listing, is_listing) && !is_listing {
            self.session.stop_walk();
            self.session.stop_search();
        }
    }
}
