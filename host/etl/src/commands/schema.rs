//! `witdock-etl schema`.

use std::process::ExitCode;

use witdock_etl::pipeline;

use super::run::print_exactly;

/// Prints the JSON Schema of pipeline files.
pub(crate) fn schema() -> anyhow::Result<ExitCode> {
    print_exactly(&[serde_json::to_string_pretty(&pipeline::schema())?])?;
    Ok(ExitCode::SUCCESS)
}
