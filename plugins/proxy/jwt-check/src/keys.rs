//! Keys, from the settings or a cluster, and what they verify.

use crate::token::{Algorithm, Token, decode};
use hmac::{Hmac, Mac};
use rsa::signature::Verifier;
use serde::Deserialize;
use sha2::Sha256;
use witdock_proxy_guest::{Call, Explain, Outcome, log, shared_data};

/// A cluster that has keys.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Jwks {
    cluster: String,
    pub(crate) path: String,
    authority: Option<String>,
    #[serde(default = "fresh_seconds")]
    fresh_seconds: u64,
}

fn fresh_seconds() -> u64 {
    300
}

/// A JWK set, RFC 7517 section 5. Keys that this filter does not know are skipped.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct JwkSet {
    keys: Vec<Jwk>,
}

#[derive(Debug, Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
    k: Option<String>,
}

/// Where keys come from.
#[derive(Debug)]
pub(crate) enum Source {
    Cluster(Jwks),
    Settings(JwkSet),
}

/// The keys of an instance.
#[derive(Debug)]
pub(crate) struct Keys {
    jwks: Option<Jwks>,
    keys: Vec<Key>,
    /// The version of the shared entry that they were read from.
    version: Option<u32>,
    fetched_at: u64,
}

#[derive(Debug)]
struct Key {
    id: Option<String>,
    public: Public,
}

#[derive(Debug)]
enum Public {
    Rsa(rsa::pkcs1v15::VerifyingKey<Sha256>),
    P256(p256::ecdsa::VerifyingKey),
    Ed25519(ed25519_dalek::VerifyingKey),
    Secret(Vec<u8>),
}

/// The keys as they are shared: when they were fetched, in seconds since 1970, a space, and the JWK set.
const SHARED: &str = "jwks";

/// A token with an unknown key has them fetched no sooner: anyone can make such a token.
const SHORTEST_SECONDS: u64 = 10;

/// The shortest secret for HS256: as long as the hash, RFC 7518 section 3.2.
const SHORTEST_SECRET: usize = 32;

impl Keys {
    pub(crate) fn new(source: Source) -> Result<Self, String> {
        match source {
            Source::Cluster(jwks) => {
                Ok(Self { jwks: Some(jwks), keys: Vec::new(), version: None, fetched_at: 0 })
            }
            Source::Settings(set) => {
                let key = |(at, jwk): (usize, &Jwk)| {
                    Key::new(jwk).ok_or_else(|| {
                        let kinds =
                            "RSA of 2,048 bits or more, EC P-256, OKP Ed25519, or oct of 32 bytes or more";
                        format!("`keys` has a key, number {}, that cannot be used: expected {kinds}", at + 1)
                    })
                };
                let keys = set.keys.iter().enumerate().map(key).collect::<Result<Vec<_>, _>>()?;
                match keys.is_empty() {
                    true => Err("`keys` has no key".to_owned()),
                    false => Ok(Self { jwks: None, keys, version: None, fetched_at: 0 }),
                }
            }
        }
    }

    /// Whether a token needs keys that have to be fetched. Takes over what another instance has fetched.
    pub(crate) fn must_be_fetched(&mut self, token: &Token, now: u64) -> bool {
        let Some(fresh_seconds) = self.jwks.as_ref().map(|jwks| jwks.fresh_seconds) else { return false };
        self.take_shared();
        let age = now.saturating_sub(self.fetched_at);
        let is_known = || self.keys.iter().any(|key| key.may_have_signed(token));
        self.version.is_none() || age >= fresh_seconds || (age >= SHORTEST_SECONDS && !is_known())
    }

    fn take_shared(&mut self) {
        let Some(entry) = shared_data::entry(SHARED) else { return };
        if self.version == Some(entry.version) {
            return;
        }
        let text = String::from_utf8_lossy(&entry.value);
        let read = text.split_once(' ').and_then(|(at, set)| Some((at.parse().ok()?, public_keys(set)?)));
        if let Some((at, keys)) = read {
            (self.fetched_at, self.keys, self.version) = (at, keys, Some(entry.version));
        }
    }

    /// The call that fetches them.
    pub(crate) fn call(&self) -> Call {
        let Some(jwks) = &self.jwks else { return Call::get("", "/") };
        let authority = jwks.authority.as_deref().unwrap_or(&jwks.cluster);
        Call::get(&jwks.cluster, &jwks.path)
            .authority(authority)
            .header("accept", "application/jwk-set+json, application/json")
    }

    /// Takes over the answer. An error if there are no keys at all.
    pub(crate) fn fetched(&mut self, outcome: Outcome, now: u64) -> Result<(), String> {
        let set = match outcome {
            Ok(answer) if answer.status() == 200 => {
                String::from_utf8(answer.body).map_err(|_| "the keys are not text".to_owned())
            }
            Ok(answer) => Err(format!("the status of the keys is {}", answer.status())),
            Err(failure) => Err(failure.explain()),
        };
        let checked = set.and_then(|set| match public_keys(&set) {
            Some(keys) if !keys.is_empty() => Ok((set, keys)),
            _ => Err("the answer is no JWK set with a key that can be used".to_owned()),
        });
        match checked {
            Ok((set, keys)) => {
                (self.keys, self.fetched_at) = (keys, now);
                if let Err(error) = shared_data::set(SHARED, format!("{now} {set}")) {
                    log::warn!("the keys are not shared: {}", error.explain());
                }
                self.version = shared_data::entry(SHARED).map(|entry| entry.version).or(Some(0));
                Ok(())
            }
            // A login service that is down for a moment locks nobody out.
            Err(why) if !self.keys.is_empty() => {
                log::error!(
                    "the keys of {} seconds ago are used: {why}",
                    now.saturating_sub(self.fetched_at)
                );
                Ok(())
            }
            Err(why) => Err(why),
        }
    }

    /// Whether one of the keys has signed a token.
    pub(crate) fn verify(&self, token: &Token) -> bool {
        self.keys.iter().any(|key| key.may_have_signed(token) && key.has_signed(token))
    }
}

/// The keys of a JWK set that is public. None if it is none. Secrets do not belong into one.
fn public_keys(text: &str) -> Option<Vec<Key>> {
    let set: JwkSet = serde_json::from_str(text).ok()?;
    let keys = set.keys.iter().filter_map(Key::new);
    Some(keys.filter(|key| !matches!(key.public, Public::Secret(_))).collect())
}

impl Key {
    /// None for a key that is for something else, or that this filter does not know.
    fn new(jwk: &Jwk) -> Option<Self> {
        if jwk.purpose.as_deref().is_some_and(|purpose| purpose != "sig") {
            return None;
        }
        let part = |part: &Option<String>| decode(part.as_deref()?);
        let (public, algorithm) = match (jwk.kty.as_str(), jwk.crv.as_deref()) {
            ("RSA", _) => {
                let number =
                    |part: &Option<String>| Some(rsa::BigUint::from_bytes_be(&decode(part.as_deref()?)?));
                let key = rsa::RsaPublicKey::new(number(&jwk.n)?, number(&jwk.e)?).ok()?;
                // RFC 7518 section 3.3.
                if rsa::traits::PublicKeyParts::size(&key) < 256 {
                    return None;
                }
                (Public::Rsa(rsa::pkcs1v15::VerifyingKey::new(key)), "RS256")
            }
            ("EC", Some("P-256")) => {
                let point = [vec![4], part(&jwk.x)?, part(&jwk.y)?].concat();
                (Public::P256(p256::ecdsa::VerifyingKey::from_sec1_bytes(&point).ok()?), "ES256")
            }
            ("OKP", Some("Ed25519")) => {
                let bytes = part(&jwk.x)?.try_into().ok()?;
                (Public::Ed25519(ed25519_dalek::VerifyingKey::from_bytes(&bytes).ok()?), "EdDSA")
            }
            ("oct", _) => {
                let secret = part(&jwk.k).filter(|secret| secret.len() >= SHORTEST_SECRET)?;
                (Public::Secret(secret), "HS256")
            }
            _ => return None,
        };
        if jwk.alg.as_deref().is_some_and(|own| own != algorithm) {
            return None;
        }
        Some(Self { id: jwk.kid.clone(), public })
    }

    /// Whether the token names this key, or none, and has its algorithm.
    fn may_have_signed(&self, token: &Token) -> bool {
        let is_named = match (&self.id, &token.key_id) {
            (Some(own), Some(named)) => own == named,
            _ => true,
        };
        let algorithm = match self.public {
            Public::Rsa(_) => Algorithm::RS256,
            Public::P256(_) => Algorithm::ES256,
            Public::Ed25519(_) => Algorithm::EdDSA,
            Public::Secret(_) => Algorithm::HS256,
        };
        is_named && algorithm == token.algorithm
    }

    fn has_signed(&self, token: &Token) -> bool {
        let (signed, signature) = (token.signed.as_bytes(), token.signature.as_slice());
        match &self.public {
            Public::Rsa(key) => rsa::pkcs1v15::Signature::try_from(signature)
                .is_ok_and(|signature| key.verify(signed, &signature).is_ok()),
            Public::P256(key) => p256::ecdsa::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify(signed, &signature).is_ok()),
            // Strict: keys of small order and signatures in other forms are refused.
            Public::Ed25519(key) => ed25519_dalek::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify_strict(signed, &signature).is_ok()),
            Public::Secret(secret) => Hmac::<Sha256>::new_from_slice(secret)
                .is_ok_and(|mac| mac.chain_update(signed).verify_slice(signature).is_ok()),
        }
    }
}
