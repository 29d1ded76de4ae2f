//! Messages to the person: the one in the message line, those that stay until they are dismissed, and the log of all.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use witdock_editor_session::{Level, Message};

/// The number of messages that are kept.
const LOG_LENGTH: usize = 200;
/// The number of messages that stay until they are dismissed. The others are in the log alone.
const MOST_STAYING: usize = 20;

/// Messages to the person.
#[derive(Debug, Default)]
pub struct Messages {
    /// The time of what happens now.
    now: Option<Instant>,
    /// A moment with its time of day.
    clock: Option<(Instant, Duration)>,
    /// The message that the next key removes.
    passing: Option<Message>,
    /// Messages that stay, the latest at the end.
    staying: VecDeque<Message>,
    /// Whether the screen has shown the current message.
    was_drawn: bool,
    log: VecDeque<Logged>,
    dropped: usize,
}

/// A message in the log.
#[derive(Debug, Clone)]
pub struct Logged {
    /// The message.
    pub message: Message,
    /// How often it came in a row.
    pub count: usize,
    /// When it came last.
    at: Option<Instant>,
    /// Whether the person has to see it, and has not.
    is_unread: bool,
}

/// The current message.
#[derive(Debug, Clone, Copy)]
pub struct Current<'a> {
    /// The message.
    pub message: &'a Message,
    /// Whether Escape dismisses it, and not any key.
    pub stays: bool,
    /// The number of further messages that stay.
    pub further: usize,
}

impl Messages {
    /// Takes the time of what happens next.
    pub(super) fn set_now(&mut self, now: Instant) {
        self.now = Some(now);
    }

    /// Takes a moment with its time of day, so that the log has times.
    pub(super) fn set_clock(&mut self, now: Instant, time_of_day: Duration) {
        self.clock = Some((now, time_of_day));
        self.now.get_or_insert(now);
    }

    /// Logs a message, and shows it unless a more severe one is shown. One that nobody has asked for, and that is more than information,
    /// is unread until the person has looked at it.
    pub(super) fn show(&mut self, message: Message, is_asked_for: bool) {
        let is_unread = !is_asked_for && message.level > Level::Info || message.stays;
        match self.log.back_mut().filter(|last| last.message == message) {
            Some(last) => {
                last.count += 1;
                last.at = self.now;
                last.is_unread |= is_unread;
            }
            None => {
                if self.log.len() == LOG_LENGTH {
                    self.log.pop_front();
                    self.dropped += 1;
                }
                self.log.push_back(Logged { message: message.clone(), count: 1, at: self.now, is_unread });
            }
        }
        if message.stays {
            self.staying.retain(|old| *old != message);
            if self.staying.len() == MOST_STAYING {
                self.staying.pop_front();
            }
            self.staying.push_back(message);
            self.was_drawn = false;
        } else if self.passing.as_ref().is_none_or(|old| old.level <= message.level) {
            self.passing = Some(message);
            self.was_drawn = false;
        }
    }

    /// The message for the message line: the one that the next key removes, or the latest that stays.
    pub fn current(&self) -> Option<Current<'_>> {
        match (&self.passing, self.staying.back()) {
            (Some(message), _) => Some(Current { message, stays: false, further: self.staying.len() }),
            (None, Some(message)) => Some(Current { message, stays: true, further: self.staying.len() - 1 }),
            (None, None) => None,
        }
    }

    /// Takes note that the screen shows the current message.
    pub(super) fn drawn(&mut self) {
        self.was_drawn = true;
    }

    /// Removes the message that stays until the next key.
    pub(super) fn pass(&mut self) {
        self.passing = None;
    }

    /// Dismisses the current message, which the person has seen.
    pub(super) fn dismiss(&mut self) {
        if !self.was_drawn {
            return;
        }
        if let Some(seen) = self.passing.take().or_else(|| self.staying.pop_back()) {
            for logged in self.log.iter_mut().filter(|logged| logged.message == seen) {
                logged.is_unread = false;
            }
        }
    }

    /// The person looks at the log.
    pub(super) fn read(&mut self) {
        self.staying.clear();
        for logged in &mut self.log {
            logged.is_unread = false;
        }
    }

    /// The number of messages that the person has to see and has not, with the most severe level.
    pub fn unread(&self) -> Option<(usize, Level)> {
        let unread = self.log.iter().filter(|logged| logged.is_unread);
        unread.clone().map(|logged| logged.message.level).max().map(|level| (unread.count(), level))
    }

    /// The last messages, the latest at the end.
    pub fn log(&self) -> impl DoubleEndedIterator<Item = &Logged> {
        self.log.iter()
    }

    /// The number of older messages that the log has no more.
    pub fn dropped(&self) -> usize {
        self.dropped
    }

    /// The time of a message, as the log shows it: the time of day, or the time since the start where that is not known.
    pub fn time_of(&self, logged: &Logged) -> String {
        const DAY: u64 = 24 * 3600;
        let since = |then: Instant| logged.at.map_or(Duration::ZERO, |at| at.saturating_duration_since(then));
        let seconds = self.clock.map_or(0, |(then, time_of_day)| (time_of_day + since(then)).as_secs() % DAY);
        format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(messages: &Messages) -> Option<String> {
        messages.current().map(|current| current.message.text.clone())
    }

    #[test]
    fn what_nobody_asked_for_is_unread_until_it_is_looked_at() {
        let mut messages = Messages::default();
        messages.show(Message::error("crash"), false);
        messages.show(Message::info("saved"), false);
        messages.show(Message::warning("not found"), true);
        assert_eq!(messages.unread(), Some((1, Level::Error)));
        messages.pass();
        assert_eq!((shown(&messages), messages.unread()), (None, Some((1, Level::Error))));
        messages.read();
        assert_eq!(messages.unread(), None);

        messages.show(Message::error("crash"), false);
        messages.dismiss();
        assert!(messages.unread().is_some(), "nobody has seen it yet");
        messages.drawn();
        messages.dismiss();
        assert_eq!((shown(&messages), messages.unread()), (None, None));
    }

    #[test]
    fn a_message_that_stays_comes_back_until_it_is_dismissed() {
        let mut messages = Messages::default();
        for text in ["one", "two"] {
            messages.show(Message::info(text).until_dismissed(), false);
        }
        messages.show(Message::info("saved"), false);
        assert_eq!(shown(&messages).as_deref(), Some("saved"));
        messages.pass();
        messages.pass();
        let current = messages.current().unwrap();
        assert_eq!((&*current.message.text, current.stays, current.further), ("two", true, 1));
        messages.drawn();
        messages.dismiss();
        assert_eq!((shown(&messages).as_deref(), messages.unread()), (Some("one"), Some((1, Level::Info))));
        messages.drawn();
        messages.dismiss();
        assert_eq!((shown(&messages), messages.unread()), (None, None));
    }

    #[test]
    fn the_log_is_bounded_and_counts_what_is_said_again() {
        let mut messages = Messages::default();
        for number in 0..LOG_LENGTH + 30 {
            messages.show(Message::info(number.to_string()), false);
        }
        for _ in 0..50 {
            messages.show(Message::info("again"), false);
        }
        assert_eq!((messages.log().count(), messages.dropped()), (LOG_LENGTH, 31));
        assert_eq!(messages.log().next_back().map(|last| last.count), Some(50));
    }

    #[test]
    fn times_are_of_the_day() {
        let start = Instant::now();
        let mut messages = Messages::default();
        messages.set_clock(start, Duration::from_secs(23 * 3600 + 59 * 60 + 58));
        for after in [0, 3] {
            messages.set_now(start + Duration::from_secs(after));
            messages.show(Message::info(after.to_string()), false);
        }
        let times: Vec<String> = messages.log().map(|logged| messages.time_of(logged)).collect();
        assert_eq!(times, ["23:59:58", "00:00:01"]);
    }
}
