use witdock::{Capability, Policy};

use crate::Outcome;

/// A policy as a host's file has it, or else a line of one capability, which is the same when it is written and read again.
pub(super) fn read(input: &[u8]) -> Outcome {
    let text = String::from_utf8_lossy(input);
    if let Ok(capability) = text.parse::<Capability>() {
        let line = capability.to_string();
        assert_eq!(line.parse::<Capability>().ok(), Some(capability), "{line}");
    }
    match toml::from_str::<Policy>(&text) {
        Ok(policy) => Outcome::Taken(format!("{policy:?}")),
        Err(error) => Outcome::Refused(error.message().to_owned()),
    }
}
