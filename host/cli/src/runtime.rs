//! The async runtime that the dock needs, for commands that are not async.

use std::future::Future;
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::{Context, anyhow};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Notify;

/// How long a command has to end after Ctrl-C.
const MOMENT: Duration = Duration::from_secs(1);
/// The exit code of a program that was interrupted, as shells have it.
const INTERRUPTED: i32 = 130;

/// Runs a future to completion on a new runtime, or until Ctrl-C, which drops it: a build that runs is ended with all its
/// processes. They are no part of the terminal's process group, so they do not hear of Ctrl-C themselves.
///
/// # Errors
///
/// When the system cannot provide threads or timers, and on Ctrl-C.
pub(crate) fn block_on<R>(future: impl Future<Output = R>) -> anyhow::Result<R> {
    let interrupted = interrupted();
    block_on_to_end(async {
        tokio::select! {
            result = future => Ok(result),
            () = interrupted.notified() => Err(anyhow!("interrupted")),
        }
    })?
}

/// Runs a future to completion on a new runtime. What Ctrl-C means is up to the future.
///
/// # Errors
///
/// When the system cannot provide threads or timers.
pub(crate) fn block_on_to_end<R>(future: impl Future<Output = R>) -> anyhow::Result<R> {
    let runtime = builder(&mut Builder::new_multi_thread())?;
    Ok(runtime.block_on(future))
}

fn builder(builder: &mut Builder) -> anyhow::Result<Runtime> {
    builder.enable_all().build().context("cannot start the async runtime")
}

/// Hears of Ctrl-C from the first call on. What does not look at it ends a moment later.
fn interrupted() -> &'static Notify {
    static INTERRUPT: OnceLock<Notify> = OnceLock::new();
    INTERRUPT.get_or_init(|| {
        std::thread::spawn(|| {
            let Ok(runtime) = builder(&mut Builder::new_current_thread()) else { return };
            if runtime.block_on(tokio::signal::ctrl_c()).is_ok() {
                interrupted().notify_one();
                std::thread::sleep(MOMENT);
                std::process::exit(INTERRUPTED);
            }
        });
        Notify::new()
    })
}
