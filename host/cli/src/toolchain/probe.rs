//! Runs tools to learn whether they are installed, and their versions.

use std::process::{Command, Stdio};

/// The first line that a command prints, if it runs and succeeds.
pub(super) fn first_line(words: &[&str]) -> Option<String> {
    let (program, arguments) = words.split_first()?;
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().ok()?;
    if !output.status.success() {
        return None;
    }
    let text = if output.stdout.is_empty() { output.stderr } else { output.stdout };
    Some(String::from_utf8_lossy(&text).lines().next().unwrap_or_default().trim().to_owned())
}

/// The first major and minor number in a text: `(22, 1)` of `v22.1.3`.
pub(super) fn version(text: &str) -> Option<(u32, u32)> {
    text.split(|c: char| !(c.is_ascii_digit() || c == '.')).find_map(|word| {
        let mut parts = word.split('.');
        Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
    })
}

/// The name and version of the first of these compilers that compiles a source to WebAssembly. An installed compiler may still lack a
/// linker, a C library or its own runtime for wasm32.
pub(super) fn compiles(compilers: &[Vec<String>], source: &str, extension: &str) -> Option<String> {
    let folder = tempfile::tempdir().ok()?;
    let file = folder.path().join(format!("probe.{extension}"));
    std::fs::write(&file, source).ok()?;
    compilers.iter().find_map(|compiler| {
        let (program, arguments) = compiler.split_first()?;
        let status = Command::new(program)
            .args(arguments)
            .args(["--target=wasm32-wasi", "-Wno-deprecated", "-mexec-model=reactor", "-o"])
            .arg(folder.path().join("probe.wasm"))
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        if !status.is_ok_and(|status| status.success()) {
            return None;
        }
        let mut words: Vec<&str> = compiler.iter().map(String::as_str).collect();
        words.push("--version");
        first_line(&words)
    })
}

/// The words of a command line in an environment variable.
pub(super) fn from_environment(variable: &str) -> Option<Vec<String>> {
    let value = std::env::var(variable).ok()?;
    let words: Vec<String> = value.split_whitespace().map(str::to_owned).collect();
    if words.is_empty() { None } else { Some(words) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_tools_print_them() {
        assert_eq!(version("v20.20.2"), Some((20, 20)));
        assert_eq!(version("Python 3.11.7"), Some((3, 11)));
        assert_eq!(version("go version go1.27.3 linux/amd64"), Some((1, 27)));
        assert_eq!(version("Debian clang version 22.1.0 (++2026)"), Some((22, 1)));
        assert_eq!(version("who knows"), None);
    }
}
