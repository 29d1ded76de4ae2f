//! One round: build, check, write the component, run the plugin's cases.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Instant;

use anyhow::Context;
use tokio::process::Command;
use wit_parser::WorldId;
use witdock::{Artifact, Digest, Source};

use super::screen::Screen;
use crate::fit::{Names, WorldFit};
use crate::interface::Interface;
use crate::plugin_argument;
use crate::progress::BuildProgress;
use crate::size;

/// The rounds of one `witdock dev`.
pub(super) struct Rounds {
    pub(super) screen: Screen,
    source: Source,
    output: PathBuf,
    interface: Option<(Interface, WorldId)>,
    count: u32,
    /// The last component that fitted, with the number of its round.
    good: Option<(u32, Digest)>,
}

impl Rounds {
    /// Prepares the rounds of a source. `output` is the file to write instead of the default.
    ///
    /// # Errors
    ///
    /// When the output's path is invalid.
    pub(super) fn new(
        source: Source,
        output: Option<&Path>,
        interface: Option<(Interface, WorldId)>,
        screen: Screen,
    ) -> anyhow::Result<Self> {
        let output = output.map_or_else(|| plugin_argument::component_file(&source), Path::to_owned);
        let output =
            std::path::absolute(&output).with_context(|| format!("invalid path {}", output.display()))?;
        Ok(Self { screen, source, output, interface, count: 0, good: None })
    }

    pub(super) fn source(&self) -> &Source {
        &self.source
    }

    /// The file of the last component that fitted.
    pub(super) fn output(&self) -> &Path {
        &self.output
    }

    /// Builds and checks the current source. Returns the component's digest if it fits.
    pub(super) async fn next(&mut self) -> Option<Digest> {
        self.count += 1;
        self.screen.begin();
        let begun = Instant::now();
        let round = match self.component().await {
            Ok((artifact, fit)) => {
                self.screen.say(&format!(
                    "[{}] {}: built in {:.1} s, {} ({}), {fit}",
                    self.count,
                    self.source.name(),
                    begun.elapsed().as_secs_f64(),
                    size::exact(artifact.bytes().len()),
                    artifact.digest().short(),
                ));
                self.put(&artifact).map(|()| artifact.digest())
            }
            Err(error) => Err(error),
        };
        match round {
            Ok(digest) => {
                self.run_cases().await;
                Some(digest)
            }
            Err(error) => {
                self.screen.say(&format!("[{}] {error:#}", self.count));
                if let Some((round, _)) = self.good {
                    self.screen.say(&format!("the component of [{round}] stays in place"));
                }
                None
            }
        }
    }

    /// The component, and a description of the world that it fits.
    ///
    /// # Errors
    ///
    /// When it does not build or does not fit.
    async fn component(&mut self) -> anyhow::Result<(Artifact, String)> {
        // The manifest may have changed too.
        self.source = plugin_argument::open(self.source.path())?;
        let name = self.source.name();
        let progress =
            if self.screen.is_log() { BuildProgress::hidden(name) } else { BuildProgress::new(name, false) };
        let artifact = plugin_argument::build(&self.source, progress).await?;
        let names = Names::of(artifact.bytes())?;
        match WorldFit::of_any(artifact.bytes(), &names, self.interface.as_ref())? {
            None => Ok((artifact, "for no built-in interface".to_owned())),
            Some(WorldFit { world, misfit: None, .. }) => Ok((artifact, format!("fits {world}"))),
            Some(WorldFit { misfit: Some(misfit), .. }) => {
                Err(anyhow::anyhow!("{}: {misfit}", self.source.name()))
            }
        }
    }

    /// Replaces the file in one step: a host that watches it sees the previous component or the new one.
    fn put(&mut self, artifact: &Artifact) -> anyhow::Result<()> {
        let is_same = self.good.is_some_and(|(_, digest)| digest == artifact.digest());
        if !is_same || !self.output.is_file() {
            let folder = self.output.parent().unwrap_or(Path::new("."));
            std::fs::create_dir_all(folder)
                .with_context(|| format!("cannot create the folder {}", folder.display()))?;
            let cannot = || format!("cannot write {}", self.output.display());
            let file = tempfile::NamedTempFile::with_prefix_in(".witdock-", folder).with_context(cannot)?;
            std::fs::write(file.path(), artifact.bytes()).with_context(cannot)?;
            readable(file.path())?;
            file.persist(&self.output).with_context(cannot)?;
        }
        if !is_same {
            self.good = Some((self.count, artifact.digest()));
        }
        Ok(())
    }

    /// Runs the plugin's cases, if there are any, in a process of their own.
    async fn run_cases(&self) {
        let tests = self.source.path().join("tests");
        if !has_cases(&tests) {
            return;
        }
        let Ok(program) = std::env::current_exe() else { return };
        let mut command = Command::new(program);
        command
            .arg("test")
            .arg(&self.output)
            .arg("--cases")
            .arg(&tests)
            .stdin(Stdio::null())
            .kill_on_drop(true);
        if self.screen.is_log() {
            match command.output().await {
                Ok(output) => {
                    self.screen.say(String::from_utf8_lossy(&output.stdout).trim_end());
                    self.screen.say(String::from_utf8_lossy(&output.stderr).trim_end());
                }
                Err(error) => self.screen.say(&format!("cannot run the cases: {error}")),
            }
        } else if let Err(error) = command.status().await {
            self.screen.say(&format!("cannot run the cases: {error}"));
        }
    }
}

/// Temporary files are private to their owner; a component may be read by anybody.
#[cfg(unix)]
fn readable(file: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    Ok(std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o644))?)
}

#[cfg(not(unix))]
fn readable(_file: &Path) -> anyhow::Result<()> {
    Ok(())
}

fn has_cases(folder: &Path) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.into_iter().any(|entry| {
        let path = entry.path();
        path.extension().is_some_and(|extension| extension == "case") || (path.is_dir() && has_cases(&path))
    })
}
