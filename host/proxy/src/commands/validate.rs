//! `witdock-proxy validate`.

use std::process::ExitCode;

use serde_json::json;
use witdock_proxy::Proxy;
use witdock_proxy::config::Config;

use super::print;
use crate::arguments::FileArguments;

/// Checks a configuration, without a socket.
pub(crate) async fn validate(arguments: &FileArguments) -> anyhow::Result<ExitCode> {
    let config = Config::open(&arguments.config)?;
    Proxy::check(&config).await?;
    let (listeners, routes, clusters) = (config.listeners.len(), config.routes.len(), config.clusters.len());
    let line = if arguments.json {
        json!({ "valid": true, "listeners": listeners, "routes": routes, "clusters": clusters }).to_string()
    } else {
        let counted =
            |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
        format!(
            "{} is valid: {}, {}, {}",
            config.path.display(),
            counted(listeners, "listener"),
            counted(routes, "route"),
            counted(clusters, "cluster")
        )
    };
    print(&[line])?;
    Ok(ExitCode::SUCCESS)
}
