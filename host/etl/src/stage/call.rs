use witdock::{CallError, ContractViolation, Digest, Handover};

use super::error::StageError;
use super::held::Served;
use super::instance::CallReport;
use super::plugin_run::PluginRun;
use super::refusal::Refusal;
use crate::contract::Applied;
use crate::rows::Rows;

/// A request to the plugin.
#[derive(Clone, Copy)]
pub(super) enum Ask<'a> {
    Process(&'a Rows),
    Finish,
}

impl Ask<'_> {
    fn name(self) -> &'static str {
        match self {
            Self::Process(_) => "process",
            Self::Finish => "finish",
        }
    }

    /// The rows of the source that the request is about, in words.
    pub(super) fn rows(self) -> Option<String> {
        let Self::Process(rows) = self else { return None };
        let (first, last) = rows.origin.range()?;
        let unit = rows.origin.unit().unwrap_or_default();
        let lines = match (first.line, last.line) {
            (Some(first), Some(last)) => format!(" (lines {first} to {last})"),
            _ => String::new(),
        };
        Some(format!("{unit} rows {} to {}{lines}", first.row, last.row))
    }
}

/// An answer of the plugin, checked against the contract.
pub(super) struct Answer {
    pub(super) applied: Applied,
    pub(super) report: CallReport,
    /// The component that answered.
    pub(super) digest: Digest,
    /// The instance that answered.
    pub(super) served: Served,
    /// Whether that instance has the state of the one before it.
    pub(super) handover: Handover,
}

impl PluginRun {
    /// Calls the plugin once. The inner error is a refusal by the plugin, which keeps running.
    pub(super) async fn call(&self, ask: Ask<'_>) -> Result<Result<Answer, Refusal>, CallError> {
        self.stage
            .plugin()
            .call_named(ask.name(), async |guest, store| {
                let host = store.data();
                let served = Served { instance: host.app.instance, generation: host.generation() };
                let (digest, handover) = (host.digest(), host.handover());
                let Some(session) = host.app.session.clone() else {
                    return Err(wasmtime::Error::msg("the instance has no open session"));
                };
                // A generation that started just before the run was asked about other columns.
                if let Some(difference) = session.contract.difference(&self.contract) {
                    return Ok(Err(Refusal::OutputChanged(difference)));
                }
                let transform = guest.witdock_etl_transform();
                let answer = match ask {
                    Ask::Process(rows) => {
                        let batch = session.contract.read(&rows.batch)?;
                        transform.session().call_process(&mut *store, session.handle, &batch).await?
                    }
                    Ask::Finish => transform.session().call_finish(&mut *store, session.handle).await?,
                };
                let output = match answer {
                    Ok(output) => output,
                    Err(error) => return Ok(Err(Refusal::from(error))),
                };
                // Checked within the call, so that a generation that breaks its contract is rolled back as one that traps.
                let applied = match ask {
                    Ask::Process(rows) => self.contract.apply(rows, output),
                    Ask::Finish => self.contract.apply_finish(output),
                };
                let applied =
                    applied.map_err(|error| ContractViolation(format!("breaks its contract: {error}")))?;
                let report = std::mem::take(&mut store.data_mut().app.report);
                Ok(Ok(Answer { applied, report, digest, served, handover }))
            })
            .await
    }

    /// Calls the plugin where no failure is expected.
    pub(super) async fn call_once(&self, ask: Ask<'_>) -> Result<Answer, StageError> {
        match self.call(ask).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(refusal)) => Err(self.stage.refused(refusal)),
            Err(error) => Err(self.stage.call_failed(error)),
        }
    }
}
