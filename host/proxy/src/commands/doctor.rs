//! `witdock-proxy doctor`.

use std::process::ExitCode;
use std::time::Duration;

use serde_json::json;
use witdock_proxy::Proxy;
use witdock_proxy::config::{Config, LogTarget};

use super::print;
use crate::arguments::FileArguments;

/// The result of one check.
struct Finding {
    what: String,
    /// The finding, or the problem.
    found: Result<String, String>,
    help: &'static str,
}

/// How long a server has to take a connection.
const TIME: Duration = Duration::from_secs(3);

/// Checks what a configuration needs from this machine and its network.
pub(crate) async fn doctor(arguments: &FileArguments) -> anyhow::Result<ExitCode> {
    let config = Config::open(&arguments.config)?;
    let mut findings = Vec::new();
    for listener in &config.listeners {
        findings.push(Finding {
            what: format!("listener {}", listener.address),
            found: match tokio::net::TcpListener::bind(listener.address).await {
                Ok(_) => Ok("the address is free".to_owned()),
                Err(error) => Err(error.to_string()),
            },
            help: "stop what uses it (a proxy that runs does), or choose another address",
        });
    }
    findings.push(Finding {
        what: "certificates".to_owned(),
        found: Proxy::check(&config)
            .await
            .map(|()| "can be used".to_owned())
            .map_err(|error| error.to_string()),
        help: "fix the files",
    });
    for (name, cluster) in &config.clusters {
        for endpoint in &cluster.endpoints {
            let target = (endpoint.target.host.as_str(), endpoint.target.port);
            let connected = tokio::time::timeout(TIME, tokio::net::TcpStream::connect(target)).await;
            findings.push(Finding {
                what: format!("cluster {name} {endpoint}"),
                found: match connected {
                    Ok(Ok(_)) => Ok("takes connections".to_owned()),
                    Ok(Err(error)) => Err(error.to_string()),
                    Err(_) => Err(format!("no connection within {TIME:?}")),
                },
                help: "start the server, or fix the endpoint",
            });
        }
    }
    if let LogTarget::File(path) = &config.access_log.target {
        let opened = std::fs::OpenOptions::new().append(true).create(true).open(path);
        findings.push(Finding {
            what: "access log".to_owned(),
            found: match opened {
                Ok(_) => Ok(format!("{} can be written to", path.display())),
                Err(error) => Err(format!("{}: {error}", path.display())),
            },
            help: "create its folder, or choose another path",
        });
    }
    let lines: Vec<_> = findings.iter().map(|finding| line(finding, arguments.json)).collect();
    print(&lines)?;
    let failed = findings.iter().any(|finding| finding.found.is_err());
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn line(finding: &Finding, json: bool) -> String {
    let Finding { what, found, help } = finding;
    let (is_ok, text) = match found {
        Ok(text) => (true, text.clone()),
        Err(text) => (false, format!("{text}; {help}")),
    };
    if json {
        return json!({ "what": what, "ok": is_ok, "found": text }).to_string();
    }
    format!("{:8}{what:40}{text}", if is_ok { "ok" } else { "FAILED" })
}
