//! Recording keys, and typing them again.
//!
//! Recorded keys are kept as a key map writes them. In `keys.toml`, `"keys: down ctrl-d x"` in the place of a command types them.

use std::collections::VecDeque;

use crossterm::event::{KeyCode, KeyEvent};
use witdock_editor_session::{Level, Message};

use super::{App, Effect, Mode};
use crate::config::{Keys, Press};

/// The most keys that are replayed at a time. The screen is drawn, and Escape read, in between.
const SLICE: usize = 100;
/// The most keys of a replay.
const MOST_KEYS: usize = 100_000;
/// The most keys that are recorded.
const MOST_RECORDED: usize = 10_000;

/// Keys that are recorded, and those that are typed again.
#[derive(Debug, Default)]
pub(super) struct Recorder {
    /// The keys so far, while they are recorded.
    recording: Option<Vec<Press>>,
    /// The keys before the one that may run a command: that which ends the recording does not belong to it.
    before_command: usize,
    /// The last recording.
    recorded: Vec<Press>,
    /// The keys that are still to be typed.
    left: VecDeque<KeyEvent>,
}

impl Recorder {
    /// Whether keys are recorded.
    pub(super) fn is_recording(&self) -> bool {
        self.recording.is_some()
    }

    /// Whether keys are typed again.
    pub(super) fn is_replaying(&self) -> bool {
        !self.left.is_empty()
    }

    /// Takes note of a key of the person. `begins` says that it is not part of a sequence or of a line.
    fn note(&mut self, key: KeyEvent, begins: bool) {
        let Some(recording) = &mut self.recording else { return };
        if begins {
            self.before_command = recording.len();
        }
        if recording.len() < MOST_RECORDED {
            recording.push(key.into());
        }
    }
}

impl App {
    /// Whether keys are recorded.
    pub fn is_recording(&self) -> bool {
        self.recorder.is_recording()
    }

    /// Takes note of a key of the person. Gives whether it has ended a replay, and so is done.
    pub(super) fn note_key(&mut self, key: KeyEvent) -> bool {
        if self.recorder.is_replaying() {
            if key.code == KeyCode::Esc {
                let left = self.recorder.left.len();
                self.recorder.left.clear();
                self.show(Message::info(format!("replay stopped; {left} keys were left")));
            }
            return true;
        }
        let begins = matches!(self.mode, Mode::Edit) && !self.keyboard.is_pending();
        self.recorder.note(key, begins);
        false
    }

    pub(super) fn toggle_recording(&mut self) {
        if self.recorder.is_replaying() {
            return;
        }
        match self.recorder.recording.take() {
            None => {
                self.recorder.recording = Some(Vec::new());
                let key = self.keyboard.key_of("editor.record-keys");
                self.show(Message::info(format!("recording keys; {key} ends it")));
            }
            Some(mut keys) => {
                keys.truncate(self.recorder.before_command);
                if keys.is_empty() {
                    return self.show(Message::info("no keys were recorded"));
                }
                let key = self.keyboard.key_of("editor.replay-keys");
                let written = Keys::from(keys.clone()).written();
                self.recorder.recorded = keys;
                self.show(Message::info(format!("recorded for {key}: {written}")));
            }
        }
    }

    /// Types the recorded keys again.
    pub(super) fn replay_times(&mut self, times: usize) {
        if self.recorder.is_recording() {
            return self.show(Message::warning("keys are being recorded; end that first"));
        }
        if self.recorder.recorded.is_empty() {
            let key = self.keyboard.key_of("editor.record-keys");
            return self.show(Message::info(format!("no keys were recorded; {key} begins to")));
        }
        let keys = self.recorder.recorded.clone();
        self.replay(&keys, times);
    }

    /// Types keys that are written as in a key map.
    pub(super) fn replay_written(&mut self, written: &str) {
        match written.parse::<Keys>() {
            Ok(keys) => self.replay(keys.presses(), 1),
            Err(error) => self.show(Message::error(error.to_string())),
        }
    }

    fn replay(&mut self, keys: &[Press], times: usize) {
        if self.recorder.is_replaying() {
            return;
        }
        if keys.len().saturating_mul(times) > MOST_KEYS {
            let text = format!(
                "{} keys {times} times are more than {MOST_KEYS}; choose a smaller number",
                keys.len()
            );
            return self.show(Message::warning(text));
        }
        let all = (0..times).flat_map(|_| keys.iter().map(|press| press.event()));
        self.recorder.left = all.collect();
        self.effects.push(Effect::GoOn);
    }

    /// Whether what a key has begun is under way: the next key of a replay waits for it.
    pub(super) fn is_waiting(&self) -> bool {
        self.session.running_shell().is_some() || self.session.finding().is_seeking()
    }

    /// Types the next keys of a replay.
    pub(super) fn replay_on(&mut self) {
        for _ in 0..SLICE {
            if self.is_waiting() {
                return;
            }
            let Some(key) = self.recorder.left.pop_front() else { return };
            self.screen.messages_mut().pass();
            self.session.dismiss_hover();
            self.key(key);
            let effects = self.settle();
            self.effects.extend(effects);
            let said = self.screen.messages().current().filter(|said| !said.stays);
            let failure = said.map(|said| said.message).filter(|message| message.level > Level::Info);
            if let Some(why) = failure.map(|message| message.text.clone())
                && self.recorder.is_replaying()
            {
                let left = self.recorder.left.len();
                self.recorder.left.clear();
                self.show(Message::warning(format!("{why}; replay stopped, {left} keys were left")));
                return;
            }
        }
        if self.recorder.is_replaying() {
            self.effects.push(Effect::GoOn);
        }
    }
}
