//! A candidate for the next generation: the source's artifact and request at one moment.

use std::sync::Arc;

use super::error::LoadError;
use super::event::Event;
use super::settings::Settings;
use crate::foreign::Digest;
use crate::grants::{Paths, Request, Signature};
use crate::lock::lock;
use crate::source::{Artifact, BuildEvent, Source, Taken, guarded_paths};
use crate::{Interface, LogLevel, LogLine, text};

/// An artifact with the request of its manifest.
pub(crate) struct Candidate {
    pub(crate) artifact: Artifact,
    pub(crate) request: Request,
}

/// Identifies a candidate: the same bytes with another request are a new generation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) digest: Digest,
    request: Request,
    /// A plugin that was refused without one is tried again when it is there.
    signature: Option<Signature>,
}

impl Candidate {
    /// Reads the manifest, and reads or builds the component. Sends the steps as events. The first load takes the output of an earlier
    /// build if nothing has changed since; a reload always builds.
    pub(crate) async fn read<I: Interface>(
        settings: &Arc<Settings<I>>,
        is_first: bool,
    ) -> Result<Self, LoadError> {
        // The manifest may have changed since the source was opened first.
        let source = Source::open(settings.source.path())?;
        claim(settings, &source)?;
        let (events, lines) = (settings.events.clone(), settings.log_lines.clone());
        let report = move |step| match step {
            // There may be thousands, which must not push out an event.
            BuildEvent::Line(message) => {
                let target = "build".to_owned();
                // A tool may colour its output, or print what it read in a foreign file.
                let message = text::line(&message).to_string();
                drop(lines.send(LogLine { level: LogLevel::Info, target, message }));
            }
            step => drop(events.send(Event::Build(step))),
        };
        let (builds, receipts) = (settings.dock.builds(), settings.dock.receipts());
        let taken = if is_first { Taken::IfSame } else { Taken::Never };
        let receipts = receipts.map(|receipts| (receipts, taken));
        let artifact = source.artifact_with(builds, receipts, report).await?;
        let artifact = convert(settings, artifact).await?;
        let found = artifact.digest();
        if let Some(expected) = settings.pinned.filter(|expected| *expected != found) {
            return Err(LoadError::Pinned { plugin: settings.name.clone(), expected, found });
        }
        Ok(Self { artifact, request: source.request().clone() })
    }

    pub(crate) fn identity(&self) -> Identity {
        Identity {
            digest: self.artifact.digest(),
            request: self.request.clone(),
            signature: self.artifact.signature().cloned(),
        }
    }
}

/// Makes a component of an artifact in another format, on a thread that may block.
async fn convert<I: Interface>(
    settings: &Arc<Settings<I>>,
    artifact: Artifact,
) -> Result<Artifact, LoadError> {
    if settings.convert.is_none() {
        return Ok(artifact);
    }
    let shared = settings.clone();
    let converted = tokio::task::spawn_blocking(move || {
        let convert = shared.convert.as_ref()?;
        match convert(artifact.bytes()) {
            Some(made) => Some(made.map(Artifact::new)),
            None => Some(Ok(artifact)),
        }
    });
    let plugin = || settings.name.clone();
    match converted.await {
        Ok(Some(made)) => made.map_err(|message| LoadError::Convert { plugin: plugin(), message }),
        // It was there before.
        Ok(None) => Err(LoadError::Stopped { plugin: plugin() }),
        Err(error) => {
            Err(LoadError::Runtime { plugin: plugin(), step: "converted", message: error.to_string() })
        }
    }
}

/// Guards the source before anything of it is built: another plugin must not be able to write there.
fn claim<I: Interface>(settings: &Settings<I>, source: &Source) -> Result<(), LoadError> {
    let plugin = &settings.name;
    let paths = Paths { plugin: Some(plugin.clone()), guarded: guarded_paths(source), writable: Vec::new() };
    let claim = settings
        .dock
        .ground()
        .claim(paths)
        .map_err(|conflict| LoadError::Protected { plugin: plugin.clone(), conflict })?;
    *lock(&settings.source_claim) = Some(claim);
    Ok(())
}
