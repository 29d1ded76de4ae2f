//! A session: the loop that feeds input to the state, draws it, and carries out its effects.

use std::io;
use std::time::{Duration, Instant};

use crossterm::event::{self, Event};
use tokio::sync::mpsc;

use crate::app::{App, Effect, Input, Mode};
use crate::file;
use crate::plugins::{Host, News};
use crate::terminal::Screen;
use crate::view::view;

/// How long nothing is typed until plugins are told of a pause.
const PAUSE: Duration = Duration::from_millis(500);

/// Runs the editor on a screen until it is quit. `news` comes from the plugins of `host`.
///
/// # Errors
///
/// When the terminal cannot be read or written.
pub async fn run(
    app: &mut App,
    screen: &mut Screen,
    host: &Host,
    mut news: mpsc::UnboundedReceiver<News>,
) -> io::Result<()> {
    let (sender, mut inputs) = mpsc::unbounded_channel();
    read_terminal(sender.clone());
    let mut typed = Some(Instant::now());
    loop {
        if matches!(app.mode(), Mode::Plugins(_)) {
            app.update(Input::Reports(host.reports()));
        }
        screen.terminal.draw(|frame| view(app, frame))?;
        // After the screen is drawn, so that no plugin stands between a key and its sight.
        for effect in app.calls() {
            carry_out(effect, host, &sender);
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
                    other => carry_out(other, host, &sender),
                }
            }
            next = inputs.try_recv().ok().transpose()?;
        }
    }
}

fn carry_out(effect: Effect, host: &Host, sender: &mpsc::UnboundedSender<io::Result<Input>>) {
    match effect {
        Effect::Save { document, path, text } => {
            let sender = sender.clone();
            tokio::task::spawn_blocking(move || {
                let result = file::save(&path, &text).map_err(|error| error.to_string());
                // The receiver is gone only if the editor has ended.
                let _ = sender.send(Ok(Input::Saved { document, path, text, result }));
            });
        }
        Effect::Call { plugin, call, snapshot } => host.call(plugin, call, snapshot),
        Effect::Manage(plugin, action) => host.manage(plugin, action),
        Effect::Wait { alarm, after } => {
            let sender = sender.clone();
            tokio::spawn(async move {
                tokio::time::sleep(after).await;
                // The receiver is gone only if the editor has ended.
                let _ = sender.send(Ok(Input::Alarm(alarm)));
            });
        }
        // The loop has done these itself: they are the screen's.
        Effect::Copy(_) | Effect::Quit => {}
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
