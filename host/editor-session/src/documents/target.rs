//! What a person asks to open: a file, and a place in it.

use std::path::{Path, PathBuf};

use witdock_editor_core::Encoding;

/// A file to open, and the place to go to in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Target {
    /// The file.
    pub path: PathBuf,
    /// The line, from 1.
    pub line: Option<usize>,
    /// The column in characters, from 1.
    pub column: Option<usize>,
    /// The number of characters to select from there.
    pub selected: usize,
    /// The encoding to read it in; none recognizes it.
    pub encoding: Option<Encoding>,
}

impl From<&Path> for Target {
    fn from(path: &Path) -> Self {
        Self { path: path.to_owned(), ..Self::default() }
    }
}

impl Target {
    /// Reads what a person has typed: a path, which may begin with `~`, and a place behind it as compilers write it: `FILE:LINE`
    /// or `FILE:LINE:COLUMN`. A file that has such a name is opened itself.
    pub fn typed(text: &str) -> Self {
        let path = at_home(text, dirs::home_dir());
        if path.exists() {
            return Self { path, ..Self::default() };
        }
        // Compilers end it with a colon.
        let rest = text.strip_suffix(':').unwrap_or(text);
        let number = |text: &str| text.parse::<usize>().ok().filter(|number| *number > 0);
        let Some((before, last)) = rest.rsplit_once(':').and_then(|(rest, last)| Some((rest, number(last)?)))
        else {
            return Self { path, ..Self::default() };
        };
        let (name, line, column) =
            match before.rsplit_once(':').and_then(|(name, line)| Some((name, number(line)?))) {
                Some((name, line)) => (name, line, Some(last)),
                None => (before, last, None),
            };
        if name.is_empty() {
            return Self { path, ..Self::default() };
        }
        Self { path: at_home(name, dirs::home_dir()), line: Some(line), column, ..Self::default() }
    }
}

/// A path whose `~` is the home folder. A shell replaces it only where it stands alone at the begin of a word.
pub(super) fn at_home(text: &str, home: Option<PathBuf>) -> PathBuf {
    let rest = match text.strip_prefix('~') {
        Some("") => Some(""),
        Some(rest) => rest.strip_prefix('/'),
        None => None,
    };
    match (rest, home) {
        (Some(rest), Some(home)) if !Path::new(text).exists() => home.join(rest),
        _ => PathBuf::from(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(path: &str, line: Option<usize>, column: Option<usize>) -> Target {
        Target { path: path.into(), line, column, ..Target::default() }
    }

    #[test]
    fn a_place_stands_behind_the_file() {
        for (typed, path, line, column) in [
            ("a.rs", "a.rs", None, None),
            ("a.rs:12", "a.rs", Some(12), None),
            ("a.rs:12:3", "a.rs", Some(12), Some(3)),
            ("src/a.rs:12:3:", "src/a.rs", Some(12), Some(3)),
            ("a:0", "a:0", None, None),
            (":7", ":7", None, None),
            ("C:x", "C:x", None, None),
            ("10:30", "10", Some(30), None),
        ] {
            assert_eq!(Target::typed(typed), target(path, line, column), "{typed}");
        }
    }

    #[test]
    fn a_file_with_such_a_name_is_opened_itself() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log:50");
        std::fs::write(&path, "").unwrap();
        assert_eq!(Target::typed(path.to_str().unwrap()), Target::from(&*path));
    }

    #[test]
    fn a_tilde_is_the_home_folder() {
        let home = || Some(PathBuf::from("/home/me"));
        assert_eq!(at_home("~/notes", home()), Path::new("/home/me/notes"));
        assert_eq!(at_home("~", home()), Path::new("/home/me"));
        assert_eq!(at_home("~other/notes", home()), Path::new("~other/notes"));
        assert_eq!(at_home("a~/b", home()), Path::new("a~/b"));
    }
}
