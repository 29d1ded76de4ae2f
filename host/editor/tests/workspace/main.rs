//! Plugins with files and programs, in a folder that is made for them: questions about code, from the keys to a language server and back, and git. The
//! server is this program itself.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may end with a panic"
)]

#[path = "../common/mod.rs"]
mod common;

mod answers;
mod events;
mod files;
mod git;
mod real;
mod server;

use std::future::Future;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, serve, encoding] = arguments.as_slice()
        && serve == "--serve"
    {
        server::serve(encoding);
        return ExitCode::SUCCESS;
    }
    // The folder that the editor works in. Each test has one of its own in it.
    let workspace = tempfile::tempdir().unwrap();
    std::env::set_current_dir(workspace.path()).unwrap();
    let mut trials = answers::trials();
    trials.extend(events::trials());
    trials.extend(files::trials());
    trials.extend(git::trials());
    trials.extend(real::trials());
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn trial<F: Future<Output = ()>>(name: &str, test: impl FnOnce() -> F + Send + 'static) -> Trial {
    Trial::test(name, move || {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(test());
        runtime.shutdown_background();
        Ok(())
    })
}
