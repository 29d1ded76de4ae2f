//! `witdock keygen`.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anstream::println;
use anyhow::{Context as _, bail};
use clap::Args;
use minisign::KeyPair;
use witdock::text;

use crate::style::{bold, dim};

const EXAMPLES: &str = "\
Examples:
  # Write acme.key, which signs, and acme.pub, which others check signatures with
  witdock keygen acme
  # In a script
  WITDOCK_KEY_PASSWORD=secret witdock keygen acme
  witdock keygen acme --no-password

The files are those of minisign, and its keys can be used as well. The secret key is encrypted with a password, which is asked for or taken from the variable WITDOCK_KEY_PASSWORD.";

/// The variable with the password of a secret key.
pub(super) const PASSWORD: &str = "WITDOCK_KEY_PASSWORD";

/// The arguments of `witdock keygen`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct KeygenArguments {
    /// The signer's name: the files are NAME.key and NAME.pub
    name: PathBuf,
    /// Do not encrypt the secret key: whoever reads the file can sign
    #[arg(long)]
    no_password: bool,
}

pub(crate) fn run(arguments: KeygenArguments) -> anyhow::Result<ExitCode> {
    let file = |extension: &str| {
        let mut name = arguments.name.clone().into_os_string();
        name.push(extension);
        PathBuf::from(name)
    };
    let (secret, public) = (file(".key"), file(".pub"));
    for existing in [&secret, &public] {
        if existing.exists() {
            bail!("{} exists: remove it, or choose another name", text::path(existing));
        }
    }
    let pair = match arguments.no_password {
        true => KeyPair::generate_unencrypted_keypair(),
        false => KeyPair::generate_encrypted_keypair(std::env::var(PASSWORD).ok()),
    };
    let pair = pair.context("cannot make a key")?;
    let name = arguments.name.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let comment = format!("secret key of {name}, for witdock sign");
    write(&secret, &pair.sk.to_box(Some(&comment))?.to_string(), true)?;
    write(&public, &pair.pk.to_box()?.to_string(), false)?;
    println!("{}  {}", bold(text::path(&secret)), dim("the secret key: keep it to yourself"));
    println!("{}  {}", bold(text::path(&public)), dim("the public key: give it to others"));
    println!("\nTo trust it, add to a policy file:\n\n[[signer]]\nname = {}", toml::Value::from(name));
    println!("key = \"{}\"", pair.pk.to_base64());
    Ok(ExitCode::SUCCESS)
}

/// Writes a new file, which nobody else may read if it is secret.
fn write(path: &Path, content: &str, is_secret: bool) -> anyhow::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if is_secret {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    let written = options.open(path).and_then(|mut file| file.write_all(content.as_bytes()));
    written.with_context(|| format!("cannot write {}", text::path(path)))
}
