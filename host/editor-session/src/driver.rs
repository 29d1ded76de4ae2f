//! Carries out the effects of a session: reads and writes files, runs plugins, waits.

use std::path::{Path, PathBuf};

use tokio::sync::mpsc;
use witdock::DockError;

use crate::documents::file::SaveError;
use crate::documents::{Documents, Target, file};
use crate::host::{Consent, Host, News, writable};
use crate::message::Message;
use crate::outbox::{Effect, Input};
use crate::processes::Processes;
use crate::project::{Follower, Worker};
use crate::recovery::{Keeper, Recovery};
use crate::shell::Stop;
use crate::watch::{PLUGINS_SETTLED, SETTLED, Watch};

/// Carries out the effects of a [`Session`](crate::Session), and brings the inputs that answer them.
///
/// All methods are called in a Tokio runtime with timers. Files are read and written on its threads for blocking work.
pub struct Driver {
    host: Host,
    news: mpsc::UnboundedReceiver<News>,
    sender: mpsc::UnboundedSender<Input>,
    inputs: mpsc::UnboundedReceiver<Input>,
    watch: Watch,
    project: Worker,
    processes: Processes,
    /// Follows the files of the folder, if a plugin does.
    follower: Option<Follower>,
    /// The folders that plugins come and go in.
    plugin_watch: Watch,
    plugin_changes: mpsc::UnboundedReceiver<Vec<PathBuf>>,
    /// Keeps unsaved texts, if they are to be kept.
    keeper: Option<Keeper>,
    /// Ends the command of the shell that is under way.
    shell: Option<Stop>,
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
        let watch = Watch::new(SETTLED, move |paths| drop(changes.send(Input::FilesChanged(paths))));
        let (plugin_sender, plugin_changes) = mpsc::unbounded_channel();
        let plugin_watch = Watch::new(PLUGINS_SETTLED, move |paths| drop(plugin_sender.send(paths)));
        Ok(Self {
            processes: Processes::new(news_sender.clone()),
            host: Host::new(news_sender, consent)?,
            news,
            sender,
            inputs,
            watch,
            project: Worker::default(),
            follower: None,
            plugin_watch,
            plugin_changes,
            keeper: None,
            shell: None,
            pending: 0,
        })
    }

    /// The plugins, to load and configure them.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// Appends what plugins have used of their grants to this file, from time to time and at the end.
    pub fn keep_audit_in(&mut self, file: &Path) {
        self.host.keep_audit(file);
    }

    /// Carries out an effect, beside the caller.
    pub fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Open(target) => {
                let opened_by = self.opened_by();
                self.work(move || open(target, true, &opened_by));
            }
            Effect::OpenBehind(target) => {
                let opened_by = self.opened_by();
                self.work(move || open(target, false, &opened_by));
            }
            Effect::Save { document, path, text, expected, within } => {
                let guard = within.map(|root| (root, self.host.protected()));
                self.work(move || {
                    let place = match &guard {
                        Some((root, protected)) => writable(root, &path, protected)
                            .map_err(|why| SaveError::Refused { path: path.clone(), why }),
                        None => Ok(path.clone()),
                    };
                    let result = place.and_then(|place| file::save(&place, &text, expected));
                    Input::Saved { document, path, text, result }
                });
            }
            Effect::Reread { document, path, stamp, how } => self.work(move || Input::Reread {
                document,
                replaces: stamp.is_none(),
                result: file::reread(&path, stamp, how),
            }),
            Effect::Find(task) => self.work(move || Input::Found(task.run())),
            Effect::Shell(task) => {
                self.pending += 1;
                let sender = self.sender.clone();
                // Sending fails only when the driver is dropped.
                self.shell = Some(task.start(move |finished| drop(sender.send(Input::Shell(finished)))));
            }
            Effect::StopShell => self.shell = None,
            Effect::Parse { document, task } => {
                self.work(move || Input::Parsed { document, parsed: task.run() });
            }
            Effect::Call { plugin, call, snapshot } => {
                self.pending += 1;
                self.host.call(plugin, call, snapshot);
            }
            Effect::Adopt { document, kept } => {
                if let Some(keeper) = &self.keeper {
                    keeper.adopt(document, &kept);
                }
            }
            Effect::List(folder) => {
                self.pending += 1;
                Worker::list(folder, self.sender.clone());
            }
            Effect::Peek { file, first } => {
                self.pending += 1;
                Worker::peek(file, first, self.sender.clone());
            }
            Effect::Walk { number, root } => {
                self.pending += 1;
                self.project.walk(number, root, self.sender.clone());
            }
            Effect::StopWalk => self.project.stop_walk(),
            Effect::Search { number, task } => {
                self.pending += 1;
                self.project.search(number, task, self.sender.clone());
            }
            Effect::StopSearch => self.project.stop_search(),
            Effect::Discard(kept) => Keeper::discard(&kept),
            Effect::Process { plugin, process, action } => self.processes.act(plugin, process, action),
            Effect::FollowFolder(root) => {
                self.follower = Some(Follower::start(root, self.sender.clone()));
            }
            Effect::UnfollowFolder => self.follower = None,
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
        let (sender, opened_by) = (self.sender.clone(), self.opened_by());
        tokio::task::spawn_blocking(move || {
            for target in targets {
                let _ = sender.send(open(target, false, &opened_by));
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

    /// Keeps unsaved texts in this folder, so that a crash loses at most two seconds of them, and brings those that another editor
    /// has left behind. Nothing is kept before this.
    ///
    /// # Errors
    ///
    /// When the folder cannot be used.
    pub fn keep_texts_in(&mut self, folder: &Path) -> std::io::Result<()> {
        let keeper = Keeper::new(Recovery::begin(folder)?)?;
        let left = keeper.left();
        if !left.is_empty() {
            // Sending fails only when the driver is dropped.
            let _ = self.sender.send(Input::Left(left));
        }
        self.keeper = Some(keeper);
        Ok(())
    }

    /// Keeps what has changed in these documents.
    pub fn keep(&mut self, documents: &Documents) {
        if let Some(error) = self.keeper.as_mut().and_then(|keeper| keeper.follow(documents)) {
            let text = format!("unsaved changes would be lost in a crash: {error}");
            // Sending fails only when the driver is dropped.
            let _ = self.sender.send(Input::News(News::Message(Message::warning(text))));
        }
    }

    /// Writes at once what is to be kept, before a process ends that was told to.
    pub fn keep_now(&mut self, documents: &Documents) {
        self.keep(documents);
        if let Some(keeper) = &self.keeper {
            keeper.flush();
        }
    }

    /// Keeps nothing any more: the person has ended the session.
    pub fn forget(&mut self) {
        if let Some(keeper) = self.keeper.take() {
            keeper.finish();
        }
    }

    fn opened_by(&self) -> impl Fn(&Path) -> Option<u32> + Send + 'static {
        let opened_by = self.keeper.as_ref().map(Keeper::opened_by);
        move |file| opened_by.as_ref().and_then(|opened_by| opened_by(file))
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
        self.watch_plugin_folders();
        let input = loop {
            tokio::select! {
                biased;
                Some(input) = self.inputs.recv() => break input,
                Some(news) = self.news.recv() => break Input::News(news),
                Some(paths) = self.plugin_changes.recv() => {
                    self.host.folders_changed(&paths);
                    self.watch_plugin_folders();
                }
                // The driver itself holds a sender of each channel.
                else => std::future::pending().await,
            }
        };
        self.came(&input);
        input
    }

    /// Watches for plugins that come and go, where that has changed.
    fn watch_plugin_folders(&mut self) {
        // What has come before the watch is found by the next look, which may find more to watch.
        let mut before = None;
        while let Some(watched) = self.host.take_watched().filter(|watched| before.as_ref() != Some(watched))
        {
            if let Err(error) = self.plugin_watch.follow_folders(watched.iter().map(PathBuf::as_path)) {
                let text = format!("cannot watch for plugins that come and go: {error}");
                let _ = self.sender.send(Input::News(News::Message(Message::warning(text))));
                return;
            }
            self.host.folders_changed(&[]);
            before = Some(watched);
        }
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
                | Input::Listed { .. }
                | Input::Peeked { .. }
                | Input::Walked { end: Some(_), .. }
                | Input::Searched { end: Some(_), .. }
                | Input::Found(_)
                | Input::Shell(_)
                | Input::Parsed { .. }
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

fn open(target: Target, to_front: bool, opened_by: &impl Fn(&Path) -> Option<u32>) -> Input {
    let result = file::open(&target.path, target.encoding);
    let opened_by = result.as_ref().ok().and_then(|opened| opened_by(opened.file.path()));
    Input::Opened { target, result, to_front, opened_by }
}
