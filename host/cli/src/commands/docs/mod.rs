//! `witdock docs`.

mod code;
mod html;
mod markdown;
#[allow(clippy::indexing_slicing, reason = "an arena is asked for its own ids")]
mod reference;
#[allow(clippy::indexing_slicing, reason = "an arena is asked for its own ids")]
mod syntax;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "what is unexpected in a test may end it")]
mod tests;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, ValueEnum};

use crate::interface::Interface;
use reference::Reference;

/// What is given to `witdock docs`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct DocsArguments {
    /// `editor`, `etl`, or the path of a WIT file or folder
    #[arg(value_name = "editor|etl|PATH")]
    interface: String,

    /// How it is written; the default is what the output file's name says, or else Markdown
    #[arg(long, short, value_enum)]
    format: Option<Format>,

    /// Where it is written, instead of to standard output: a file, or a folder that gets one file named after the package
    #[arg(long, short, value_name = "FILE|DIR")]
    output: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  witdock docs etl | less
  witdock docs wit --format html --output site/
  witdock docs wit/photo.wit --output reference.html

The text is that of the comments with three slashes in the WIT, which may hold Markdown.";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Markdown,
    /// One page that needs no other file
    Html,
}

pub(crate) fn run(arguments: DocsArguments) -> anyhow::Result<ExitCode> {
    let interface = Interface::load(&arguments.interface)?;
    let reference = Reference::new(&interface.resolve, interface.package);
    let format = arguments.format.unwrap_or_else(|| format_of(arguments.output.as_deref()));
    let text = match format {
        Format::Markdown => markdown::page(&reference),
        Format::Html => html::page(&reference),
    };
    let Some(output) = arguments.output else {
        return match io::stdout().lock().write_all(text.as_bytes()) {
            // Whoever reads it has seen enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
            written => Ok(written.map(|()| ExitCode::SUCCESS)?),
        };
    };
    let file = file(&output, &reference, format);
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    }
    fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
    println!("wrote {}", file.display());
    Ok(ExitCode::SUCCESS)
}

fn format_of(output: Option<&Path>) -> Format {
    match output.and_then(Path::extension) {
        Some(extension) if extension == "html" || extension == "htm" => Format::Html,
        _ => Format::Markdown,
    }
}

/// The file that is meant: a folder that is there, or a path that ends in `/`, gets one named after the package.
fn file(output: &Path, reference: &Reference, format: Format) -> PathBuf {
    let is_folder = output.is_dir() || output.as_os_str().to_string_lossy().ends_with(['/', '\\']);
    if !is_folder {
        return output.to_owned();
    }
    let extension = match format {
        Format::Markdown => "md",
        Format::Html => "html",
    };
    output.join(format!("{}.{extension}", reference.file_stem))
}
