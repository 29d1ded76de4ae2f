//! Languages of documents, by the names of their files.

use std::path::Path;

/// The language of a document when nothing better is known.
pub const TEXT: &str = "text";

/// Languages with the patterns of their files' names, in lower case.
const LANGUAGES: &[(&str, &[&str])] = &[
    ("c", &["*.c", "*.h"]),
    ("cpp", &["*.cpp", "*.cc", "*.cxx", "*.hpp", "*.hh"]),
    ("css", &["*.css"]),
    ("dockerfile", &["dockerfile", "*.dockerfile"]),
    ("go", &["*.go"]),
    ("html", &["*.html", "*.htm"]),
    ("java", &["*.java"]),
    ("javascript", &["*.js", "*.mjs", "*.cjs", "*.jsx"]),
    ("json", &["*.json"]),
    ("lua", &["*.lua"]),
    ("makefile", &["makefile", "gnumakefile", "*.mk"]),
    ("markdown", &["*.md", "*.markdown"]),
    ("python", &["*.py", "*.pyi"]),
    ("ruby", &["*.rb", "gemfile", "rakefile"]),
    ("rust", &["*.rs"]),
    ("shell", &["*.sh", "*.bash", "*.zsh", ".bashrc", ".profile"]),
    ("sql", &["*.sql"]),
    ("toml", &["*.toml", "cargo.lock"]),
    ("typescript", &["*.ts", "*.mts", "*.tsx"]),
    ("wit", &["*.wit"]),
    ("xml", &["*.xml", "*.svg"]),
    ("yaml", &["*.yaml", "*.yml"]),
    ("zig", &["*.zig"]),
];

/// The language of a file, from its name.
pub fn of_path(path: &Path) -> &'static str {
    let Some(name) = path.file_name().map(|name| name.to_string_lossy().to_lowercase()) else { return TEXT };
    let known = LANGUAGES.iter().find(|(_, patterns)| patterns.iter().any(|pattern| matches(pattern, &name)));
    known.map_or(TEXT, |(language, _)| language)
}

/// Names of languages that other programs use, with the names here.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("bash", "shell"),
    ("c++", "cpp"),
    ("conf", TEXT),
    ("js", "javascript"),
    ("jsx", "javascript"),
    ("ksh", "shell"),
    ("make", "makefile"),
    ("makefile-gmake", "makefile"),
    ("md", "markdown"),
    ("py", "python"),
    ("rb", "ruby"),
    ("rs", "rust"),
    ("sh", "shell"),
    ("shell-script", "shell"),
    ("ts", "typescript"),
    ("tsx", "typescript"),
    ("txt", TEXT),
    ("typescriptreact", "typescript"),
    ("yml", "yaml"),
    ("zsh", "shell"),
];

/// The language of this name, as Vim or Emacs may name it.
pub fn named(name: &str) -> Option<&'static str> {
    let own =
        LANGUAGES.iter().map(|(language, _)| *language).chain([TEXT]).find(|language| *language == name);
    own.or_else(|| OTHER_NAMES.iter().find(|(other, _)| *other == name).map(|(_, language)| *language))
}

/// The language of scripts that this program runs.
pub fn of_program(program: &str) -> Option<&'static str> {
    match program {
        "sh" | "bash" | "dash" | "ash" | "ksh" | "zsh" => Some("shell"),
        "python" | "pypy" | "uv" => Some("python"),
        "node" | "nodejs" => Some("javascript"),
        "deno" | "bun" | "ts-node" | "tsx" => Some("typescript"),
        "ruby" => Some("ruby"),
        "lua" | "luajit" => Some("lua"),
        "make" => Some("makefile"),
        "rust-script" => Some("rust"),
        _ => None,
    }
}

/// Whether a file's name matches a pattern, in which `*` stands for any number of characters.
pub fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((before, after)) => name.strip_prefix(before).is_some_and(|rest| {
            rest.char_indices()
                .map(|(index, _)| index)
                .chain([rest.len()])
                .any(|index| rest.get(index..).is_some_and(|rest| matches(after, rest)))
        }),
    }
}

/// The token that starts a comment to the end of the line.
pub fn comment(language: &str) -> Option<&'static str> {
    match language {
        "c" | "cpp" | "go" | "java" | "javascript" | "rust" | "typescript" | "wit" | "zig" => Some("//"),
        "dockerfile" | "makefile" | "python" | "ruby" | "shell" | "toml" | "yaml" => Some("#"),
        "lua" | "sql" => Some("--"),
        _ => None,
    }
}

/// Whether a language is prose, in which a line is a paragraph.
pub fn is_prose(language: &str) -> bool {
    matches!(language, TEXT | "markdown")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_a_language() {
        for (name, language) in [
            ("a/b.RS", "rust"),
            ("Makefile", "makefile"),
            ("x.tar.json", "json"),
            ("none", TEXT),
            ("/", TEXT),
        ] {
            assert_eq!(of_path(Path::new(name)), language, "{name}");
        }
    }

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, name, expected) in [
            ("*.rs", "a.rs", true),
            ("*.rs", ".rs", true),
            ("*.rs", "a.rst", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "acb", false),
            ("*é", "caféé", true),
            ("exact", "exact", true),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }
}
