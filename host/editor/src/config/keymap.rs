//! The key map: which keys run which commands.

use std::collections::HashMap;

use super::key::{Keys, Press};

/// Which keys run which commands. The person's bindings come first, then the editor's, then the plugins': a key that is
/// bound already keeps its command.
#[derive(Debug, Clone, Default)]
pub struct KeyMap {
    bindings: HashMap<Keys, Binding>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Binding {
    /// `OWNER.COMMAND`; none for keys that the person has unbound.
    command: Option<String>,
    layer: Layer,
}

/// Who has bound a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// The person, in `keys.toml`.
    Person,
    /// The editor's defaults.
    Editor,
    /// A plugin's defaults.
    Plugin,
}

/// The meaning of a sequence of keys.
#[derive(Debug, PartialEq, Eq)]
pub enum Found<'a> {
    /// The keys run this command.
    Command(&'a str),
    /// The keys start a longer sequence.
    Prefix,
    /// The keys are not bound.
    Nothing,
}

impl KeyMap {
    /// Binds keys to a command, or to nothing.
    ///
    /// # Errors
    ///
    /// When the keys, their beginning or a longer sequence are bound already: the message names the command.
    pub fn bind(&mut self, keys: Keys, command: Option<&str>, layer: Layer) -> Result<(), String> {
        let clash = self.bindings.iter().find(|(other, binding)| {
            let (long, short) = if other.presses().len() > keys.presses().len() {
                (other.presses(), keys.presses())
            } else {
                (keys.presses(), other.presses())
            };
            binding.layer <= layer && binding.command.as_deref() != command && long.starts_with(short)
        });
        if let Some((keys, binding)) = clash {
            let holder = binding.command.as_deref().unwrap_or("nothing");
            return Err(format!("{keys} is bound to {holder}"));
        }
        self.bindings.insert(keys, Binding { command: command.map(str::to_owned), layer });
        Ok(())
    }

    /// Removes all bindings of plugins.
    pub fn forget_plugins(&mut self) {
        self.bindings.retain(|_, binding| binding.layer != Layer::Plugin);
    }

    /// The meaning of these keys.
    pub fn find(&self, presses: &[Press]) -> Found<'_> {
        if let Some(binding) = self.bindings.get(&Keys::from(presses.to_vec())) {
            return binding.command.as_deref().map_or(Found::Nothing, Found::Command);
        }
        if self.bindings.keys().any(|keys| keys.presses().starts_with(presses)) {
            return Found::Prefix;
        }
        Found::Nothing
    }

    /// Whether the person has bound these keys, to something or to nothing, or longer ones that begin with them.
    pub fn is_persons(&self, presses: &[Press]) -> bool {
        let persons = self.bindings.iter().filter(|(_, binding)| binding.layer == Layer::Person);
        persons.map(|(keys, _)| keys.presses()).any(|keys| keys.starts_with(presses))
    }

    /// The keys of a command in their readable form, shortest first.
    pub fn keys_of(&self, command: &str) -> Vec<String> {
        let bound = self.bindings.iter().filter(|(_, binding)| binding.command.as_deref() == Some(command));
        let mut keys: Vec<(usize, Layer, String)> =
            bound.map(|(keys, binding)| (keys.presses().len(), binding.layer, keys.to_string())).collect();
        keys.sort_by(|one, other| {
            (one.0, one.1, one.2.len(), &one.2).cmp(&(other.0, other.1, other.2.len(), &other.2))
        });
        keys.into_iter().map(|(.., shown)| shown).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Keys {
        text.parse().unwrap()
    }

    #[test]
    fn who_comes_first_keeps_a_key() {
        let mut map = KeyMap::default();
        map.bind(keys("ctrl-s"), Some("mine.save"), Layer::Person).unwrap();
        map.bind(keys("ctrl-q"), None, Layer::Person).unwrap();
        assert!(map.bind(keys("ctrl-s"), Some("editor.save"), Layer::Editor).is_err());
        assert!(map.bind(keys("ctrl-q"), Some("editor.quit"), Layer::Editor).is_err());
        map.bind(keys("f2"), Some("editor.plugins"), Layer::Editor).unwrap();
        let taken = map.bind(keys("f2"), Some("a.b"), Layer::Plugin).unwrap_err();
        assert_eq!(taken, "F2 is bound to editor.plugins");
        map.bind(keys("alt-t"), Some("a.b"), Layer::Plugin).unwrap();
        assert_eq!(map.find(keys("ctrl-s").presses()), Found::Command("mine.save"));
        assert_eq!(map.find(keys("ctrl-q").presses()), Found::Nothing);
        map.forget_plugins();
        assert_eq!(map.find(keys("alt-t").presses()), Found::Nothing);
    }

    #[test]
    fn keys_may_follow_each_other() {
        let mut map = KeyMap::default();
        map.bind(keys("ctrl-k t"), Some("a.b"), Layer::Editor).unwrap();
        assert_eq!(map.find(keys("ctrl-k").presses()), Found::Prefix);
        assert_eq!(map.find(keys("ctrl-k t").presses()), Found::Command("a.b"));
        assert_eq!(map.find(keys("ctrl-k x").presses()), Found::Nothing);
        assert!(map.bind(keys("ctrl-k"), Some("c.d"), Layer::Plugin).is_err());
        assert_eq!(map.keys_of("a.b"), ["Ctrl-K t"]);
    }
}
