//! One change: built, checked, put in its place, and tried with the plugin's cases.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Instant;

use anyhow::Context;
use tokio::process::Command;
use wit_parser::WorldId;
use witdock::{Artifact, Digest, Source};

use super::DevArguments;
use super::screen::Screen;
use crate::commands::build::{Verdict, bytes, place};
use crate::fit::Names;
use crate::interface::Interface;
use crate::plugin_argument;
use crate::progress::Progress;

/// The rounds, one after the other.
pub(super) struct Rounds {
    pub(super) screen: Screen,
    source: Source,
    output: PathBuf,
    interface: Option<(Interface, WorldId)>,
    count: u32,
    /// The last component that fitted, and its round.
    good: Option<(u32, Digest)>,
}

impl Rounds {
    pub(super) fn new(arguments: &DevArguments, source: Source, screen: Screen) -> anyhow::Result<Self> {
        let interface = match &arguments.interface {
            Some(name) => {
                let interface = Interface::load(name)?;
                let world = interface.world(arguments.world.as_deref())?;
                Some((interface, world))
            }
            None => None,
        };
        let output = arguments.output.clone().unwrap_or_else(|| place(&source));
        let output =
            std::path::absolute(&output).with_context(|| format!("there is no path {}", output.display()))?;
        Ok(Self { screen, source, output, interface, count: 0, good: None })
    }

    pub(super) fn source(&self) -> &Source {
        &self.source
    }

    /// Where the last good component is.
    pub(super) fn output(&self) -> &Path {
        &self.output
    }

    /// Builds and checks what there is now, and gives the component, if it fits.
    pub(super) async fn next(&mut self) -> Option<Digest> {
        self.count += 1;
        self.screen.begin();
        let begun = Instant::now();
        let what = match self.component().await {
            Ok((artifact, what)) => {
                self.screen.say(&format!(
                    "[{}] {}: built in {:.1} s, {} ({}), {what}",
                    self.count,
                    self.source.name(),
                    begun.elapsed().as_secs_f64(),
                    bytes(artifact.bytes().len()),
                    artifact.digest().short(),
                ));
                self.put(&artifact).map(|()| artifact.digest())
            }
            Err(error) => Err(error),
        };
        match what {
            Ok(digest) => {
                self.try_cases().await;
                Some(digest)
            }
            Err(error) => {
                self.screen.say(&format!("[{}] {error:#}", self.count));
                if let Some((round, _)) = self.good {
                    self.screen.say(&format!("the component of [{round}] stays where it is"));
                }
                None
            }
        }
    }

    /// The component, and what it fits.
    async fn component(&mut self) -> anyhow::Result<(Artifact, String)> {
        // The manifest may be what has changed.
        self.source = plugin_argument::open(self.source.path())?;
        let progress = Progress::new(self.source.name(), false);
        let progress = if self.screen.is_elsewhere() { progress.quiet() } else { progress };
        let artifact = plugin_argument::build(&self.source, &progress).await?;
        let verdict = match &self.interface {
            Some((interface, world)) => Some(Verdict::of(&artifact, interface, *world)?),
            None => match Names::of(artifact.bytes())?.interface()? {
                Some((interface, world)) => Some(Verdict::of(&artifact, &interface, world)?),
                None => None,
            },
        };
        match verdict {
            None => Ok((artifact, "of no interface that is known here".to_owned())),
            Some(Verdict { world, misfit: None, .. }) => Ok((artifact, format!("fits {world}"))),
            Some(Verdict { misfit: Some(misfit), .. }) => {
                Err(anyhow::anyhow!("{}: {misfit}", self.source.name()))
            }
        }
    }

    /// Puts the component in its place, whole: a host that watches the file sees the old one or the new one.
    fn put(&mut self, artifact: &Artifact) -> anyhow::Result<()> {
        let is_same = self.good.is_some_and(|(_, digest)| digest == artifact.digest());
        if !is_same || !self.output.is_file() {
            let folder = self.output.parent().unwrap_or(Path::new("."));
            std::fs::create_dir_all(folder)
                .with_context(|| format!("cannot make the folder {}", folder.display()))?;
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

    /// Runs the plugin's scripted cases in a process of their own, if there are any.
    async fn try_cases(&self) {
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
        if self.screen.is_elsewhere() {
            match command.output().await {
                Ok(output) => {
                    self.screen.say(String::from_utf8_lossy(&output.stdout).trim_end());
                    self.screen.say(String::from_utf8_lossy(&output.stderr).trim_end());
                }
                Err(error) => self.screen.say(&format!("the cases cannot be run: {error}")),
            }
        } else if let Err(error) = command.status().await {
            self.screen.say(&format!("the cases cannot be run: {error}"));
        }
    }
}

/// A temporary file is its owner's alone, and a component is anybody's.
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
