//! A process with all that it has started.

use std::sync::{Arc, Mutex};

use tokio::process::Child;
use tokio::sync::oneshot;

use crate::host::lock;

/// The group of processes that one has started. It can be killed until its leader was waited for: afterwards the system may give its number to another one.
#[derive(Clone, Debug, Default)]
pub(super) struct Group(Arc<Mutex<Option<u32>>>);

impl Group {
    pub(super) fn begin(&self, child: &Child) {
        *lock(&self.0) = child.id();
    }

    /// Kills all of them. A process that has left the group is not found.
    pub(super) fn kill(&self) {
        let leader = lock(&self.0);
        #[cfg(unix)]
        if let Some(leader) =
            leader.and_then(|number| i32::try_from(number).ok()).and_then(rustix::process::Pid::from_raw)
        {
            // All of them may have ended in this moment.
            let _ = rustix::process::kill_process_group(leader, rustix::process::Signal::KILL);
        }
        // Elsewhere, the child is killed as it is dropped.
        drop(leader);
    }

    /// Forgets the leader, which somebody is going to wait for.
    pub(super) fn forget(&self) {
        *lock(&self.0) = None;
    }
}

/// Waits until a process has ended, and leaves it to be waited for, so that its number stays its own.
#[cfg(unix)]
pub(super) fn ended(child: &Child) -> oneshot::Receiver<()> {
    use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

    let (sender, receiver) = oneshot::channel();
    let number = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    // A thread of its own: a runtime that shuts down would wait for one of its own.
    let waits =
        std::thread::Builder::new().name("process".to_owned()).stack_size(64 << 10).spawn(move || {
            if let Some(number) = number {
                let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
                while let Err(rustix::io::Errno::INTR) = waitid(WaitId::Pid(number), options) {}
            }
            let _ = sender.send(());
        });
    // Without a thread, the sender is dropped, and the process is waited for at once.
    drop(waits);
    receiver
}

#[cfg(not(unix))]
pub(super) fn ended(_: &Child) -> oneshot::Receiver<()> {
    oneshot::channel().1
}
