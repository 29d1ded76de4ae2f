//! A session: the loop that feeds input to the state, draws it, and carries out its effects.

use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crossterm::event::{self, Event};
use tokio::sync::mpsc;

use crate::app::{App, Effect, Input, Message, Mode};
use crate::config::Config;
use crate::file;
use crate::plugins::{Host, News};
use crate::terminal::Screen;
use crate::view::view;
use crate::watch::Watch;

/// How long nothing is typed until plugins are told of a pause.
const PAUSE: Duration = Duration::from_millis(500);

/// What effects are carried out with.
pub struct Session {
    host: Host,
    /// Where the configuration is read from.
    config_folder: Option<PathBuf>,
    inputs: mpsc::UnboundedSender<io::Result<Input>>,
}

/// Runs the editor on a screen until it is quit. `news` comes from the plugins of `host`.
///
/// # Errors
///
/// When the terminal cannot be read or written.
pub async fn run(
    app: &mut App,
    screen: &mut Screen,
    host: Host,
    mut news: mpsc::UnboundedReceiver<News>,
    files: Vec<PathBuf>,
    config_folder: Option<PathBuf>,
) -> io::Result<()> {
    let (sender, mut inputs) = mpsc::unbounded_channel();
    read_terminal(sender.clone());
    let files_changed = sender.clone();
    let mut watch = Watch::new(move |paths| drop(files_changed.send(Ok(Input::FilesChanged(paths)))));
    let session = Session { host, config_folder, inputs: sender };
    session.open_all(files);
    let mut typed = Some(Instant::now());
    loop {
        if matches!(app.mode(), Mode::Plugins(_)) {
            app.update(Input::Reports(session.host.reports()));
        }
        screen.terminal.draw(|frame| view(app, frame))?;
        if let Err(error) = watch.follow(app.buffers().iter().filter_map(|buffer| buffer.path.as_deref())) {
            app.say(Message::warning(format!("changes by other programs will not be noticed: {error}")));
        }
        // After the screen is drawn, so that no plugin stands between a key and its sight.
        for effect in app.calls() {
            session.carry_out(effect);
        }
        let mut next = tokio::select! {
            biased;
            input = inputs.recv() => match input {
                Some(input) => Some(input?),
                None => return Ok(()),
            },
            Some(news) = news.recv() => Some(Input::News(news)),
            () = tokio::time::sleep(PAUSE) => {
                let paused = typed.take_if(|since| since.elapsed() >= PAUSE).is_some();
                paused.then_some(Input::Idle)
            }
        };
        // Whatever else has come by now is drawn together with it.
        while let Some(input) = next {
            if matches!(input, Input::Key(_) | Input::Paste(_)) {
                typed = Some(Instant::now());
            }
            for effect in app.update(input) {
                match effect {
                    Effect::Quit => return Ok(()),
                    Effect::Copy(text) => screen.copy(&text)?,
                    other => session.carry_out(other),
                }
            }
            next = inputs.try_recv().ok().transpose()?;
        }
    }
}

impl Session {
    fn carry_out(&self, effect: Effect) {
        match effect {
            Effect::Save { document, path, text, expected } => self.beside(move || {
                let result = file::save(&path, &text, expected);
                Input::Saved { document, path, text, result }
            }),
            Effect::Open(path) => self.beside(move || {
                let opened = file::open(&path);
                Input::Opened { path, opened, to_front: true }
            }),
            Effect::Reread { document, path, stamp } => {
                let inputs = self.inputs.clone();
                tokio::task::spawn_blocking(move || {
                    if stamp == Some(file::Stamp::of(&path)) {
                        return;
                    }
                    let (replaces, result) = (stamp.is_none(), file::reread(&path));
                    // The receiver is gone only if the editor has ended.
                    let _ = inputs.send(Ok(Input::Reread { document, replaces, result }));
                });
            }
            Effect::ReadConfig => {
                let config = Config::read(self.config_folder.as_deref());
                self.host.configure_all(&config.settings);
                self.tell(Input::Configured(Box::new(config)));
            }
            Effect::Call { plugin, call, snapshot } => self.host.call(plugin, call, snapshot),
            Effect::Manage(plugin, action) => self.host.manage(plugin, action),
            Effect::Wait { alarm, after } => {
                let inputs = self.inputs.clone();
                tokio::spawn(async move {
                    tokio::time::sleep(after).await;
                    // The receiver is gone only if the editor has ended.
                    let _ = inputs.send(Ok(Input::Alarm(alarm)));
                });
            }
            // The loop has done these itself: they are the screen's.
            Effect::Copy(_) | Effect::Quit => {}
        }
    }

    /// Opens files one after the other, so that their order is kept.
    fn open_all(&self, files: Vec<PathBuf>) {
        let inputs = self.inputs.clone();
        tokio::task::spawn_blocking(move || {
            for path in files {
                let opened = file::open(&path);
                let _ = inputs.send(Ok(Input::Opened { path, opened, to_front: false }));
            }
        });
    }

    /// Does what takes time on a thread of its own.
    fn beside(&self, work: impl FnOnce() -> Input + Send + 'static) {
        let inputs = self.inputs.clone();
        tokio::task::spawn_blocking(move || {
            // The receiver is gone only if the editor has ended.
            let _ = inputs.send(Ok(work()));
        });
    }

    fn tell(&self, input: Input) {
        // The receiver is gone only if the editor has ended.
        let _ = self.inputs.send(Ok(input));
    }
}

/// Reads the terminal on a thread of its own, since reading blocks. It ends with the first input that nobody takes.
fn read_terminal(sender: mpsc::UnboundedSender<io::Result<Input>>) {
    std::thread::spawn(move || {
        loop {
            let input = match event::read() {
                Ok(Event::Key(key)) => Ok(Input::Key(key)),
                Ok(Event::Paste(text)) => Ok(Input::Paste(text)),
                Ok(Event::Mouse(mouse)) => Ok(Input::Mouse(mouse)),
                Ok(Event::Resize(columns, lines)) => Ok(Input::Resize(columns, lines)),
                Ok(_) => continue,
                Err(error) => Err(error),
            };
            let ends = input.is_err();
            if sender.send(input).is_err() || ends {
                return;
            }
        }
    });
}
