use std::sync::Arc;

use arrow_schema::SchemaRef;
use witdock::CallError;

use super::error::StageError;
use super::input::InputFit;
use super::instance::CallReport;
use super::plugin::PluginStage;
use super::session::open_session;
use super::terms::Terms;
use crate::contract::Contract;

/// How often a call is repeated that a roll-back or a back-off has failed.
pub(super) const ATTEMPTS: usize = 5;

/// A stage's part in one run. While it lives, the plugin is held to one contract: a generation that would give other columns is
/// refused. Once it is dropped, a new generation may give other columns.
#[derive(Debug)]
pub struct PluginRun {
    pub(super) stage: Arc<PluginStage>,
    pub(super) contract: Arc<Contract>,
    /// Makes rows fit the stage's `input`, if the pipeline has one.
    pub(super) fit: Option<InputFit>,
}

impl PluginRun {
    /// Opens a fresh session of the plugin for a run over input with these columns.
    ///
    /// # Errors
    ///
    /// When the plugin does not accept the input, or its contract is invalid.
    pub async fn start(stage: Arc<PluginStage>, input: SchemaRef) -> Result<Self, StageError> {
        let fit = stage.fit(&input)?;
        let terms = Arc::new(Terms::new(fit.as_ref().map_or(input, InputFit::schema)));
        stage.services.set_terms(Arc::clone(&terms));
        let mut attempt = 1;
        let opened = loop {
            let opened = stage
                .plugin()
                .call_named("describe", async |guest, store| {
                    let opened = open_session(guest, store).await?;
                    store.data_mut().app.report = CallReport::default();
                    Ok(opened)
                })
                .await;
            match opened {
                Ok(opened) => break opened,
                Err(error) => {
                    if !may_repeat(&error, &mut attempt).await {
                        return Err(stage.call_failed(error));
                    }
                }
            }
        };
        let contract = opened.map_err(|refusal| stage.refused(refusal))?;
        terms.rely_on(contract.schema());
        Ok(Self { stage, contract, fit })
    }

    /// The columns that the plugin reads and makes during the run.
    pub fn contract(&self) -> &Arc<Contract> {
        &self.contract
    }

    /// Restarts the plugin with the state that an interrupted run has saved.
    ///
    /// # Errors
    ///
    /// When the plugin does not take the state.
    pub async fn restore(&self, state: &[u8]) -> Result<(), StageError> {
        self.restart_with(Some(state)).await
    }

    pub(super) async fn restart_with(&self, state: Option<&[u8]>) -> Result<(), StageError> {
        self.stage.plugin().restart_with_state(state).await.map_err(|error| self.stage.call_failed(error))
    }

    pub(super) async fn save(&self) -> Result<Option<Vec<u8>>, StageError> {
        self.stage.plugin().save().await.map_err(|error| self.stage.call_failed(error))
    }

    pub(super) fn keeps_state(&self) -> bool {
        self.stage.plugin().keeps_state()
    }
}

impl Drop for PluginRun {
    fn drop(&mut self) {
        let input = self.stage.services.terms().input();
        self.stage.services.set_terms(Arc::new(Terms::new(input)));
    }
}

/// Whether to repeat a call that failed: after a roll-back, or after the plugin's back-off, which this waits for.
pub(super) async fn may_repeat(error: &CallError, attempt: &mut usize) -> bool {
    *attempt += 1;
    if *attempt > ATTEMPTS {
        return false;
    }
    if let Some(wait) = error.retry_after() {
        tokio::time::sleep(wait).await;
        return true;
    }
    error.rolled_back_to().is_some()
}
