//! Load by `wrk`, and what it tells.

use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

/// What a run of the load found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    pub(crate) requests: u64,
    pub(crate) per_second: f64,
    pub(crate) p99: Duration,
    pub(crate) failed: u64,
}

/// Loads an address with requests for a path, over this many connections.
pub(crate) fn run(address: SocketAddr, path: &str, connections: u32, seconds: u32) -> Found {
    let output = Command::new("wrk")
        .args(["-t1", "--latency", &format!("-c{connections}"), &format!("-d{seconds}s")])
        .arg(format!("http://{address}{path}"))
        .output()
        .expect("`wrk` is needed: Debian has it");
    let text = String::from_utf8_lossy(&output.stdout);
    let number = |from: &str| -> Option<u64> {
        let line = text.lines().find(|line| line.contains(from))?;
        line.split(|c: char| !c.is_ascii_digit()).find(|word| !word.is_empty())?.parse().ok()
    };
    let after = |from: &str| text.lines().find_map(|line| line.trim().strip_prefix(from)).map(str::trim);
    let requests = number("requests in").unwrap_or_else(|| panic!("{text}"));
    let errors = text.lines().find_map(|line| line.trim().strip_prefix("Socket errors: "));
    let errors = errors.map_or(0, |errors| {
        errors.split(|c: char| !c.is_ascii_digit()).filter_map(|word| word.parse::<u64>().ok()).sum()
    });
    let bad = after("Non-2xx or 3xx responses:").and_then(|count| count.parse().ok()).unwrap_or(0);
    Found {
        requests,
        per_second: after("Requests/sec:").and_then(|number| number.parse().ok()).unwrap_or_default(),
        p99: after("99%").and_then(duration).unwrap_or_default(),
        failed: errors + bad,
    }
}

/// As wrk writes one: `12.34us`, `1.20ms`, `2.00s`.
fn duration(text: &str) -> Option<Duration> {
    let at = text.find(|c: char| c.is_alphabetic())?;
    let (number, unit) = text.split_at(at);
    let seconds = match unit {
        "us" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        "m" => 60.0,
        _ => return None,
    };
    Some(Duration::from_secs_f64(number.parse::<f64>().ok()? * seconds))
}
