//! A signature that stands beside a component, in minisign's format: Ed25519 over the bytes.

use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::lock::lock;
use crate::text;

/// A detached signature with the bytes that it stands beside, which it keeps in memory. Whether it is valid depends on the key: see
/// [`is_by`](Self::is_by).
#[derive(Clone)]
pub struct Signature {
    /// The file's text, as it was read.
    text: Arc<str>,
    signed: Arc<[u8]>,
    /// What was found for the keys that were tried, since a policy is asked again about what runs.
    found: Arc<Mutex<Vec<(PublicKey, bool)>>>,
}

/// The keys whose answers are remembered. There are as many as a policy file has signers for one plugin.
const MOST_FOUND: usize = 16;

impl Signature {
    /// Takes the text of a `.minisig` file and the component's bytes, and checks neither.
    pub fn new(text: impl Into<Arc<str>>, signed: Arc<[u8]>) -> Self {
        Self { text: text.into(), signed, found: Arc::default() }
    }

    /// Whether the owner of this key has signed these bytes. The first time, it hashes all of them.
    ///
    /// A text that is no signature is signed by nobody. Signatures without a hash, which old versions of minisign made, do not count.
    pub fn is_by(&self, key: &PublicKey) -> bool {
        let known = lock(&self.found).iter().find(|(tried, _)| tried == key).map(|(_, is_by)| *is_by);
        known.unwrap_or_else(|| {
            let is_by = self.verify(key);
            let mut found = lock(&self.found);
            if found.len() < MOST_FOUND {
                found.push((key.clone(), is_by));
            }
            is_by
        })
    }

    fn verify(&self, key: &PublicKey) -> bool {
        let allow_legacy = false;
        minisign_verify::Signature::decode(&self.text)
            .is_ok_and(|signature| key.0.verify(&self.signed, &signature, allow_legacy).is_ok())
    }

    /// The comment that is part of what was signed. It is the signer's only if [`is_by`](Self::is_by) holds for a key of theirs. `None` if the
    /// text is no signature.
    pub fn comment(&self) -> Option<String> {
        let decoded = minisign_verify::Signature::decode(&self.text).ok()?;
        Some(text::line(decoded.trusted_comment()).to_string())
    }
}

impl PartialEq for Signature {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && (Arc::ptr_eq(&self.signed, &other.signed) || self.signed == other.signed)
    }
}

impl Eq for Signature {}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signature").field("text", &self.text).finish_non_exhaustive()
    }
}

/// Its trusted comment; null for a text that is no signature.
impl Serialize for Signature {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.comment().serialize(serializer)
    }
}

/// A signer's public key, as text the second line of a `minisign.pub` file: `RWQ…`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey(minisign_verify::PublicKey);

/// A text is not a public key of minisign.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a public key: write the line of a minisign.pub file that begins with `RW`", text::name(.0))]
pub struct InvalidKey(String);

impl FromStr for PublicKey {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Self, InvalidKey> {
        let key = minisign_verify::PublicKey::from_base64(text.trim());
        key.map(Self).map_err(|_| InvalidKey(text.to_owned()))
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// A public key, and the text of its signature over `test`, as minisign's own documentation has them.
#[cfg(test)]
pub(super) const SIGNED_TEST: (&str, &str) = (
    "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3",
    "untrusted comment: signature from minisign secret key\n\
     RUQf6LRCGA9i559r3g7V1qNyJDApGip8MfqcadIgT9CuhV3EMhHoN1mGTkUidF/z7SrlQgXdy8ofjb7bNJJylDOocrCo8KLzZwo=\n\
     trusted comment: timestamp:1556193335\tfile:test\n\
     y/rUw2y8/hOUYjZU71eHp/Wo1KZ40fGy2VJEDl34XMJM+TX48Ss/17u3IvIfbVR1FkZZSNCisQbuQY+bHwhEBg==",
);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY: &str = SIGNED_TEST.0;
    const SIGNED: &str = SIGNED_TEST.1;

    fn signature(text: &str, signed: &[u8]) -> Signature {
        Signature::new(text, Arc::from(signed))
    }

    #[test]
    fn a_signature_is_by_its_key_over_its_bytes_alone() {
        let key: PublicKey = KEY.parse().unwrap();
        assert!(signature(SIGNED, b"test").is_by(&key));
        assert!(!signature(SIGNED, b"Test").is_by(&key));
        let other = "RWRzq51bKcS8oJvZ4xEm+nRvGYPdsNRD3ciFPu1YJEL8Bl/3daWaj72r";
        assert!(!signature(SIGNED, b"test").is_by(&other.parse().unwrap()));
        let forged = SIGNED.replace("file:test", "file:tidy");
        assert!(!signature(&forged, b"test").is_by(&key), "the comment is signed too");
        assert_eq!(signature(SIGNED, b"test").comment().unwrap(), "timestamp:1556193335\\tfile:test");
        assert!(!signature("", b"test").is_by(&key));
        assert_eq!(signature("no signature", b"test").comment(), None);
    }

    #[test]
    fn a_key_is_checked_when_it_is_read() {
        for text in ["", "RWQ", "not base64", &KEY.replace("RWQ", "RWR")[..50]] {
            let error = text.parse::<PublicKey>().unwrap_err().to_string();
            assert!(error.contains("minisign.pub"), "{error}");
        }
    }

    proptest! {
        // attack: a signature file with any byte changed, or any text
        // host: is signed by nobody
        #[test]
        fn no_text_panics_the_decoder(text in "(?s).{0,400}", at in 0usize..300, c in any::<char>()) {
            let key: PublicKey = KEY.parse().unwrap();
            prop_assert!(!signature(&text, b"test").is_by(&key));
            let mut changed: Vec<char> = SIGNED.chars().collect();
            let at = at % changed.len();
            let was = std::mem::replace(&mut changed[at], c);
            let changed: String = changed.into_iter().collect();
            // The first line is a comment for people, which nobody signs.
            let is_free = at < SIGNED.find('\n').unwrap() && c != '\n';
            prop_assert!(!signature(&changed, b"test").is_by(&key) || is_free || was == c);
            let _ = text.parse::<PublicKey>();
        }
    }
}
