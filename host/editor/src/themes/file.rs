//! Themes in TOML: those built in, and `themes/NAME.toml` in the configuration folder.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use ratatui::style::{Color, Modifier, Style};
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use witdock::nearest;
use witdock_editor_session::Problem;

use super::{DEFAULT, Theme};
use crate::theme::{PARTS, SCOPES};

/// The themes that are built in.
const BUILT_IN: [(&str, &str); 3] = [
    (DEFAULT, include_str!("built_in/terminal.toml")),
    ("dark", include_str!("built_in/dark.toml")),
    ("light", include_str!("built_in/light.toml")),
];
/// The folder of themes in the configuration folder.
const FOLDER: &str = "themes";
/// The most files that are read.
const MOST_FILES: usize = 200;

/// The attributes of a style with their names.
const ATTRIBUTES: [(&str, Modifier); 6] = [
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underlined", Modifier::UNDERLINED),
    ("reversed", Modifier::REVERSED),
    ("struck-out", Modifier::CROSSED_OUT),
];

/// The themes that there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Themes {
    all: BTreeMap<String, Theme>,
    /// Those that have a problem.
    failed: BTreeSet<String>,
}

/// The text of a theme.
struct Source {
    path: PathBuf,
    text: String,
}

impl Themes {
    /// Those that are built in.
    pub fn built_in() -> Self {
        Self::from_sources(built_in(), &mut Vec::new())
    }

    /// Those that are built in, and those of a configuration folder, which may replace them. Gives the problems in files: a theme
    /// with one does not exist.
    pub fn read(folder: Option<&Path>) -> (Self, Vec<Problem>) {
        let mut problems = Vec::new();
        let mut sources = built_in();
        let entries = folder.and_then(|folder| std::fs::read_dir(folder.join(FOLDER)).ok());
        let paths = entries.into_iter().flatten().flatten().map(|entry| entry.path());
        for path in paths.filter(|path| path.extension().is_some_and(|end| end == "toml")).take(MOST_FILES) {
            let Some(name) = path.file_stem().map(|name| name.to_string_lossy().into_owned()) else {
                continue;
            };
            match std::fs::read_to_string(&path) {
                Ok(text) => drop(sources.insert(name, Source { path, text })),
                Err(error) => problems.push(Problem::of_file(&path, error.to_string())),
            }
        }
        (Self::from_sources(sources, &mut problems), problems)
    }

    fn from_sources(sources: BTreeMap<String, Source>, problems: &mut Vec<Problem>) -> Self {
        let mut themes = Self::default();
        for name in sources.keys() {
            themes.load(name, &sources, &mut Vec::new(), problems);
        }
        themes
    }

    /// The theme of this name, if there is one.
    pub fn find(&self, name: &str) -> Option<&Theme> {
        self.all.get(name)
    }

    /// The theme of this name, or the default one.
    pub fn named(&self, name: &str) -> Theme {
        self.find(name).or_else(|| self.find(DEFAULT)).cloned().unwrap_or_else(|| Theme::plain(DEFAULT))
    }

    /// The words for a theme that there is not.
    pub fn unknown(&self, name: &str) -> String {
        unknown("theme", name, self.names())
    }

    /// The names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.all.keys().map(String::as_str)
    }

    /// Loads a theme, after the one that it inherits from.
    fn load(
        &mut self,
        name: &str,
        sources: &BTreeMap<String, Source>,
        under_way: &mut Vec<String>,
        problems: &mut Vec<Problem>,
    ) -> Option<Theme> {
        if let Some(theme) = self.all.get(name) {
            return Some(theme.clone());
        }
        let source = sources.get(name).filter(|_| !self.failed.contains(name))?;
        under_way.push(name.to_owned());
        let result = self.parse(name, source, sources, under_way, problems);
        under_way.pop();
        match result {
            Ok(theme) => {
                self.all.insert(name.to_owned(), theme.clone());
                Some(theme)
            }
            Err((place, what)) => {
                problems.push(Problem::at(&source.path, &source.text, place, what));
                self.failed.insert(name.to_owned());
                None
            }
        }
    }

    fn parse(
        &mut self,
        name: &str,
        source: &Source,
        sources: &BTreeMap<String, Source>,
        under_way: &mut Vec<String>,
        problems: &mut Vec<Problem>,
    ) -> Result<Theme, (usize, String)> {
        let place_of = |error: &toml::de::Error| error.span().map_or(0, |span| span.start);
        let table =
            DeTable::parse(&source.text).map_err(|error| (place_of(&error), error.message().to_owned()))?;
        let table = table.get_ref();
        let mut theme = Theme::plain(name);
        let mut palette = BTreeMap::new();
        // First what the rest refers to.
        for (key, value) in table.iter() {
            let at = value.span().start;
            match key.get_ref().as_ref() {
                "inherits" => {
                    let other = value
                        .get_ref()
                        .as_str()
                        .ok_or((at, "expected the name of a theme in quotes".to_owned()))?;
                    if under_way.iter().any(|name| name == other) {
                        return Err((at, format!("`{other}` inherits from itself")));
                    }
                    let inherited = self.load(other, sources, under_way, problems);
                    let inherited = inherited
                        .ok_or_else(|| (at, unknown("theme", other, sources.keys().map(String::as_str))))?;
                    theme = Theme { name: name.into(), ..inherited };
                }
                "palette" => {
                    for (key, value) in entries(value, "the palette")? {
                        let colour = colour(value, &BTreeMap::new())?;
                        palette.insert(key.get_ref().to_string(), colour);
                    }
                }
                "text" | "screen" => {}
                other => {
                    let known = ["inherits", "palette", "text", "screen"];
                    return Err((key.span().start, unknown("key", other, known.into_iter())));
                }
            }
        }
        for (key, value) in table.iter() {
            match key.get_ref().as_ref() {
                "text" => {
                    let names = SCOPES.map(|(name, _)| name);
                    for (index, style) in styles(value, &names, &palette)? {
                        theme.looks.get_mut(index).into_iter().for_each(|old| *old = style);
                    }
                }
                "screen" => {
                    let names = PARTS;
                    for (index, style) in styles(value, &names, &palette)? {
                        theme.looks.get_mut(SCOPES.len() + index).into_iter().for_each(|old| *old = style);
                    }
                }
                _ => {}
            }
        }
        Ok(theme)
    }
}

fn built_in() -> BTreeMap<String, Source> {
    let source = |(name, text): &(&str, &str)| {
        ((*name).to_owned(), Source { path: PathBuf::from(format!("{name}.toml")), text: (*text).to_owned() })
    };
    BUILT_IN.iter().map(source).collect()
}

type Entry<'a> = (&'a Spanned<std::borrow::Cow<'a, str>>, &'a Spanned<DeValue<'a>>);

fn entries<'a>(value: &'a Spanned<DeValue<'a>>, what: &str) -> Result<Vec<Entry<'a>>, (usize, String)> {
    let table =
        value.get_ref().as_table().ok_or((value.span().start, format!("expected a table for {what}")))?;
    Ok(table.iter().collect())
}

/// The styles of a table, by the places of their names.
fn styles(
    value: &Spanned<DeValue<'_>>,
    names: &[&str],
    palette: &BTreeMap<String, Color>,
) -> Result<Vec<(usize, Style)>, (usize, String)> {
    let mut found = Vec::new();
    for (key, value) in entries(value, "the styles")? {
        let name = key.get_ref().as_ref();
        let index = names.iter().position(|known| *known == name);
        let index = index.ok_or_else(|| (key.span().start, unknown("part", name, names.iter().copied())))?;
        found.push((index, style(value, palette)?));
    }
    Ok(found)
}

/// `"#c678dd"`, or `{ fg = "#c678dd", bg = "…", bold = true }`.
fn style(value: &Spanned<DeValue<'_>>, palette: &BTreeMap<String, Color>) -> Result<Style, (usize, String)> {
    if value.get_ref().as_str().is_some() {
        return Ok(Style::new().fg(colour(value, palette)?));
    }
    let mut style = Style::new();
    for (key, value) in entries(value, "a style; write a colour, or { fg = …, bg = …, bold = true }")? {
        let name = key.get_ref().as_ref();
        let attribute = ATTRIBUTES.iter().find(|(known, _)| *known == name).map(|(_, attribute)| *attribute);
        match (name, attribute) {
            ("fg", _) => style.fg = Some(colour(value, palette)?),
            ("bg", _) => style.bg = Some(colour(value, palette)?),
            (_, Some(attribute)) => match value.get_ref().as_bool() {
                Some(true) => style = style.add_modifier(attribute),
                Some(false) => style = style.remove_modifier(attribute),
                None => return Err((value.span().start, "expected true or false".to_owned())),
            },
            _ => {
                let known = ["fg", "bg"].into_iter().chain(ATTRIBUTES.iter().map(|(name, _)| *name));
                return Err((key.span().start, unknown("attribute", name, known)));
            }
        }
    }
    Ok(style)
}

/// `#rrggbb`, one of the terminal's colours, `default`, or one of the palette.
fn colour(value: &Spanned<DeValue<'_>>, palette: &BTreeMap<String, Color>) -> Result<Color, (usize, String)> {
    let at = value.span().start;
    let expected = "expected a colour: \"#rrggbb\", \"default\", one of the terminal's such as \"light-red\", or one of [palette]";
    let written = value.get_ref().as_str().ok_or((at, expected.to_owned()))?;
    if let Some(colour) = palette.get(written) {
        return Ok(*colour);
    }
    if written == "default" {
        return Ok(Color::Reset);
    }
    let is_hex = written.len() == 7 && written.starts_with('#');
    let is_name = written.chars().all(|c| c.is_ascii_lowercase() || c == '-') && written != "reset";
    let colour = (is_hex || is_name).then(|| Color::from_str(written).ok()).flatten();
    colour.ok_or_else(|| (at, format!("unknown colour `{written}`; {expected}")))
}

fn unknown<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.collect();
    match nearest(name, known.iter().copied()) {
        Some(near) => format!("unknown {what} `{name}`; did you mean `{near}`?"),
        None => format!("unknown {what} `{name}`; known are {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn look(theme: &Theme, name: &str) -> Style {
        let mut names = SCOPES.iter().map(|(name, _)| *name).chain(PARTS);
        theme.looks[names.position(|other| other == name).unwrap()]
    }

    #[test]
    fn those_built_in_are_valid_and_whole() {
        let mut problems = Vec::new();
        let themes = Themes::from_sources(built_in(), &mut problems);
        assert_eq!(problems, []);
        assert_eq!(themes.names().collect::<Vec<_>>(), ["dark", "light", "terminal"]);
        for name in ["dark", "light"] {
            let theme = themes.named(name);
            for (index, (scope, _)) in SCOPES.iter().enumerate() {
                assert!(matches!(theme.looks[index].fg, Some(Color::Rgb(..))), "{name}: {scope}");
            }
            assert!(matches!(look(&theme, "screen").bg, Some(Color::Rgb(..))), "{name}");
            assert!(PARTS.iter().all(|part| look(&theme, part) != Style::new()), "{name}");
        }
    }

    /// The themes of files in a folder, and the problems.
    fn read(files: &[(&str, &str)]) -> (Themes, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(FOLDER)).unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(FOLDER).join(name), text).unwrap();
        }
        let (themes, problems) = Themes::read(Some(folder.path()));
        let base = format!("{}/", folder.path().join(FOLDER).display());
        (themes, problems.iter().map(|problem| problem.to_string().replace(&base, "")).collect())
    }

    #[test]
    fn a_theme_inherits_and_replaces() {
        let (themes, problems) = read(&[
            (
                "mine.toml",
                "inherits = \"base\"\n[text]\nkeyword = { fg = \"sea\", bold = true }\n[palette]\nsea = \"#102030\"\n",
            ),
            ("base.toml", "inherits = \"dark\"\n[screen]\nstatus = \"light-red\"\n"),
        ]);
        assert_eq!(problems, [""; 0]);
        let mine = themes.find("mine").unwrap();
        assert_eq!(mine.name(), "mine");
        assert_eq!(
            look(mine, "keyword"),
            Style::new().fg(Color::Rgb(16, 32, 48)).add_modifier(Modifier::BOLD)
        );
        assert_eq!(look(mine, "status"), Style::new().fg(Color::LightRed));
        assert_eq!(look(mine, "comment"), look(themes.find("dark").unwrap(), "comment"));
    }

    #[test]
    fn what_is_wrong_has_its_line_and_what_is_nearest() {
        let (themes, problems) = read(&[
            ("a.toml", "[text]\n\nkeywort = \"red\"\n"),
            ("b.toml", "[screen]\nstatus = { fg = \"#12345\" }\n"),
            ("c.toml", "inherits = \"darc\"\n"),
            ("d.toml", "inherits = \"e\"\n"),
            ("e.toml", "inherits = \"d\"\n"),
            ("f.toml", "[text]\nerror = { bolt = true }\n"),
            ("g.toml", "what"),
            ("h.toml", "[screen]\nstatus = 3\n"),
        ]);
        for (problem, expected) in problems.iter().zip([
            "a.toml:3: unknown part `keywort`; did you mean `keyword`?",
            "b.toml:2: unknown colour `#12345`;",
            "c.toml:1: unknown theme `darc`; did you mean `dark`?",
            "e.toml:1: `d` inherits from itself",
            "d.toml:1: unknown theme `e`",
            "f.toml:2: unknown attribute `bolt`; did you mean `bold`?",
            "g.toml:1: ",
            "h.toml:2: expected a table for a style;",
        ]) {
            assert!(problem.starts_with(expected), "{problem}\n{expected}");
        }
        assert_eq!(problems.len(), 8, "{problems:#?}");
        assert!(themes.find("a").is_none() && themes.find("dark").is_some());
    }
}
