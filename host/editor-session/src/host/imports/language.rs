//! `language`: what plugins know about code.

use witdock::ContractViolation;

use super::CallView;
use crate::code::{Answer, CodeAction, Suggestion, Symbol};
use crate::host::bindings::witdock::editor::language;
use crate::host::code;
use crate::host::convert::one_line;

/// The most offers of a plugin, and the most bytes of their languages.
const MOST_OFFERS: usize = 64;
const MOST_OFFER_BYTES: usize = 64 << 10;
/// The most items of one answer.
const MOST_ITEMS: usize = 100_000;

impl language::Host for CallView<'_> {
    fn set_offers(&mut self, offers: Vec<language::Offer>) -> wasmtime::Result<()> {
        let bytes = |offer: &language::Offer| {
            offer.languages.iter().map(|language| language.len() + 32).sum::<usize>()
                + 4 * offer.completion_triggers.len()
        };
        if offers.len() > MOST_OFFERS || offers.iter().map(bytes).sum::<usize>() > MOST_OFFER_BYTES {
            return Err(ContractViolation(format!(
                "offers more than {MOST_OFFERS} times, or for too many languages"
            ))
            .into());
        }
        self.state.outcome.offers = Some(offers.into_iter().map(Into::into).collect());
        Ok(())
    }

    fn answer_places(
        &mut self,
        request: u64,
        answer: Result<language::Places, String>,
    ) -> wasmtime::Result<()> {
        let count = answer.as_ref().map_or(0, |places| places.places.len());
        let root = self.state.snapshot.root.clone();
        self.answer(request, count, answer.map(|places| Answer::Places(code::places(places, &root))))
    }

    fn answer_description(
        &mut self,
        request: u64,
        answer: Result<Option<language::Description>, String>,
    ) -> wasmtime::Result<()> {
        let lines =
            answer.as_ref().ok().and_then(Option::as_ref).map_or(0, |description| description.lines.len());
        self.answer(
            request,
            lines,
            answer.map(|description| Answer::Description(description.map(Into::into))),
        )
    }

    fn answer_suggestions(
        &mut self,
        request: u64,
        answer: Result<language::Suggestions, String>,
    ) -> wasmtime::Result<()> {
        let count = answer.as_ref().map_or(0, |all| all.suggestions.len());
        let answer = answer.map(|all| {
            let columns = code::columns(all.columns);
            Answer::Suggestions(columns, all.suggestions.into_iter().map(Suggestion::from).collect())
        });
        self.answer(request, count, answer)
    }

    fn answer_edit(
        &mut self,
        request: u64,
        answer: Result<language::WorkspaceEdit, String>,
    ) -> wasmtime::Result<()> {
        let count = answer
            .as_ref()
            .map_or(0, |edit| edit.targets.iter().map(|target| target.replacements.len() + 1).sum());
        let root = self.state.snapshot.root.clone();
        self.answer(request, count, answer.map(|edit| Answer::Edit(code::workspace_edit(edit, &root))))
    }

    fn answer_actions(
        &mut self,
        request: u64,
        answer: Result<Vec<language::Action>, String>,
    ) -> wasmtime::Result<()> {
        let count = answer.as_ref().map_or(0, Vec::len);
        let answer = answer.map(|all| Answer::Actions(all.into_iter().map(CodeAction::from).collect()));
        self.answer(request, count, answer)
    }

    fn answer_symbols(
        &mut self,
        request: u64,
        answer: Result<language::Symbols, String>,
    ) -> wasmtime::Result<()> {
        let count = answer.as_ref().map_or(0, |all| all.symbols.len());
        let answer = answer.map(|all| {
            Answer::Symbols(code::columns(all.columns), all.symbols.into_iter().map(Symbol::from).collect())
        });
        self.answer(request, count, answer)
    }
}

impl CallView<'_> {
    /// Keeps an answer until the call ends. What one transfer may have bounds its bytes.
    fn answer(&mut self, request: u64, count: usize, answer: Result<Answer, String>) -> wasmtime::Result<()> {
        if count > MOST_ITEMS || self.state.outcome.answers.len() > super::MOST {
            return Err(ContractViolation(format!("answered with more than {MOST_ITEMS} items")).into());
        }
        self.state.handed_over.add(count.saturating_mul(size_of::<Suggestion>()))?;
        self.state.outcome.answers.push((request, answer.map_err(|why| one_line(&why))));
        Ok(())
    }
}
