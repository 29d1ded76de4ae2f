//! What the status line says of plugins and messages while it is not as it should be, with the key that opens more.

use witdock_editor_session::Level;
use witdock_editor_session::plugins::{Overview, ShownWork};

use super::{App, command};

/// A part of the status line that is there only while there is something to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chip {
    /// The words.
    pub long: String,
    /// The same in a few signs, those of the list of plugins.
    pub short: String,
    /// How serious it is.
    pub level: Level,
}

impl App {
    /// What the status line says of plugins and messages. Empty when all is well.
    pub fn chips(&self) -> Vec<Chip> {
        let Overview { building, loading, is_formatting, work, mode, asking, failed } =
            self.session.plugins().overview();
        let mut chips = Vec::new();
        let mut chip = |long: String, short: String, command: &str, level| {
            let key = if command.is_empty() { String::new() } else { self.keyboard.key_of(command) };
            let (long, short) = if key.is_empty() {
                (long, short)
            } else {
                (format!("{long} ({key})"), format!("{short} {key}"))
            };
            chips.push(Chip { long, short, level });
        };
        match &*building {
            [] => {}
            [one] => chip(format!("building {one}"), "…1".to_owned(), "", Level::Info),
            all => {
                chip(format!("building {} plugins", all.len()), format!("…{}", all.len()), "", Level::Info)
            }
        }
        if loading > 0 && building.is_empty() {
            chip("loading plugins".to_owned(), "…".to_owned(), "", Level::Info);
        }
        if is_formatting {
            chip("formatting".to_owned(), "fmt".to_owned(), "", Level::Info);
        }
        if let Some(ShownWork { plugin, title, percent, detail, by_person }) = work.last() {
            let percent = percent.map(|percent| format!("{percent} %"));
            let parts =
                [Some(title.clone()), percent.clone(), Some(detail.clone()).filter(|text| !text.is_empty())];
            let more = if work.len() > 1 { format!(", {} more", work.len() - 1) } else { String::new() };
            let text = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
            let (long, short) =
                (format!("{plugin}: {text}{more}"), format!("…{}", percent.unwrap_or_default()));
            if *by_person {
                chip(format!("{long} (Esc)"), format!("{short} Esc"), "", Level::Info);
            } else {
                chip(long, short, command::CANCEL_WORK, Level::Info);
            }
        }
        if let Some((plugin, mode)) = mode {
            chip(format!("{plugin}: {mode} (Esc)"), format!("{mode} Esc"), "", Level::Info);
        }
        if asking > 0 {
            let verb = if asking == 1 { "asks" } else { "ask" };
            let long = format!("{} {verb}", witdock::counted(asking as u64, "plugin"));
            chip(long, format!("?{asking}"), command::ANSWER_PLUGINS, Level::Warning);
        }
        if failed > 0 {
            let long = format!("{} failed", witdock::counted(failed as u64, "plugin"));
            chip(long, format!("×{failed}"), command::PLUGINS, Level::Error);
        }
        if let Some((count, level)) = self.screen.messages().unread() {
            let long = witdock::counted(count as u64, "new message");
            chip(long, format!("!{count}"), command::MESSAGES, level);
        }
        chips
    }
}
