//! Which server is for which language.

use serde::Deserialize;
use serde_json::Value;

/// The settings.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The servers, in addition to those that are known; one for the same language comes first.
    servers: Vec<ServerSettings>,
}

/// A server.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerSettings {
    /// The languages of its documents, as the editor names them.
    pub languages: Vec<String>,
    /// The program with its arguments. None for no server.
    #[serde(default)]
    pub command: Vec<String>,
    /// Its own settings, by section.
    #[serde(default)]
    pub settings: Value,
    /// What it gets when it starts.
    #[serde(default)]
    pub options: Value,
}

const KNOWN: [(&[&str], &[&str]); 7] = [
    (&["rust"], &["rust-analyzer"]),
    (&["python"], &["pylsp"]),
    (&["javascript", "typescript"], &["typescript-language-server", "--stdio"]),
    (&["c", "cpp"], &["clangd"]),
    (&["go"], &["gopls"]),
    (&["zig"], &["zls"]),
    (&["lua"], &["lua-language-server"]),
];

impl Default for Settings {
    fn default() -> Self {
        Self { servers: Vec::new() }
    }
}

impl Settings {
    /// The server for a language.
    pub fn server_for(&self, language: &str) -> Option<ServerSettings> {
        let named = self.servers.iter().find(|server| server.languages.iter().any(|own| own == language));
        let server = named.cloned().or_else(|| {
            let (languages, command) = KNOWN.iter().find(|(languages, _)| languages.contains(&language))?;
            let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
            Some(ServerSettings {
                languages: owned(languages),
                command: owned(command),
                settings: Value::Null,
                options: Value::Null,
            })
        });
        server.filter(|server| !server.command.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_server_comes_before_the_known_one() {
        let settings: Settings = serde_json::from_str(
            r#"{"servers": [
                {"languages": ["python"], "command": ["ruff", "server"], "settings": {"a": 1}},
                {"languages": ["rust"]}
            ]}"#,
        )
        .unwrap();
        assert_eq!(settings.server_for("python").unwrap().command, ["ruff", "server"]);
        assert_eq!(settings.server_for("rust"), None);
        assert_eq!(settings.server_for("cpp").unwrap().command, ["clangd"]);
        assert_eq!(settings.server_for("text"), None);
    }
}
