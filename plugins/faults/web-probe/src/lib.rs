//! Tries to send requests, and to reach stores and settings: one command a call, answered by `ok: …` or `error: …`.
//!
//! ```text
//! send GET http://example.org/path             the status and the number of bytes of the answer
//! send POST http://example.org/path 1000       with a body of 1,000 bytes
//! follow http://example.org/path               the same, and after redirects
//! begin http://example.org/path                sends it, and leaves the answer
//! set STORE KEY VALUE, get STORE KEY, delete STORE KEY, keys STORE, add STORE KEY NUMBER
//! fill STORE COUNT BYTES                       values of so many bytes, until one is refused
//! many STORE KEY COUNT                         one key, asked for so often in one call
//! setting KEY, settings
//! ```

mod requests;
mod stores;

#[allow(unsafe_code, missing_docs, unreachable_pub, clippy::all, reason = "generated")]
mod bindings {
    wit_bindgen::generate!({
        path: "wit",
        world: "test:probe/probe",
        generate_all,
    });
    export!(Probe with_types_in self);

    use super::Probe;
}
use bindings::{Guest, wasi};

struct Probe;

impl Guest for Probe {
    fn run(command: String) -> String {
        match attempt(&command) {
            Ok(got) => format!("ok: {got}"),
            Err(error) => format!("error: {error}"),
        }
    }
}

fn attempt(command: &str) -> Result<String, String> {
    let words: Vec<&str> = command.split(' ').collect();
    match words.as_slice() {
        ["send", method, url] => requests::send(method, url, 0),
        ["send", method, url, bytes] => requests::send(method, url, number(bytes)?),
        ["follow", url] => requests::follow(url),
        ["begin", url] => requests::begin(url),
        ["setting", key] => setting(key),
        ["settings"] => settings(),
        [operation, store, rest @ ..] => stores::operate(operation, store, rest),
        _ => Err(format!("unknown command `{command}`")),
    }
}

fn number(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| format!("`{text}` is no number"))
}

fn setting(key: &str) -> Result<String, String> {
    let value = wasi::config::store::get(key).map_err(|error| format!("{error:?}"))?;
    Ok(value.unwrap_or_else(|| "none".to_owned()))
}

fn settings() -> Result<String, String> {
    let mut all = wasi::config::store::get_all().map_err(|error| format!("{error:?}"))?;
    all.sort();
    Ok(all.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(" "))
}
