//! What the editor keeps for a plugin, and how much of it there may be.
//!
//! The interface has errors for too many panels, questions and timers. A plugin whose text fills the memory of the editor breaks a rule that
//! no type expresses: its call fails, with words, and so counts as its failure.

use witdock::ContractViolation;

use super::call::Ticket;
use crate::documents::DocumentId;

/// The most things of each kind that a plugin may have in the editor; of decoration sets, in each document.
pub(super) const MOST: usize = 64;
/// The most memory that all of them take, bytes.
pub(super) const MOST_KEPT_BYTES: usize = 16 << 20;
/// The most that one call may hand over, bytes: edits with what they replace, and all that is shown. That is twice the largest text that a plugin reads
/// at once, before and after a change.
pub(super) const MOST_CALL_BYTES: usize = 64 << 20;
/// The length that a text may grow to by the edits of plugins, bytes.
pub(super) const MOST_TEXT_BYTES: usize = 64 << 20;

/// Something that the editor keeps for a plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// The status line segment of this name.
    Segment(String),
    /// The panel of this name.
    Panel(String),
    /// The window over the text of this name.
    Float(String),
    /// The subscription to this topic.
    Subscription(String),
    /// Its keys that count only somewhere.
    Keys,
    /// The decoration set of this name.
    Decorations(DocumentId, String),
    /// A question without an answer.
    Question(Ticket),
    /// A running timer.
    Timer(Ticket),
    /// A command that has not ended.
    Job(Ticket),
    /// A process, with the input that it has not read.
    Process(Ticket),
    /// A request about a document and its file, which has not ended.
    File(Ticket),
    /// Long work that has not ended.
    Work(Ticket),
}

impl Held {
    fn is_of_kind(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Decorations(one, _), Self::Decorations(two, _)) => one == two,
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }

    fn name_bytes(&self) -> usize {
        match self {
            Self::Segment(name)
            | Self::Panel(name)
            | Self::Float(name)
            | Self::Subscription(name)
            | Self::Decorations(_, name) => name.len(),
            Self::Question(_)
            | Self::Timer(_)
            | Self::Job(_)
            | Self::Process(_)
            | Self::File(_)
            | Self::Work(_)
            | Self::Keys => 0,
        }
    }
}

/// What the editor keeps for a plugin, each with the bytes that it takes.
#[derive(Debug, Clone, Default)]
pub struct Holdings(Vec<(Held, usize)>);

/// There are [`MOST`] of a kind already.
#[derive(Debug)]
pub(super) struct TooMany;

impl Holdings {
    /// Notes something that is kept.
    pub fn note(&mut self, held: Held, bytes: usize) {
        let bytes = bytes + held.name_bytes();
        self.0.push((held, bytes));
    }

    /// Takes something, in the place of what is the same. The inner error leaves all as it was.
    pub(super) fn take(
        &mut self,
        held: Held,
        bytes: usize,
    ) -> Result<Result<(), TooMany>, ContractViolation> {
        let others = self.0.iter().filter(|(other, _)| *other != held);
        if others.clone().filter(|(other, _)| other.is_of_kind(&held)).count() >= MOST {
            return Ok(Err(TooMany));
        }
        let total = others.map(|(_, bytes)| bytes).sum::<usize>() + bytes + held.name_bytes();
        if total > MOST_KEPT_BYTES {
            return Err(ContractViolation(format!(
                "has more than {} MiB of segments, panels, decorations, questions, queued commands and input of processes in the editor",
                MOST_KEPT_BYTES >> 20
            )));
        }
        self.give_up(&held);
        self.note(held, bytes);
        Ok(Ok(()))
    }

    /// Gives something up. Whether it was there.
    pub(super) fn give_up(&mut self, held: &Held) -> bool {
        let before = self.0.len();
        self.0.retain(|(other, _)| other != held);
        self.0.len() < before
    }
}

/// Refuses a change that makes a text too long. One that makes a long text shorter is fine.
pub(crate) fn refuse_growth(before: usize, after: usize) -> Result<(), ContractViolation> {
    if after <= MOST_TEXT_BYTES.max(before) {
        return Ok(());
    }
    let most = MOST_TEXT_BYTES >> 20;
    Err(ContractViolation(format!("made a text longer than {most} MiB, which plugins may not")))
}

/// Counts what a call hands over.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct HandedOver(usize);

impl HandedOver {
    pub(super) fn add(&mut self, bytes: usize) -> Result<(), ContractViolation> {
        self.0 = self.0.saturating_add(bytes);
        if self.0 <= MOST_CALL_BYTES {
            return Ok(());
        }
        let most = MOST_CALL_BYTES >> 20;
        Err(ContractViolation(format!("handed over more than {most} MiB of edits and text in one call")))
    }
}
