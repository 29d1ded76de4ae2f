//! The bytes of one component, and their identity.

use std::fmt;
use std::sync::Arc;

use super::encode::encode;
use super::encode_error::EncodeError;
use crate::foreign::Digest;
use crate::grants::Signature;

/// The bytes of one component with their digest. Cloning it shares the bytes.
#[derive(Clone)]
pub struct Artifact {
    bytes: Arc<[u8]>,
    digest: Digest,
    signature: Option<Signature>,
}

impl Artifact {
    /// Computes the digest of the bytes, in about 2 ms per megabyte without SHA instructions.
    pub fn new(bytes: impl Into<Arc<[u8]>>) -> Self {
        let bytes = bytes.into();
        let digest = Digest::of(&bytes);
        Self { bytes, digest, signature: None }
    }

    /// Takes a component unchanged, and converts a core module with a component type to a component, like a folder's build.
    ///
    /// # Errors
    ///
    /// When a core module cannot become a component. Other bytes are accepted here and rejected by [`check`](crate::check()).
    pub fn from_wasm(bytes: Vec<u8>) -> Result<Self, EncodeError> {
        encode(bytes, None).map(Self::new)
    }

    /// With the text of the signature that stands beside the component.
    #[must_use]
    pub fn signed(self, text: &str) -> Self {
        let signature = Signature::new(text, self.bytes.clone());
        Self { signature: Some(signature), ..self }
    }

    /// The signature that stands beside the component, if there is one. Nobody has checked it: see [`Signature::is_by`].
    pub fn signature(&self) -> Option<&Signature> {
        self.signature.as_ref()
    }

    /// The component's bytes, in WebAssembly's binary format.
    pub fn bytes(&self) -> &Arc<[u8]> {
        &self.bytes
    }

    /// The SHA-256 digest of the bytes, which identifies the artifact.
    pub fn digest(&self) -> Digest {
        self.digest
    }
}

impl fmt::Debug for Artifact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Artifact").field("len", &self.bytes.len()).field("digest", &self.digest).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_that_of_the_bytes() {
        assert_eq!(Artifact::new(*b"abc").digest(), Digest::of(b"abc"));
    }
}
