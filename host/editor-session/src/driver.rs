//! Carries out the effects of a session: reads and writes files, runs plugins, waits.

use tokio::sync::mpsc;
use witdock::DockError;

use crate::documents::{Documents, Target, file};
use crate::host::{Consent, Host, News};
use crate::message::Message;
use crate::outbox::{Effect, Input};
use crate::watch::Watch;

/// Carries out the effects of a [`Session`](crate::Session), and brings the inputs that answer them.
///
/// All methods are called in a Tokio runtime with timers. Files are read and written on its threads for blocking work.
pub struct Driver {
    host: Host,
    news: mpsc::UnboundedReceiver<News>,
    sender: mpsc::UnboundedSender<Input>,
    inputs: mpsc::UnboundedReceiver<Input>,
    watch: Watch,
    /// The number of effects whose input has not come yet, timers aside.
    pending: usize,
}

impl Driver {
    /// A driver without plugins.
    ///
    /// # Errors
    ///
    /// When WebAssembly cannot be compiled for this machine.
    pub fn new(consent: Consent) -> Result<Self, DockError> {
        let (news_sender, news) = mpsc::unbounded_channel();
        let (sender, inputs) = mpsc::unbounded_channel();
        let changes = sender.clone();
        let watch = Watch::new(move |paths| drop(changes.send(Input::FilesChanged(paths))));
        Ok(Self { host: Host::new(news_sender, consent)?, news, sender, inputs, watch, pending: 0 })
    }

    /// The plugins, to load and configure them.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// Carries out an effect, beside the caller.
    pub fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Open(target) => self.work(move || {
                let result = file::open(&target.path);
                Input::Opened { target, result, to_front: true }
            }),
            Effect::Save { document, path, text, expected } => self.work(move || {
                let result = file::save(&path, &text, expected);
                Input::Saved { document, path, text, result }
            }),
            Effect::Reread { document, path, stamp } => self.work(move || Input::Reread {
                document,
                replaces: stamp.is_none(),
                result: file::reread(&path, stamp),
            }),
            Effect::Call { plugin, call, snapshot } => {
                self.pending += 1;
                self.host.call(plugin, call, snapshot);
            }
            Effect::Manage(plugin, action) => self.host.manage(plugin, action),
            Effect::Wait { alarm, after } => {
                let sender = self.sender.clone();
                tokio::spawn(async move {
                    tokio::time::sleep(after).await;
                    // Sending fails only when the driver is dropped.
                    let _ = sender.send(Input::Alarm(alarm));
                });
            }
        }
    }

    /// Opens files one after the other, so that the documents have their order. None of them is made active.
    pub fn open_all(&mut self, targets: Vec<Target>) {
        self.pending += targets.len();
        let sender = self.sender.clone();
        tokio::task::spawn_blocking(move || {
            for target in targets {
                let result = file::open(&target.path);
                let _ = sender.send(Input::Opened { target, result, to_front: false });
            }
        });
    }

    fn work(&mut self, work: impl FnOnce() -> Input + Send + 'static) {
        self.pending += 1;
        let sender = self.sender.clone();
        tokio::task::spawn_blocking(move || {
            // Sending fails only when the driver is dropped.
            let _ = sender.send(work());
        });
    }

    /// Watches the files of these documents for changes by other programs, instead of those before.
    pub fn watch(&mut self, documents: &Documents) {
        if let Err(error) = self.watch.follow(documents.paths()) {
            let text = format!("cannot watch for changes by other programs: {error}");
            // Sending fails only when the driver is dropped.
            let _ = self.sender.send(Input::News(News::Message(Message::warning(text))));
        }
    }

    /// Waits for the next input. Dropping the future loses none.
    pub async fn next(&mut self) -> Input {
        let input = tokio::select! {
            biased;
            Some(input) = self.inputs.recv() => input,
            Some(news) = self.news.recv() => Input::News(news),
            // The driver itself holds a sender of each channel.
            else => std::future::pending().await,
        };
        self.came(&input);
        input
    }

    /// The next input, if it has come already.
    pub fn try_next(&mut self) -> Option<Input> {
        let input = self.inputs.try_recv().ok().or_else(|| self.news.try_recv().ok().map(Input::News))?;
        self.came(&input);
        Some(input)
    }

    fn came(&mut self, input: &Input) {
        let answers = matches!(
            input,
            Input::Opened { .. }
                | Input::Saved { .. }
                | Input::Reread { .. }
                | Input::News(News::Ended { .. })
        );
        if answers {
            self.pending = self.pending.saturating_sub(1);
        }
    }

    /// Whether files are read or written, or calls are under way.
    pub fn is_busy(&self) -> bool {
        self.pending > 0
    }
}
