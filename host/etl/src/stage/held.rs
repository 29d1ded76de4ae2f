//! Whether the rows that a plugin holds between batches survive: a reload or a roll-back must not lose rows silently.

use witdock::Handover;

/// What the host knows about the rows that a stage's plugin holds.
#[derive(Debug, Default)]
pub(super) struct Held {
    /// The instance that answered last.
    instance: Option<u64>,
    /// After a reload: the new generation, and the instance before it.
    reload: Option<(u64, u64)>,
    /// Whether the result depends on something in the plugin, as far as the host can see: rows went in and did not come out, or the
    /// plugin hands state over.
    holds: bool,
    /// Whether that has become so, or changed, since the last reload.
    took_since: bool,
    keeps_state: bool,
}

impl Held {
    /// Notes that the instance has processed a batch; `absorbed` if rows went in and did not come out.
    pub(super) fn took(&mut self, absorbed: bool) {
        let takes = absorbed || self.keeps_state;
        self.holds |= takes;
        self.took_since |= takes;
    }

    /// Whether the result depends on something in the plugin.
    pub(super) fn holds(&self) -> bool {
        self.holds
    }

    /// Notes that another instance has been brought to where the last one was.
    pub(super) fn renew(&mut self) {
        self.instance = None;
        self.reload = None;
        self.took_since = false;
    }

    /// Whether another instance answered before this one. The first instance of a run is no change.
    pub(super) fn changes(&mut self, instance: u64) -> bool {
        *self.instance.get_or_insert(instance) != instance
    }

    /// Notes that another instance has answered. False when it lacks what the one before it held.
    pub(super) fn hand_over(&mut self, instance: u64, generation: u64, handover: Handover) -> bool {
        let whole = match handover {
            Handover::Kept => true,
            Handover::None => !self.holds,
            Handover::Lost => false,
        };
        self.keeps_state |= handover == Handover::Kept;
        self.took_since = false;
        self.reload = self.instance.replace(instance).map(|before| (generation, before));
        whole
    }

    /// Notes that the generation before `failed` serves again, with what it held at the reload. False when the failed generation
    /// has processed batches, which are lost with it.
    pub(super) fn roll_back(&mut self, failed: u64) -> bool {
        // A generation that failed in its first call never answered, so nothing was noted about it.
        if let Some((_, before)) = self.reload.take_if(|(generation, _)| *generation == failed) {
            self.instance = Some(before);
            return !self.took_since;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A run in which instance 0 of generation 1 has taken a batch.
    fn after_a_batch(absorbed: bool) -> Held {
        let mut held = Held::default();
        assert!(!held.changes(0));
        held.took(absorbed);
        held
    }

    #[test]
    fn a_reload_loses_nothing_of_a_plugin_that_holds_nothing() {
        let mut held = after_a_batch(false);
        assert!(held.changes(1));
        assert!(held.hand_over(1, 2, Handover::None));
    }

    #[test]
    fn a_reload_without_hand_over_loses_absorbed_rows() {
        assert!(!after_a_batch(true).hand_over(1, 2, Handover::None));
        assert!(!after_a_batch(true).hand_over(1, 2, Handover::Lost));
        assert!(after_a_batch(true).hand_over(1, 2, Handover::Kept));
    }

    #[test]
    fn state_that_is_lost_counts_though_no_row_was_absorbed() {
        assert!(!after_a_batch(false).hand_over(1, 2, Handover::Lost));
    }

    #[test]
    fn a_rollback_in_the_first_call_is_whole() {
        let mut held = after_a_batch(true);
        assert!(held.roll_back(2));
        assert!(!held.changes(0), "the instance before the reload answers again");
    }

    #[test]
    fn a_rollback_after_state_moved_on_is_not() {
        let mut held = after_a_batch(true);
        assert!(held.hand_over(1, 2, Handover::Kept));
        assert!(held.roll_back(2), "nothing was taken since");
        let mut held = after_a_batch(false);
        assert!(held.hand_over(1, 2, Handover::Kept));
        held.took(false);
        assert!(!held.roll_back(2), "a plugin that hands state over may have changed it in any batch");
    }

    #[test]
    fn a_rollback_to_a_fresh_instance_is_noticed() {
        let mut held = after_a_batch(true);
        assert!(held.hand_over(1, 2, Handover::Kept));
        assert!(held.roll_back(2));
        assert!(held.changes(2), "not instance 0, which was discarded");
    }
}
