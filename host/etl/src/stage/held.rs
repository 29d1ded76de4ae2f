//! Whether the rows that a plugin holds between batches survive: a reload or a roll-back must not lose rows silently.

use witdock::Handover;

/// An instance of a stage's plugin, with the generation that it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Served {
    pub(super) instance: u64,
    pub(super) generation: u64,
}

/// What the host knows about the rows that a stage's plugin holds.
#[derive(Debug, Default)]
pub(super) struct Held {
    /// The instance that answered last.
    last: Option<Served>,
    /// The instance that answered before the last change of instances.
    before: Option<Served>,
    /// Whether the result depends on something in the plugin, as far as the host can see: rows went in and did not come out, or the
    /// plugin keeps state.
    holds: bool,
    /// Whether that has become so, or changed, since the last reload.
    took_since: bool,
}

impl Held {
    /// Notes that the instance has processed a batch, and whether it may hold something of it now.
    pub(super) fn took(&mut self, holds: bool) {
        self.holds |= holds;
        self.took_since |= holds;
    }

    /// Whether the result depends on something in the plugin.
    pub(super) fn holds(&self) -> bool {
        self.holds
    }

    /// Notes that another instance has been brought to where the last one was.
    pub(super) fn renew(&mut self) {
        self.last = None;
        self.before = None;
        self.took_since = false;
    }

    /// Whether no instance has answered yet.
    pub(super) fn is_new(&self) -> bool {
        self.last.is_none()
    }

    /// Whether another instance answered before this one. The first instance of a run is no change.
    pub(super) fn changes(&mut self, served: Served) -> bool {
        self.last.get_or_insert(served).instance != served.instance
    }

    /// Notes that another instance has answered. False when it lacks what the one before it held, or may lack it: `handover` is about
    /// the instance right before it, which is another one if a generation never answered, or was rolled back.
    pub(super) fn hand_over(&mut self, served: Served, handover: Handover) -> bool {
        let is_next = self.last.is_none_or(|last| served.generation == last.generation + 1);
        let whole = match handover {
            Handover::Kept => is_next,
            Handover::None => !self.holds,
            Handover::Lost => false,
        };
        self.took_since = false;
        self.before = self.last.replace(served);
        whole
    }

    /// Notes that the generation before `failed` serves again, with what it held at the reload. False when the failed generation
    /// has processed batches, which are lost with it.
    pub(super) fn roll_back(&mut self, failed: u64) -> bool {
        // A generation that failed in its first call never answered, so nothing was noted about it.
        if self.last.is_some_and(|last| last.generation == failed)
            && let Some(before) = self.before.take()
        {
            self.last = Some(before);
            return !self.took_since;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The instance of this number. It runs the generation of the next number, as if there were no restarts.
    fn instance(number: u64) -> Served {
        Served { instance: number, generation: number + 1 }
    }

    /// A run in which instance 0 of generation 1 has processed a batch.
    fn after_a_batch(holds: bool) -> Held {
        let mut held = Held::default();
        assert!(!held.changes(instance(0)));
        held.took(holds);
        held
    }

    #[test]
    fn a_reload_loses_nothing_of_a_plugin_that_holds_nothing() {
        let mut held = after_a_batch(false);
        assert!(held.changes(instance(1)));
        assert!(held.hand_over(instance(1), Handover::None));
    }

    #[test]
    fn a_reload_without_hand_over_loses_what_was_held() {
        assert!(!after_a_batch(true).hand_over(instance(1), Handover::None));
        assert!(!after_a_batch(true).hand_over(instance(1), Handover::Lost));
        assert!(after_a_batch(true).hand_over(instance(1), Handover::Kept));
    }

    #[test]
    fn lost_state_counts_though_nothing_was_seen_to_be_held() {
        assert!(!after_a_batch(false).hand_over(instance(1), Handover::Lost));
    }

    #[test]
    fn a_hand_over_from_a_generation_that_never_answered_says_nothing() {
        let mut held = after_a_batch(true);
        assert!(held.changes(instance(2)));
        assert!(!held.hand_over(instance(2), Handover::Kept), "generation 2 may have lost the state");
    }

    #[test]
    fn a_hand_over_to_an_older_generation_says_nothing() {
        let mut held = after_a_batch(false);
        assert!(held.hand_over(instance(1), Handover::Kept));
        held.took(true);
        assert!(held.changes(instance(0)));
        assert!(!held.hand_over(instance(0), Handover::Kept), "it has the state of before the reload");
    }

    #[test]
    fn a_rollback_in_the_first_call_is_whole() {
        let mut held = after_a_batch(true);
        assert!(held.roll_back(2));
        assert!(!held.changes(instance(0)), "the instance before the reload answers again");
    }

    #[test]
    fn a_rollback_after_state_moved_on_is_not() {
        let mut held = after_a_batch(true);
        assert!(held.hand_over(instance(1), Handover::Kept));
        assert!(held.roll_back(2), "nothing was taken since");
        let mut held = after_a_batch(true);
        assert!(held.hand_over(instance(1), Handover::Kept));
        held.took(true);
        assert!(!held.roll_back(2), "generation 2 has processed a batch");
    }

    #[test]
    fn a_rollback_to_a_fresh_instance_is_noticed() {
        let mut held = after_a_batch(true);
        assert!(held.hand_over(instance(1), Handover::Kept));
        assert!(held.roll_back(2));
        assert!(held.changes(instance(2)), "not instance 0, which was discarded");
    }
}
