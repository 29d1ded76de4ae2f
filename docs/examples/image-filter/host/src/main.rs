//! Runs filters over a PNG file, each of them a plugin in a sandbox.

mod filter;
mod picture;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use clap::Parser;
use filter::{Filter, Step};
use tokio::sync::Notify;
use witdock::Dock;

/// Run filters over a PNG file, each of them a plugin
#[derive(Parser)]
#[command(after_help = "Examples:\n  image-filter coast.png sepia -o out.png\n  \
    image-filter coast.png blur:radius=4 sepia:strength=60 -o out.png --watch")]
struct Arguments {
    /// The PNG file to read
    input: PathBuf,
    /// The filters, in order, with their settings: NAME or NAME:SETTING=VALUE,…
    #[arg(required = true, value_name = "FILTER")]
    filters: Vec<Step>,
    /// The PNG file to write
    #[arg(long, short)]
    output: PathBuf,
    /// The folder with the filters, one folder each
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../plugins"))]
    plugins: PathBuf,
    /// Keep running, and write the output again whenever a filter's source changes
    #[arg(long)]
    watch: bool,
}

fn main() -> ExitCode {
    // Filters are read and compiled in a child process with limits on its memory and time.
    witdock::worker::serve();
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let image = picture::read(&arguments.input)?;
    let dock = Dock::new()?;
    let reloaded = Arc::new(Notify::new());
    let mut filters = Vec::new();
    for step in &arguments.filters {
        filters.push(Filter::load(&dock, &arguments.plugins, step, &image, reloaded.clone()).await?);
    }
    write(&filters, &image, &arguments.output).await?;
    if !arguments.watch {
        return Ok(());
    }
    eprintln!("watching; Ctrl-C ends it");
    loop {
        reloaded.notified().await;
        // If a filter fails, the previous picture stays, and the next change tries again.
        if let Err(error) = write(&filters, &image, &arguments.output).await {
            eprintln!("error: {error:#}");
        }
    }
}

async fn write(filters: &[Filter], image: &filter::Image, output: &Path) -> anyhow::Result<()> {
    let mut image = image.clone();
    for filter in filters {
        image = filter.apply(image).await?;
    }
    picture::write(output, &image).with_context(|| format!("cannot write {}", output.display()))?;
    println!("wrote {}, {} × {} pixels", output.display(), image.width, image.height);
    Ok(())
}
