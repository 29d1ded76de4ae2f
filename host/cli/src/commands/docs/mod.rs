//! `witdock docs`.

mod code;
mod html;
mod markdown;
#[allow(clippy::indexing_slicing, reason = "the arenas of a WIT package are indexed by their own ids")]
mod reference;
#[allow(clippy::indexing_slicing, reason = "the arenas of a WIT package are indexed by their own ids")]
mod syntax;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test ends at what it does not expect")]
mod tests;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anstream::println;
use anyhow::Context;
use clap::{Args, ValueEnum};

use crate::interface::Interface;
use crate::output;
use reference::Reference;

/// The arguments of `witdock docs`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct DocsArguments {
    /// The interface: editor, etl, proxy, or the path of a WIT file or folder
    #[arg(value_name = "editor|etl|proxy|PATH")]
    interface: String,

    /// The format [default: by the output file's extension, or else Markdown]
    #[arg(long, short, value_enum)]
    format: Option<Format>,

    /// Write to this file, or to a file named after the package in this folder, instead of standard output
    #[arg(long, short, value_name = "FILE|DIR")]
    output: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  # Read the reference of a built-in interface
  witdock docs etl | less
  # Write the reference of your own interface as a page in site/
  witdock docs wit --format html --output site/
  witdock docs wit/photo.wit --output reference.html

The reference contains the comments with three slashes in the WIT, which may use Markdown.";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Markdown with links between the definitions
    Markdown,
    /// A single page that needs no other file
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
        output::write(text)?;
        return Ok(ExitCode::SUCCESS);
    };
    let file = file(&output, &reference, format);
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot create the folder {}", folder.display()))?;
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

/// The file to write. In an existing folder, or one whose path ends with `/`, it is named after the package.
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
