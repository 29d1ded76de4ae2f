//! Styles for text that people read. It is printed through `anstream`, which leaves them out of files and pipes and where `NO_COLOR`
//! asks for it.

use std::fmt::Display;

use anstyle::{AnsiColor, Style};
use witdock::text;

pub(crate) fn bold(text: impl Display) -> String {
    styled(Style::new().bold(), text)
}

pub(crate) fn dim(text: impl Display) -> String {
    styled(Style::new().dimmed(), text)
}

pub(crate) fn red(text: impl Display) -> String {
    styled(AnsiColor::Red.on_default(), text)
}

pub(crate) fn green(text: impl Display) -> String {
    styled(AnsiColor::Green.on_default(), text)
}

pub(crate) fn yellow(text: impl Display) -> String {
    styled(AnsiColor::Yellow.on_default(), text)
}

pub(crate) fn cyan(text: impl Display) -> String {
    styled(AnsiColor::Cyan.on_default(), text)
}

/// The text may be foreign: what a terminal would act on is shown, apart from the style itself.
fn styled(style: Style, text: impl Display) -> String {
    let text = text.to_string();
    format!("{style}{}{style:#}", text::whole(&text))
}
