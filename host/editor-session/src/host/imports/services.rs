//! `prompts`, `clipboard`, `settings`, `timers` and `jobs`.

use std::time::Duration;

use super::{CallView, MOST, number};
use crate::display::{self, Question};
use crate::host::bindings::witdock::editor::types::Invocation;
use crate::host::bindings::witdock::editor::{clipboard, jobs, prompts, settings, timers};
use crate::host::call::{Ticket, new_ticket};
use crate::host::holdings::Held;
use crate::host::outcome::Timer;
use crate::size::Size;

/// The most choices of a question.
const MAX_CHOICES: usize = 10_000;
/// The shortest time of a timer.
const SHORTEST_TIMER: Duration = Duration::from_millis(10);

impl CallView<'_> {
    fn put(&mut self, question: Question) -> wasmtime::Result<Result<u64, prompts::AskError>> {
        let ticket = new_ticket();
        if self.hold(Held::Question(ticket), question.bytes())?.is_err() {
            return Ok(Err(prompts::AskError::TooMany(number(MOST))));
        }
        self.state.outcome.questions.push((ticket, question));
        Ok(Ok(ticket))
    }

    fn cancel(&mut self, ticket: Ticket) {
        self.state.holdings.give_up(&Held::Question(ticket));
        self.state.holdings.give_up(&Held::Timer(ticket));
        let outcome = &mut self.state.outcome;
        outcome.questions.retain(|(other, _)| *other != ticket);
        outcome.timers.retain(|(other, _)| *other != ticket);
        // Bounded, since a call can cancel tickets that do not exist.
        if outcome.cancelled.len() < 2 * MOST {
            outcome.cancelled.push(ticket);
        }
    }

    fn start(
        &mut self,
        milliseconds: u32,
        repeats: bool,
    ) -> wasmtime::Result<Result<u64, timers::TimerError>> {
        let after = Duration::from_millis(milliseconds.into()).max(SHORTEST_TIMER);
        let ticket = new_ticket();
        if self.hold(Held::Timer(ticket), size_of::<Timer>())?.is_err() {
            return Ok(Err(timers::TimerError::TooMany(number(MOST))));
        }
        self.state.outcome.timers.push((ticket, Timer { after, repeats }));
        Ok(Ok(ticket))
    }
}

impl prompts::Host for CallView<'_> {
    fn ask(&mut self, question: prompts::TextQuestion) -> wasmtime::Result<Result<u64, prompts::AskError>> {
        self.put(Question::Text(question.into()))
    }

    fn pick(
        &mut self,
        question: prompts::ChoiceQuestion,
    ) -> wasmtime::Result<Result<u64, prompts::AskError>> {
        if question.choices.is_empty() || question.choices.len() > MAX_CHOICES {
            return Ok(Err(prompts::AskError::Choices(number(MAX_CHOICES))));
        }
        self.put(Question::Choice(question.into()))
    }

    fn withdraw(&mut self, question: u64) -> wasmtime::Result<()> {
        self.cancel(question);
        Ok(())
    }
}

impl clipboard::Host for CallView<'_> {
    fn read(&mut self) -> wasmtime::Result<String> {
        let state = &self.state;
        Ok(state.outcome.copied.as_ref().unwrap_or(&state.snapshot.clipboard).clone())
    }

    fn write(&mut self, text: String) -> wasmtime::Result<()> {
        self.state.handed_over.add(text.len())?;
        self.state.outcome.copied = Some(text);
        Ok(())
    }
}

impl settings::Host for CallView<'_> {
    fn current(&mut self) -> wasmtime::Result<String> {
        Ok(self.state.settings.get())
    }
}

impl timers::Host for CallView<'_> {
    fn once(&mut self, after_ms: u32) -> wasmtime::Result<Result<u64, timers::TimerError>> {
        self.start(after_ms, false)
    }

    fn every(&mut self, period_ms: u32) -> wasmtime::Result<Result<u64, timers::TimerError>> {
        self.start(period_ms, true)
    }

    fn cancel(&mut self, timer: u64) -> wasmtime::Result<()> {
        CallView::cancel(self, timer);
        Ok(())
    }
}

impl jobs::Host for CallView<'_> {
    fn run(&mut self, invocation: Invocation) -> wasmtime::Result<Result<u64, jobs::JobError>> {
        let snapshot = &self.state.snapshot;
        if !snapshot.commands.contains(&invocation.command) {
            return Ok(Err(jobs::JobError::NoSuchCommand(invocation.command)));
        }
        let invocation: display::Invocation = invocation.into();
        let ticket = new_ticket();
        if self.hold(Held::Job(ticket), invocation.bytes())?.is_err() {
            return Ok(Err(jobs::JobError::QueueFull(number(MOST))));
        }
        self.state.outcome.jobs.push((ticket, invocation));
        Ok(Ok(ticket))
    }
}
