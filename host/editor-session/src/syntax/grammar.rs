//! The grammars, with their queries for colours.

use std::path::Path;
use std::sync::OnceLock;

use tree_sitter::{Language, Query};

use crate::style::Scope;

/// A grammar of Tree-sitter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grammar(Name);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Name {
    Bash,
    C,
    Css,
    Go,
    JavaScript,
    Json,
    Python,
    Rust,
    Toml,
    Tsx,
    TypeScript,
    Yaml,
}

/// What a grammar is made of.
#[derive(Debug)]
pub(super) struct Parts {
    pub(super) language: Language,
    pub(super) highlights: Query,
    /// The meaning of each capture of the query; none for one that says nothing about colours.
    pub(super) scopes: Vec<Option<Scope>>,
    /// Whether of two patterns for one node the first decides. In most queries it is the last.
    pub(super) first_wins: bool,
}

impl Grammar {
    /// The grammar of a language, if there is one here. The name of the file tells dialects.
    pub fn of(language: &str, path: Option<&Path>) -> Option<Self> {
        let is_tsx = path.and_then(Path::extension).is_some_and(|extension| extension == "tsx");
        Some(Self(match language {
            "shell" => Name::Bash,
            "c" => Name::C,
            "css" => Name::Css,
            "go" => Name::Go,
            "javascript" => Name::JavaScript,
            "json" => Name::Json,
            "python" => Name::Python,
            "rust" => Name::Rust,
            "toml" => Name::Toml,
            "typescript" if is_tsx => Name::Tsx,
            "typescript" => Name::TypeScript,
            "yaml" => Name::Yaml,
            _ => return None,
        }))
    }

    /// Its parts, which are made when they are needed first. `None` where the query does not fit the grammar, which a test
    /// excludes.
    pub(super) fn parts(self) -> Option<&'static Parts> {
        static PARTS: [OnceLock<Option<Parts>>; 12] = [const { OnceLock::new() }; 12];
        PARTS.get(self.0 as usize)?.get_or_init(|| Parts::new(self.0)).as_ref()
    }

    /// Whether its texts are data: what names a value is what one looks for in them.
    fn is_data(name: Name) -> bool {
        matches!(name, Name::Css | Name::Json | Name::Toml | Name::Yaml)
    }
}

impl Parts {
    fn new(name: Name) -> Option<Self> {
        let script = tree_sitter_javascript::HIGHLIGHT_QUERY;
        let typed = tree_sitter_typescript::HIGHLIGHTS_QUERY;
        let (language, queries): (Language, Vec<&str>) = match name {
            Name::Bash => (tree_sitter_bash::LANGUAGE.into(), vec![tree_sitter_bash::HIGHLIGHT_QUERY]),
            Name::C => (tree_sitter_c::LANGUAGE.into(), vec![tree_sitter_c::HIGHLIGHT_QUERY]),
            Name::Css => (tree_sitter_css::LANGUAGE.into(), vec![tree_sitter_css::HIGHLIGHTS_QUERY]),
            Name::Go => (tree_sitter_go::LANGUAGE.into(), vec![tree_sitter_go::HIGHLIGHTS_QUERY]),
            Name::JavaScript => {
                let tags = tree_sitter_javascript::JSX_HIGHLIGHT_QUERY;
                (tree_sitter_javascript::LANGUAGE.into(), vec![script, tags])
            }
            Name::Json => (tree_sitter_json::LANGUAGE.into(), vec![tree_sitter_json::HIGHLIGHTS_QUERY]),
            Name::Python => (tree_sitter_python::LANGUAGE.into(), vec![tree_sitter_python::HIGHLIGHTS_QUERY]),
            Name::Rust => (tree_sitter_rust::LANGUAGE.into(), vec![tree_sitter_rust::HIGHLIGHTS_QUERY]),
            Name::Toml => (tree_sitter_toml_ng::LANGUAGE.into(), vec![tree_sitter_toml_ng::HIGHLIGHTS_QUERY]),
            Name::Tsx => {
                let tags = tree_sitter_javascript::JSX_HIGHLIGHT_QUERY;
                (tree_sitter_typescript::LANGUAGE_TSX.into(), vec![script, tags, typed])
            }
            Name::TypeScript => (tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(), vec![script, typed]),
            Name::Yaml => (tree_sitter_yaml::LANGUAGE.into(), vec![tree_sitter_yaml::HIGHLIGHTS_QUERY]),
        };
        let highlights = Query::new(&language, &queries.join("\n")).ok()?;
        let names = highlights.capture_names().iter();
        let scopes = names.map(|capture| scope(capture, Grammar::is_data(name))).collect();
        Some(Self { language, highlights, scopes, first_wins: name == Name::Json })
    }
}

/// The meaning of a capture of a query, by the usual names.
fn scope(capture: &str, is_data: bool) -> Option<Scope> {
    if matches!(capture, "string.special.key" | "string.special.property") {
        return Some(Scope::FunctionName);
    }
    let (first, rest) = capture.split_once('.').unwrap_or((capture, ""));
    Some(match first {
        "comment" => Scope::Comment,
        "string" | "character" | "escape" | "charset" => Scope::TextLiteral,
        "number" | "float" | "boolean" | "constant" => Scope::Number,
        "type" | "constructor" => Scope::TypeName,
        "function" | "method" => Scope::FunctionName,
        "keyword" | "conditional" | "repeat" | "include" | "tag" | "import" | "media" | "namespace"
        | "supports" | "keyframes" => Scope::Keyword,
        "variable" if rest == "builtin" => Scope::Keyword,
        "property" if is_data => Scope::FunctionName,
        "attribute" | "label" => Scope::Link,
        "variable" | "property" | "operator" | "punctuation" | "delimiter" | "embedded" => Scope::Plain,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_grammar_has_its_queries() {
        let languages =
            ["shell", "c", "css", "go", "javascript", "json", "python", "rust", "toml", "typescript", "yaml"];
        for language in languages {
            for path in [None, Some(Path::new("a.tsx"))] {
                let grammar = Grammar::of(language, path).unwrap();
                assert!(grammar.parts().is_some(), "{language}");
            }
        }
        assert_eq!(Grammar::of("text", None), None);
    }
}
