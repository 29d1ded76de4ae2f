//! A chat room in the terminal, whose bots are plugins. Write a line and see who answers. When you change a bot's source, it
//! is reloaded.

mod room;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use room::{CommandError, Guest, Message, Room, Seat};
use tokio::io::{AsyncBufReadExt, BufReader};
use witdock::{CallError, Dock, Limits, Plugin, Policy, Source};

fn main() -> ExitCode {
    // Bots are read and compiled in a child process with limits on its memory and time.
    witdock::worker::serve();
    match chat() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn chat() -> anyhow::Result<()> {
    let dock = Dock::new()?;
    let room = Room::default();
    let mut bots = Vec::new();
    for folder in folders()? {
        match load(&dock, &room, &folder).await {
            Ok(bot) => bots.push(bot),
            // If a bot cannot be built, the others still run.
            Err(error) => eprintln!("{}: {error:#}", folder.display()),
        }
    }
    eprintln!(
        "{} bots are in the room. `anna: hello` says it as anna; /help lists their commands.",
        bots.len()
    );

    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        if let Some(command) = line.strip_prefix('/') {
            run(&bots, &room, command).await;
        } else if !line.trim().is_empty() {
            say(&bots, &room, &line).await;
        }
    }
    for bot in &bots {
        let words = bot.call_named("goodbye", async |guest, store| match &guest.extras {
            Some(extras) => extras.chat_room_plugin_farewell().call_goodbye(store).await.map(Some),
            None => Ok(None),
        });
        answer(&room, bot.name(), words.await);
    }
    Ok(())
}

/// The plugins from the command line, or all in `plugins/`.
fn folders() -> anyhow::Result<Vec<PathBuf>> {
    let given: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    if !given.is_empty() {
        return Ok(given);
    }
    let entries = Path::new("plugins")
        .read_dir()
        .context("there is no folder `plugins` here; give the bots' folders as arguments")?;
    let mut found = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    found.retain(|path| path.join("plugin.toml").is_file());
    found.sort();
    Ok(found)
}

/// Builds, checks and starts a bot, and reloads it whenever its source changes.
async fn load(dock: &Dock, room: &Room, folder: &Path) -> anyhow::Result<Plugin<Guest>> {
    let source = Source::open(folder)?;
    let name = source.name().to_owned();
    let builder = dock
        .plugin::<Guest>(source)
        // A bot gets the requests of its plugin.toml that are granted here: no files, no network, no clocks.
        .policy(Policy::new().import("chat-room:plugin/*"))
        .limits(Limits { call_deadline: Duration::from_secs(1), ..Limits::default() });
    let mut events = builder.events();
    let news = name.clone();
    tokio::spawn(async move {
        while let Some(event) = events.next().await {
            if event.is_news() {
                eprintln!("  [{news} {event}]");
            }
        }
    });
    let room = room.clone();
    let bot = builder.load(move || Seat::new(&name, room.clone())).await?;
    bot.watch()?;
    Ok(bot)
}

/// Sends a message to every bot.
async fn say(bots: &[Plugin<Guest>], room: &Room, line: &str) {
    let (author, text) = line.split_once(": ").unwrap_or(("you", line));
    let message = Message { author: author.to_owned(), text: text.to_owned() };
    room.note(message.clone());
    for bot in bots {
        let heard = bot.call_named("hear", async |guest, store| guest.hear(store, &message).await);
        answer(room, bot.name(), heard.await);
    }
}

/// Runs a command of the bot that has it.
async fn run(bots: &[Plugin<Guest>], room: &Room, line: &str) {
    let (name, argument) = line.split_once(' ').unwrap_or((line, ""));
    for bot in bots {
        let commands =
            bot.call(async |_, store| Ok(store.data().app.commands.clone())).await.unwrap_or_default();
        if name == "help" {
            commands.iter().for_each(|command| println!("/{}  {}", command.name, command.help));
        } else if commands.iter().any(|command| command.name == name) {
            let ran = bot.call_named("run", async |guest, store| guest.run(store, name, argument).await);
            return match ran.await {
                Ok(Err(CommandError::Usage(usage))) => eprintln!("  [usage: {usage}]"),
                Ok(Err(CommandError::Failed(why))) => eprintln!("  [/{name} failed: {why}]"),
                Ok(Ok(text)) => answer(room, bot.name(), Ok(Some(text))),
                Err(error) => answer(room, bot.name(), Err(error)),
            };
        }
    }
    if name != "help" {
        eprintln!("  [no bot has the command /{name}; /help lists them]");
    }
}

/// Prints a bot's answer, or its error. A bot that fails is restarted; the room keeps running.
fn answer(room: &Room, bot: &str, answer: Result<Option<String>, CallError>) {
    match answer {
        Ok(None) => {}
        Ok(Some(text)) => room.post(bot, text),
        Err(error) => eprintln!("  [{error}]"),
    }
}
