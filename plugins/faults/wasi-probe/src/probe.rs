//! Attempts to leave the sandbox, and their results.

use serde::Deserialize;
use std::io::{self, Write};
use std::net::TcpStream;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// One way to reach the machine.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Probe {
    /// The file's text.
    ReadFile(String),
    /// The number of bytes written.
    WriteFile { path: String, text: String },
    /// The names in a folder, sorted.
    ListFolder(String),
    /// The variable's value.
    Env(String),
    /// Seconds since 1970-01-01.
    WallClock,
    /// Nanoseconds between two readings.
    MonotonicClock,
    /// This many bytes, in hexadecimal.
    Random(usize),
    /// Nothing: the line is on standard output.
    Stdout(String),
    /// Nothing: the line is on standard error.
    Stderr(String),
    /// The address that was reached, of `host:port`.
    Connect(String),
}

impl Probe {
    pub(crate) fn reach(&self) -> io::Result<String> {
        match self {
            Probe::ReadFile(path) => std::fs::read_to_string(path),
            Probe::WriteFile { path, text } => std::fs::write(path, text).map(|()| text.len().to_string()),
            Probe::ListFolder(path) => {
                let names = std::fs::read_dir(path)?.map(|entry| Ok(entry?.file_name().into_string()));
                let mut names = names.collect::<io::Result<Result<Vec<_>, _>>>()?.map_err(|name| {
                    io::Error::new(io::ErrorKind::InvalidData, format!("the name {name:?} is not UTF-8"))
                })?;
                names.sort();
                Ok(names.join(" "))
            }
            Probe::Env(name) => std::env::var(name).map_err(io::Error::other),
            Probe::WallClock => {
                let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(io::Error::other)?;
                Ok(now.as_secs().to_string())
            }
            Probe::MonotonicClock => {
                let before = Instant::now();
                Ok(before.elapsed().as_nanos().to_string())
            }
            Probe::Random(count) => random(*count),
            Probe::Stdout(line) => writeln!(io::stdout(), "{line}").map(|()| String::new()),
            Probe::Stderr(line) => writeln!(io::stderr(), "{line}").map(|()| String::new()),
            Probe::Connect(address) => TcpStream::connect(address)?.peer_addr().map(|peer| peer.to_string()),
        }
    }
}

#[cfg(target_os = "wasi")]
fn random(count: usize) -> io::Result<String> {
    let mut bytes = vec![0; count];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(not(target_os = "wasi"))]
fn random(_count: usize) -> io::Result<String> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "this plugin is built for wasm32-wasip2"))
}
