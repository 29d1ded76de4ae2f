//! `witdock verify`.

use std::path::PathBuf;
use std::process::ExitCode;

use anstream::println;
use anyhow::{Context as _, bail};
use clap::Args;
use witdock::grants::PublicKey;
use witdock::text;

use crate::plugin_argument;
use crate::runtime;
use crate::style::{bold, dim, green, red};

const EXAMPLES: &str = "\
Examples:
  witdock verify tidy.wasm --key acme.pub
  witdock verify tidy.wasm --key RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3

The signature of tidy.wasm is tidy.wasm.minisig beside it. `witdock grants show --policy` checks the signatures that a policy file demands.

Exit codes: 0 all are signed with the key, 1 one is not, 2 one cannot be read.";

/// The arguments of `witdock verify`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct VerifyArguments {
    /// Components
    #[arg(required = true, value_name = "WASM")]
    components: Vec<PathBuf>,
    /// The signer's public key: a file of `witdock keygen` or minisign, or the key itself
    #[arg(long)]
    key: String,
}

pub(crate) fn run(arguments: VerifyArguments) -> anyhow::Result<ExitCode> {
    let key = public_key(&arguments.key)?;
    let mut code = ExitCode::SUCCESS;
    for component in arguments.components {
        let shown = text::path(&component);
        if component.is_dir() {
            bail!("{shown} is a folder: what is built here is signed by nobody");
        }
        let source = plugin_argument::open(&component)?;
        let artifact = runtime::block_on(source.artifact(|_| {}))?
            .map_err(|error| anyhow::anyhow!(error.to_string()))?;
        match artifact.signature() {
            Some(signature) if signature.is_by(&key) => {
                let comment = signature.comment().unwrap_or_default();
                println!("{} {}  {}", bold(shown), green("is signed with the key"), dim(comment));
            }
            signature => {
                code = ExitCode::FAILURE;
                let reason = match signature {
                    Some(_) => "its signature is by another key, or over other bytes",
                    None => "no signature stands beside it",
                };
                println!("{} {}: {reason}", bold(shown), red("is not signed with the key"));
            }
        }
    }
    Ok(code)
}

/// A key, or the one in a file of minisign: a line of comment, and the key.
fn public_key(text_or_file: &str) -> anyhow::Result<PublicKey> {
    if let Ok(key) = text_or_file.parse() {
        return Ok(key);
    }
    let content = std::fs::read_to_string(text_or_file).with_context(|| {
        format!("`{}` is neither a public key nor a file with one", text::line(text_or_file))
    })?;
    let line = content.lines().find(|line| !line.starts_with("untrusted comment:")).unwrap_or_default();
    Ok(line.parse()?)
}
