//! The system's clipboard: that of the desktop where there is one, tmux's inside of it, and the terminal's elsewhere.
//!
//! A desktop's clipboard belongs to another program, which may hang. So it is used on a thread of its own, and what it has to say comes
//! later, as [`Told`].

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use tokio::sync::mpsc as told;

/// The longest that a paste waits for the desktop. Then the editor's own clipboard is pasted.
const LONGEST_READ: Duration = Duration::from_secs(1);
/// How long the end of the editor waits until the desktop has the text: it is kept by who has copied it.
const LONGEST_HANDOVER: Duration = Duration::from_millis(300);

/// The system's clipboard.
pub struct Clipboard {
    jobs: mpsc::Sender<Job>,
    is_desktop: bool,
    told: told::UnboundedReceiver<Told>,
    sender: told::UnboundedSender<Told>,
    ended: mpsc::Receiver<()>,
}

/// Something that the clipboard has to say.
#[derive(Debug, PartialEq, Eq)]
pub enum Told {
    /// This text could not be copied, and is left to the terminal.
    NotCopied(String),
    /// The text to paste; none where it cannot be read.
    Read(Option<String>),
}

enum Job {
    Copy(String),
    Read(tokio::sync::oneshot::Sender<Option<String>>),
}

/// Where a text is copied to.
enum Way {
    Desktop,
    Tmux,
    Terminal,
}

impl Way {
    fn of_environment() -> Self {
        let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        if cfg!(any(windows, target_os = "macos")) || is_set("DISPLAY") {
            Self::Desktop
        } else if is_set("TMUX") {
            Self::Tmux
        } else {
            Self::Terminal
        }
    }
}

impl Default for Clipboard {
    /// The clipboard that the environment has. Nothing is opened yet.
    fn default() -> Self {
        let way = Way::of_environment();
        let is_desktop = matches!(way, Way::Desktop);
        let (jobs, received) = mpsc::channel();
        let (sender, told) = told::unbounded_channel();
        let (end, ended) = mpsc::channel();
        let tell = sender.clone();
        // Where no thread can be started, the sender finds nobody, and the terminal is left.
        let _ = std::thread::Builder::new().name("clipboard".to_owned()).spawn(move || {
            serve(&way, &received, &tell);
            let _ = end.send(());
        });
        Self { jobs, is_desktop, told, sender, ended }
    }
}

impl Clipboard {
    /// Whether a text that another program has copied can be read.
    pub fn is_read(&self) -> bool {
        self.is_desktop
    }

    /// Copies a text, beside the caller.
    pub fn copy(&self, text: String) {
        if let Err(mpsc::SendError(Job::Copy(text))) = self.jobs.send(Job::Copy(text)) {
            let _ = self.sender.send(Told::NotCopied(text));
        }
    }

    /// Reads the text that was copied last, beside the caller. [`Told::Read`] answers.
    pub fn read(&self) {
        let (sender, read) = tokio::sync::oneshot::channel();
        // A thread that is gone drops the other end.
        let _ = self.jobs.send(Job::Read(sender));
        let tell = self.sender.clone();
        tokio::spawn(async move {
            let text = tokio::time::timeout(LONGEST_READ, read).await;
            let _ = tell.send(Told::Read(text.ok().and_then(Result::ok).flatten()));
        });
    }

    /// Waits for what it has to say. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Told {
        match self.told.recv().await {
            Some(told) => told,
            // It holds a sender itself.
            None => std::future::pending().await,
        }
    }

    /// Hands over to the desktop what was copied, before the editor ends.
    pub fn finish(self) {
        let Self { jobs, ended, .. } = self;
        drop(jobs);
        let _ = ended.recv_timeout(LONGEST_HANDOVER);
    }
}

fn serve(way: &Way, jobs: &mpsc::Receiver<Job>, tell: &told::UnboundedSender<Told>) {
    let mut desktop = None;
    for job in jobs {
        match job {
            Job::Copy(text) => {
                let is_copied = match way {
                    Way::Desktop => on_desktop(&mut desktop, |clipboard| clipboard.set_text(&text)).is_some(),
                    Way::Tmux => copy_by_tmux(&text),
                    Way::Terminal => false,
                };
                if !is_copied {
                    let _ = tell.send(Told::NotCopied(text));
                }
            }
            Job::Read(answer) => {
                let text = match way {
                    Way::Desktop => on_desktop(&mut desktop, arboard::Clipboard::get_text),
                    Way::Tmux | Way::Terminal => None,
                };
                let _ = answer.send(text);
            }
        }
    }
}

/// Uses the desktop's clipboard, which is opened when it is used first. One that has failed is opened again the next time.
fn on_desktop<T>(
    desktop: &mut Option<arboard::Clipboard>,
    work: impl FnOnce(&mut arboard::Clipboard) -> Result<T, arboard::Error>,
) -> Option<T> {
    if desktop.is_none() {
        *desktop = arboard::Clipboard::new().ok();
    }
    match work(desktop.as_mut()?) {
        Ok(done) => Some(done),
        Err(arboard::Error::ContentNotAvailable | arboard::Error::ConversionFailure) => None,
        Err(_) => {
            *desktop = None;
            None
        }
    }
}

/// Gives a text to tmux, which gives it to the terminal around it. What a program in tmux writes for the terminal, tmux ignores by
/// default.
fn copy_by_tmux(text: &str) -> bool {
    let child = Command::new("tmux")
        .args(["load-buffer", "-w", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut child) = child else { return false };
    let is_written = child.stdin.take().is_some_and(|mut stdin| stdin.write_all(text.as_bytes()).is_ok());
    child.wait().is_ok_and(|status| status.success()) && is_written
}
