//! `witdock-etl lock`.

use std::process::ExitCode;

use serde_json::json;
use witdock::text;
use witdock_etl::engine::Engine;
use witdock_etl::progress::Reporter;

use super::run::print_exactly;
use crate::arguments::PlanArguments;

/// Writes the components of the pipeline's plugins to its lock file.
pub(crate) async fn lock(arguments: PlanArguments, reporter: Reporter) -> anyhow::Result<ExitCode> {
    let pipeline = arguments.trust.open(&arguments.pipeline)?;
    let trust = pipeline.trust.clone().unlocked();
    let _engine = Engine::load(pipeline.with_trust(trust.clone()), reporter).await?;
    let lock = trust.lock_file(&arguments.pipeline);
    lock.write()?;
    let lines = if arguments.json {
        vec![json!({ "lock": lock.path(), "plugins": lock.plugins() }).to_string()]
    } else {
        let path = text::path(lock.path()).to_string();
        let plugins = lock
            .plugins()
            .iter()
            .map(|plugin| format!("  {}  sha256 {}", text::line(&plugin.name), plugin.digest));
        std::iter::once(format!("{path}:")).chain(plugins).collect()
    };
    print_exactly(&lines)?;
    Ok(ExitCode::SUCCESS)
}
