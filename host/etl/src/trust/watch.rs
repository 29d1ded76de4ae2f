//! Watching the policy file during a run.

use std::path::Path;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::runtime::Handle;
use witdock::text;

use super::Trust;
use crate::progress::Reporter;

/// How long the file must be left alone before it is read again: a program may empty it first and write it then.
const SETTLED: Duration = Duration::from_millis(100);

/// Applies what is written into the policy file, as long as this lives.
#[derive(Debug)]
pub struct RulesWatch {
    _watcher: RecommendedWatcher,
}

impl RulesWatch {
    pub(super) fn begin(trust: &Trust, path: &Path, reporter: Reporter) -> notify::Result<Self> {
        let (sender, changes) = mpsc::channel();
        let name = path.file_name().map(ToOwned::to_owned);
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            let concerns = |event: Event| {
                !matches!(event.kind, EventKind::Access(_))
                    && event.paths.iter().any(|path| path.file_name() == name.as_deref())
            };
            if event.is_ok_and(concerns) {
                // The receiver ends with the watcher.
                let _ = sender.send(());
            }
        })?;
        // The folder, since most programs replace a file that they write.
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        watcher.watch(folder.unwrap_or(Path::new(".")), RecursiveMode::NonRecursive)?;
        let (trust, runtime) = (trust.clone(), Handle::current());
        std::thread::spawn(move || {
            let _runtime = runtime.enter();
            while changes.recv().is_ok() {
                settle(&changes);
                trust.apply_rules(&reporter);
            }
        });
        Ok(Self { _watcher: watcher })
    }
}

/// Waits until no change has come for a moment.
fn settle(changes: &Receiver<()>) {
    while !matches!(
        changes.recv_timeout(SETTLED),
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected)
    ) {}
}

impl Trust {
    /// Applies what is written into the policy file from now on, as long as the result lives: what the rules deny now is taken back, also
    /// where it is in use; what they allow in addition comes with a plugin's next generation. `None` if there is no policy file.
    ///
    /// # Errors
    ///
    /// When the system cannot watch the file.
    pub fn watch_rules(&self, reporter: Reporter) -> notify::Result<Option<RulesWatch>> {
        let Some(rules) = &self.rules else { return Ok(None) };
        RulesWatch::begin(self, rules.path(), reporter).map(Some)
    }

    fn apply_rules(&self, reporter: &Reporter) {
        let Some(rules) = &self.rules else { return };
        let path = text::path(rules.path());
        match rules.reread() {
            Ok(false) => {}
            Ok(true) => {
                let revoked = self.regrant();
                if revoked.is_empty() {
                    reporter.message(&format!("{path}: the new rules apply"));
                }
                for (plugin, refused) in revoked {
                    reporter.message(&format!(
                        "{path}: {plugin} is stopped, since it is no longer granted:{refused}"
                    ));
                }
            }
            Err(error) => reporter.message(&format!("{error}; the rules before stay in force")),
        }
    }
}
