//! `witdock sign`.

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anstream::println;
use anyhow::{Context as _, bail};
use clap::Args;
use minisign::{SecretKey, SecretKeyBox};
use witdock::text;

use super::keygen::PASSWORD;
use crate::style::{bold, dim};

const EXAMPLES: &str = "\
Examples:
  # Write tidy.wasm.minisig beside the component
  witdock sign tidy.wasm --key acme.key
  # Build a plugin, and sign its component
  witdock build plugins/tidy --output tidy.wasm
  witdock sign tidy.wasm --key acme.key
  WITDOCK_KEY_PASSWORD=secret witdock sign *.wasm --key acme.key

The key's password is asked for, or taken from the variable WITDOCK_KEY_PASSWORD. `witdock keygen` makes a key. A signature is about the bytes of a component: the manifest beside it, \
which requests grants, is not signed, and a host's policy decides what it gets.";

/// The arguments of `witdock sign`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct SignArguments {
    /// Components
    #[arg(required = true, value_name = "WASM")]
    components: Vec<PathBuf>,
    /// The secret key, a file of `witdock keygen` or minisign
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
}

pub(crate) fn run(arguments: SignArguments) -> anyhow::Result<ExitCode> {
    let key = secret_key(&arguments.key)?;
    for component in arguments.components {
        if component.is_dir() {
            let folder = text::path(&component);
            bail!(
                "{folder} is a folder: build it with `witdock build`, and sign the component that this writes"
            );
        }
        let bytes =
            std::fs::read(&component).with_context(|| format!("cannot read {}", text::path(&component)))?;
        let name = component.file_name().unwrap_or_default().to_string_lossy();
        let now = humantime::format_rfc3339_seconds(std::time::SystemTime::now());
        // It is signed too. A tab or a line break in the name would end it.
        let comment = format!("signed {now} file:{}", text::name(&name));
        let signature =
            minisign::sign(None, &key, Cursor::new(&bytes), Some(&comment), None).context("cannot sign")?;
        let file = signature_file(&component);
        std::fs::write(&file, signature.to_string())
            .with_context(|| format!("cannot write {}", text::path(&file)))?;
        println!("{}  {}", bold(text::path(&file)), dim(format!("sha256 {}", witdock::Digest::of(&bytes))));
    }
    Ok(ExitCode::SUCCESS)
}

/// The file that a component's signature is in: `tidy.wasm.minisig`.
pub(super) fn signature_file(component: &Path) -> PathBuf {
    let mut name = component.as_os_str().to_owned();
    name.push(".minisig");
    name.into()
}

fn secret_key(path: &Path) -> anyhow::Result<SecretKey> {
    let shown = || text::path(path);
    let content = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", shown()))?;
    let boxed =
        SecretKeyBox::from_string(&content).with_context(|| format!("{} is no secret key", shown()))?;
    if let Ok(key) = boxed.clone().into_unencrypted_secret_key() {
        return Ok(key);
    }
    boxed
        .into_secret_key(std::env::var(PASSWORD).ok())
        .with_context(|| format!("{} is no secret key, or its password is another one", shown()))
}
