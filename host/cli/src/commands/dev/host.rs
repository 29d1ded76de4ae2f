//! The host program that runs beside `witdock dev`.

use std::path::Path;
use std::process::ExitStatus;
use std::time::Duration;

use anyhow::Context;
use tokio::process::{Child, Command};
use witdock::Digest;

/// How long the host, which receives the same Ctrl-C, may take to exit.
const PATIENCE: Duration = Duration::from_secs(3);

/// The command of `--host`, if there is one.
#[derive(Debug)]
pub(super) struct Host {
    command: Option<String>,
    child: Option<Child>,
    /// The component that it was last started with.
    started: Option<Digest>,
}

impl Host {
    pub(super) fn new(command: Option<String>) -> Self {
        Self { command, child: None, started: None }
    }

    /// Starts the host, unless it is running or has run with this component.
    ///
    /// # Errors
    ///
    /// When the command cannot be run.
    pub(super) fn start(&mut self, component: &Path, digest: Digest) -> anyhow::Result<()> {
        let Some(command) = &self.command else { return Ok(()) };
        if self.child.is_some() || self.started == Some(digest) {
            return Ok(());
        }
        let command = command.replace("{}", &quoted(&component.display().to_string()));
        let child = shell(&command)
            .env("WITDOCK_COMPONENT", component)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot run `{command}`"))?;
        self.child = Some(child);
        self.started = Some(digest);
        Ok(())
    }

    /// Waits until the host exits and returns its status. Never returns if it is not running.
    pub(super) async fn ended(&mut self) -> String {
        let Some(child) = &mut self.child else { return std::future::pending().await };
        let status = child.wait().await;
        self.child = None;
        status.map_or_else(|error| error.to_string(), |status: ExitStatus| status.to_string())
    }

    /// Waits until the host exits, and kills it if it does not.
    pub(super) async fn stop(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        if tokio::time::timeout(PATIENCE, child.wait()).await.is_err() {
            // An error means that it has exited.
            let _ = child.kill().await;
        }
    }
}

#[cfg(unix)]
fn shell(command: &str) -> Command {
    // A plain command replaces the shell, so that killing the child kills the command.
    let is_plain = !command.contains([';', '&', '|', '<', '>', '(', '\n', '=']);
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(if is_plain { format!("exec {command}") } else { command.to_owned() });
    shell
}

#[cfg(unix)]
fn quoted(path: &str) -> String {
    format!("'{}'", path.replace('\'', r"'\''"))
}

#[cfg(not(unix))]
fn shell(command: &str) -> Command {
    let mut shell = Command::new("cmd");
    shell.arg("/C").arg(command);
    shell
}

#[cfg(not(unix))]
fn quoted(path: &str) -> String {
    format!("\"{path}\"")
}
