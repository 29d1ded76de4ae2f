//! What a source gives at one moment: what may become a generation.

use crate::Interface;
use crate::error::LoadError;
use crate::event::Event;
use crate::grants::Request;
use crate::settings::Settings;
use crate::source::{Artifact, Digest, Source};

/// An artifact with what its manifest requests.
pub(crate) struct Candidate {
    pub(crate) artifact: Artifact,
    pub(crate) request: Request,
}

/// What tells candidates apart: the same bytes with other requests are another generation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) digest: Digest,
    request: Request,
}

impl Candidate {
    /// Reads the manifest and reads or builds the component, telling the steps as events.
    pub(crate) async fn read<I: Interface>(settings: &Settings<I>) -> Result<Self, LoadError> {
        // The manifest may have changed since the source was opened first.
        let source = Source::open(settings.source.path())?;
        let events = settings.events.clone();
        let artifact = source.artifact(move |step| drop(events.send(Event::Build(step)))).await?;
        Ok(Self { artifact, request: source.request().clone() })
    }

    pub(crate) fn identity(&self) -> Identity {
        Identity { digest: self.artifact.digest(), request: self.request.clone() }
    }
}
