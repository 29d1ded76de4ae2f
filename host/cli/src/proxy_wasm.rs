//! Proxy-Wasm modules, where a component is expected.

use std::path::Path;

use anstream::println;
use anyhow::Context as _;
use witdock::{Budget, text, worker};
use witdock_proxy_wasm::{Adapted, Description, Options};

/// Makes a component of a Proxy-Wasm module, without these interfaces.
///
/// # Errors
///
/// When it is not a valid one.
pub(crate) fn adapt(module: &[u8], options: Options, without: &[String]) -> anyhow::Result<Adapted> {
    // Whatever the bytes are, they may end a worker, and not this program.
    worker::try_reading(module, &Budget::default())?;
    let is_granted = |interface: &str| !without.iter().any(|name| is_named(interface, name));
    Ok(witdock_proxy_wasm::adapt_within(module, options, is_granted)?)
}

/// Whether an interface is the one of this name: whole, without its version, or without its package.
fn is_named(interface: &str, name: &str) -> bool {
    let without_version = interface.split_once('@').map_or(interface, |(name, _)| name);
    let short = without_version.rsplit_once('/').map_or(without_version, |(_, name)| name);
    [interface, without_version, short].contains(&name)
}

/// The component of a Proxy-Wasm module; other bytes as they are. It takes a small part of the time that compiling takes, so nothing keeps it.
///
/// # Errors
///
/// When it is a Proxy-Wasm module that is not valid.
pub(crate) fn component(bytes: Vec<u8>) -> anyhow::Result<Vec<u8>> {
    if !witdock_proxy_wasm::is_proxy_wasm(&bytes) {
        return Ok(bytes);
    }
    Ok(adapt(&bytes, Options::default(), &[])?.component)
}

/// Reads a module, in either of WebAssembly's formats.
///
/// # Errors
///
/// When it cannot be read, or its text is invalid.
pub(crate) fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let bytes = std::fs::read(path).with_context(|| format!("{} cannot be read", text::path(path)))?;
    let module = wat::parse_bytes(&bytes).map_err(|mut error| {
        error.set_path(path);
        anyhow::anyhow!("{error}")
    })?;
    Ok(module.into_owned())
}

/// What a file says of itself, if it is a Proxy-Wasm module.
pub(crate) fn description(path: &Path) -> Option<Description> {
    if path.is_dir() {
        return None;
    }
    let bytes = read(path).ok().filter(|bytes| witdock_proxy_wasm::is_proxy_wasm(bytes))?;
    witdock_proxy_wasm::describe(&bytes).ok()
}

/// Prints a description below the result of a check.
pub(crate) fn print(description: &Description) {
    let sdk = description.sdk.as_deref().map(|sdk| format!(", built with {sdk}")).unwrap_or_default();
    println!("  {:<10}  ABI {}{}", "Proxy-Wasm", description.abi, text::line(&sdk));
    list("calls", &description.host_functions);
    list("callbacks", &description.callbacks);
    for remark in &description.remarks {
        println!("  {:<10}  {}", "note", text::line(remark));
    }
}

fn list(title: &str, items: &[impl AsRef<str>]) {
    let names: Vec<_> = items.iter().map(|item| short(item.as_ref())).collect();
    if !names.is_empty() {
        println!("  {title:<10}  {}", text::line(&names.join(", ")));
    }
}

/// A name without what all names of its kind begin with.
fn short(name: &str) -> &str {
    let name = name.strip_prefix("env.").unwrap_or(name);
    name.strip_prefix("proxy_on_").or_else(|| name.strip_prefix("proxy_")).unwrap_or(name)
}
