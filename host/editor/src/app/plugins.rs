//! Keys for managing plugins, for consent, and for the panel of a plugin.

use crossterm::event::{KeyCode, KeyEvent};
use witdock_editor_session::host::{Ask, Before, Health, PluginAction};
use witdock_editor_session::{Message, Session};

use super::command::ANSWER_PLUGINS;
use super::mode::Next;
use super::{Mode, Screen};

/// The list of plugins, with details about the chosen one.
#[derive(Debug, Default, Clone, Copy)]
pub struct PluginPanel {
    /// The index of the chosen plugin.
    pub chosen: usize,
    /// Which details are shown.
    pub page: PluginPage,
    /// How many lines the log is scrolled up from its end.
    pub scrolled: usize,
}

/// The details about a plugin.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum PluginPage {
    /// Status and cost.
    #[default]
    Status,
    /// The last lines of the log.
    Log,
    /// What the plugin is allowed.
    Grants,
}

impl PluginPanel {
    pub(super) fn key(mut self, key: KeyEvent, session: &mut Session) -> Next {
        let reports = session.plugins().reports();
        let report = reports.get(self.chosen);
        let plugin = report.map(|report| report.plugin);
        let is_off = report.is_some_and(|report| report.cost.is_none() && report.health == Health::Off);
        let last = reports.len().saturating_sub(1);
        let mut action = None;
        match key.code {
            KeyCode::Esc if self.page != PluginPage::Status => self.page = PluginPage::Status,
            KeyCode::Esc | KeyCode::F(2) => return Next::Edit,
            KeyCode::Up => self.chosen = self.chosen.saturating_sub(1),
            KeyCode::Down => self.chosen = (self.chosen + 1).min(last),
            KeyCode::PageUp => self.scrolled = self.scrolled.saturating_add(10),
            KeyCode::PageDown => self.scrolled = self.scrolled.saturating_sub(10),
            KeyCode::Char('l') => self.toggle(PluginPage::Log),
            KeyCode::Char('g') => self.toggle(PluginPage::Grants),
            KeyCode::Char('s') => action = Some(PluginAction::Stop),
            KeyCode::Char('v') => action = Some(PluginAction::Revive),
            KeyCode::Char('r') => action = Some(PluginAction::Reload),
            KeyCode::Char('e') => {
                action = Some(if is_off { PluginAction::Enable } else { PluginAction::Disable });
            }
            KeyCode::Char('x') if self.page == PluginPage::Grants => action = Some(PluginAction::Revoke),
            _ => {}
        }
        if let Some((plugin, action)) = plugin.zip(action) {
            session.manage(plugin, action);
        }
        Next::Mode(Mode::Plugins(self))
    }

    fn toggle(&mut self, page: PluginPage) {
        self.page = if self.page == page { PluginPage::Status } else { page };
    }
}

/// The message about a request for consent. It is one line and no dialog: nothing that the person types meanwhile is taken
/// for an answer.
pub(super) fn consent_message(ask: &Ask, key: &str) -> Message {
    let asks = match ask.before {
        Before::Nothing => "asks",
        Before::Others => "now also asks",
        Before::OtherComponent => "is another component now, and asks",
    };
    let how = if key.is_empty() { ANSWER_PLUGINS } else { key };
    Message::warning(format!("{asks} ({how} answers) to {}", ask.words().join(", "))).of(&ask.name)
}

/// Whether a key moves in a panel or leaves it: such keys are not a plugin's.
pub(super) fn moves_in_panel(key: KeyEvent) -> bool {
    key.modifiers.is_empty()
        && matches!(
            key.code,
            KeyCode::Up
                | KeyCode::Down
                | KeyCode::PageUp
                | KeyCode::PageDown
                | KeyCode::Home
                | KeyCode::End
                | KeyCode::Enter
                | KeyCode::Esc
                | KeyCode::F(_)
                | KeyCode::Char('q' | 'x')
        )
}

/// Chooses lines of the panel that is shown.
pub(super) fn panel_key(key: KeyEvent, session: &mut Session, screen: &Screen) -> Next {
    let page = screen.panel_lines(session).saturating_sub(2).max(1);
    let Some(shown) = session.plugins().panel() else { return Next::Edit };
    let chosen = shown.chosen;
    let line = match key.code {
        KeyCode::Up => chosen.saturating_sub(1),
        KeyCode::Down => chosen.saturating_add(1),
        KeyCode::PageUp => chosen.saturating_sub(page),
        KeyCode::PageDown => chosen.saturating_add(page),
        KeyCode::Home => 0,
        KeyCode::End => usize::MAX,
        KeyCode::Enter if session.activate_panel_line() => return Next::Edit,
        KeyCode::Esc if session.plugins().shows_results() => {
            session.close_results();
            return Next::Edit;
        }
        // The panel stays open, and keys go to the text.
        KeyCode::Esc | KeyCode::F(6) => return Next::Edit,
        KeyCode::Char('q' | 'x') => {
            session.close_panel();
            return Next::Edit;
        }
        _ => chosen,
    };
    session.choose_panel_line(line);
    Next::Mode(Mode::Panel)
}
