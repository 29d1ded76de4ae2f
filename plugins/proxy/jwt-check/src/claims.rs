//! What a token says, RFC 7519 section 4.1.

use serde_json::{Map, Value};

/// What a token has to say.
#[derive(Debug)]
pub(crate) struct Expected {
    pub(crate) issuer: Option<String>,
    /// One of these; any if empty.
    pub(crate) audience: Vec<String>,
    pub(crate) leeway_seconds: u64,
}

impl Expected {
    /// Checks a token's claims; the error is for the client, and has nothing of the token in it.
    pub(crate) fn check(&self, claims: &Map<String, Value>, now: u64) -> Result<(), String> {
        let leeway = self.leeway_seconds;
        let time = |name: &str| claims.get(name).map(|value| value.as_f64().unwrap_or(f64::NAN));
        let (early, late) = (now.saturating_sub(leeway) as f64, now.saturating_add(leeway) as f64);
        // Comparisons with what is no number are false.
        match time("exp") {
            None => return Err("it has no `exp`".to_owned()),
            Some(end) if early < end => {}
            Some(_) => return Err("it has expired".to_owned()),
        }
        match time("nbf") {
            None => {}
            Some(begin) if begin <= late => {}
            Some(_) => return Err("it is not valid yet".to_owned()),
        }
        let issuer = claims.get("iss").and_then(Value::as_str);
        if self.issuer.is_some() && self.issuer.as_deref() != issuer {
            return Err("it has another issuer".to_owned());
        }
        if !self.audience.is_empty() {
            let is_meant = |value: &Value| {
                value.as_str().is_some_and(|own| self.audience.iter().any(|wanted| wanted == own))
            };
            let is_for_one = match claims.get("aud") {
                Some(Value::Array(all)) => all.iter().any(is_meant),
                Some(one) => is_meant(one),
                None => false,
            };
            if !is_for_one {
                return Err("it is for another audience".to_owned());
            }
        }
        Ok(())
    }
}

/// A claim as a header has it: text as it is, all else as JSON. In ASCII, and without control characters.
pub(crate) fn shown(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            ' '..='~' => shown.push(character),
            // Percent-encoded UTF-8, as in a URL.
            other => {
                let mut bytes = [0; 4];
                for byte in other.encode_utf8(&mut bytes).bytes() {
                    shown.push_str(&format!("%{byte:02X}"));
                }
            }
        }
    }
    shown
}
