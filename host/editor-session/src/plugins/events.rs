//! What plugins hear of that they export a function for: the focus, and the files of the folder.

use super::Plugins;
use super::slot::Waiting;
use crate::host::{FolderNews, PluginId};
use crate::outbox::{Effect, Outbox};

/// The most changes of the folder that wait for a plugin. Then it is told of all files again.
const MOST_WAITING: usize = 8;

impl Plugins {
    /// The window has the focus, or has it no longer.
    pub(crate) fn tell_window(&mut self, has_focus: bool) {
        for slot in self.slots.values_mut().filter(|slot| slot.exports.focus_events) {
            slot.wait(Waiting::Window(has_focus));
        }
    }

    /// Begins to tell a plugin of the files of the folder, or ends it.
    pub(super) fn follow_folder(&mut self, plugin: PluginId, follows: Option<bool>, out: &mut Outbox) {
        let (Some(follows), Some(slot)) = (follows, self.slots.get_mut(plugin)) else { return };
        slot.follows_folder = follows;
        slot.drop_folder_news();
        if follows {
            // All files are listed again, for those too that follow already: nothing is missed in between.
            self.is_folder_followed = true;
            out.effect(Effect::FollowFolder(self.root.clone()));
        }
    }

    /// Ends to follow the folder when no plugin does any more.
    pub(crate) fn settle_folder(&mut self, out: &mut Outbox) {
        let is_followed = self.slots.values().any(|slot| slot.follows_folder);
        if std::mem::replace(&mut self.is_folder_followed, is_followed) && !is_followed {
            out.effect(Effect::UnfollowFolder);
        }
    }

    /// Something has happened to the files of the folder.
    pub(crate) fn tell_folder(&mut self, news: &FolderNews, out: &mut Outbox) {
        let mut is_lost = false;
        for slot in self.slots.values_mut().filter(|slot| slot.follows_folder) {
            if matches!(news, FolderNews::Files { .. }) {
                slot.drop_folder_news();
            } else if slot.folder_news() >= MOST_WAITING {
                slot.drop_folder_news();
                is_lost = true;
                continue;
            }
            slot.wait(Waiting::Folder(news.clone()));
        }
        if is_lost {
            out.effect(Effect::FollowFolder(self.root.clone()));
        }
    }
}
