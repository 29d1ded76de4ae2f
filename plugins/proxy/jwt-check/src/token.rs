//! Tokens in the compact form of RFC 7515.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Map, Value};

/// The algorithms of RFC 7518 and RFC 8037 that this filter knows. `none` is not one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[allow(missing_docs, reason = "the names are those of the RFCs")]
pub(crate) enum Algorithm {
    RS256,
    ES256,
    EdDSA,
    HS256,
}

/// A token whose signature is not checked yet.
#[derive(Debug)]
pub(crate) struct Token {
    pub(crate) algorithm: Algorithm,
    pub(crate) key_id: Option<String>,
    /// What is signed.
    pub(crate) signed: String,
    pub(crate) signature: Vec<u8>,
    pub(crate) claims: Map<String, Value>,
}

#[derive(Deserialize)]
struct Header {
    alg: Algorithm,
    kid: Option<String>,
    /// Extensions that a reader must understand (RFC 7515 section 4.1.11). There are none that this one does.
    crit: Option<Value>,
}

/// Longer tokens are refused before anything is decoded.
const LONGEST: usize = 16 << 10;

impl Token {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let (signed, signature) = text.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let header: Header = serde_json::from_slice(&decode(header)?).ok()?;
        if header.crit.is_some() {
            return None;
        }
        Some(Self {
            algorithm: header.alg,
            key_id: header.kid,
            signed: signed.to_owned(),
            signature: decode(signature)?,
            claims: serde_json::from_slice(&decode(claims)?).ok()?,
        })
    }
}

pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}
