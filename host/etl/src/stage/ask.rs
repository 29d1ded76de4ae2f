use witdock::{CallError, Failure, Handover};

use super::call::{Answer, Ask};
use super::error::StageError;
use super::memory::Memory;
use super::plugin_run::{ATTEMPTS, PluginRun, may_repeat};

/// Why an answer did not come.
pub(super) enum Unanswered {
    /// The plugin failed in the call, and its instance was discarded. Fewer rows may fare better.
    Failed(CallError),
    /// The run cannot continue.
    Fatal(StageError),
}

impl From<StageError> for Unanswered {
    fn from(error: StageError) -> Self {
        Self::Fatal(error)
    }
}

/// Whether other rows may fare better. A missing grant is missing for all rows.
fn is_about_rows(failure: &Failure) -> bool {
    failure.is_plugins_fault() && !matches!(failure, Failure::NotGranted { .. })
}

impl PluginRun {
    /// Calls the plugin until it answers. If its instance was replaced, brings back what the lost one held.
    pub(super) async fn ask(&self, ask: Ask<'_>, memory: &mut Memory) -> Result<Answer, Unanswered> {
        let mut attempt = 1;
        loop {
            match self.call(ask).await {
                Ok(Ok(answer)) => match self.lacks(&answer, memory) {
                    None => return Ok(answer),
                    // The instance answered without what the one before it held. Ask again with it.
                    Some(how) => {
                        attempt += 1;
                        if attempt > ATTEMPTS || !memory.recall(self).await? {
                            return Err(self.stage.held_rows_lost(how).into());
                        }
                    }
                },
                Ok(Err(refusal)) => return Err(self.stage.refused(refusal).into()),
                Err(error) => {
                    let rolled_back = error.rolled_back_to().is_some();
                    if !may_repeat(&error, &mut attempt).await {
                        let blamed = error.failure().is_some_and(is_about_rows);
                        return Err(if blamed {
                            Unanswered::Failed(error)
                        } else {
                            self.stage.call_failed(error).into()
                        });
                    }
                    if rolled_back
                        && !memory.held.roll_back(error.generation())
                        && !memory.recall(self).await?
                    {
                        return Err(self.stage.held_rows_lost(error.to_string()).into());
                    }
                }
            }
        }
    }

    /// How an answer lacks what the instance before held, if it does.
    fn lacks(&self, answer: &Answer, memory: &mut Memory) -> Option<String> {
        // Several instances hold nothing.
        if self.stage.instances > 1 || !memory.is_missing_in(answer) {
            return None;
        }
        let how = match answer.handover {
            Handover::None => "and the plugin does not export `witdock:plugin/state` to hand state over",
            _ => "and it did not take over the state",
        };
        Some(format!("generation {} serves now, {how}", answer.served.generation))
    }
}
