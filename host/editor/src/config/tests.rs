use super::*;

fn read(settings: &str, keys: &str) -> (Config, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(CONFIG_FILE), settings).unwrap();
    std::fs::write(folder.path().join(KEYS_FILE), keys).unwrap();
    let config = Config::read(Some(folder.path()));
    let root = format!("{}/", folder.path().display());
    let told = config.problems.iter().map(|problem| problem.to_string().replace(&root, "")).collect();
    (config, told)
}

fn found(config: &Config, keys: &str) -> Option<String> {
    match config.keymap.find(keys.parse::<Keys>().unwrap().presses()) {
        Found::Command(command) => Some(command.to_owned()),
        _ => None,
    }
}

#[test]
fn the_default_files_change_nothing() {
    let (config, told) = read(DEFAULT_CONFIG, &default_keys());
    assert_eq!(told, [""; 0]);
    assert_eq!(config.settings, Settings::default());
    let plain = Config::read(None);
    for command in entries() {
        assert_eq!(
            config.keymap.keys_of(command.name),
            plain.keymap.keys_of(command.name),
            "{}",
            command.name
        );
        for keys in command.keys {
            assert_eq!(
                found(&plain, keys).as_deref(),
                Some(command.name),
                "{keys} is bound twice, or no key"
            );
        }
    }
}

#[test]
fn keys_are_set_and_taken_away() {
    let (config, told) = read("", "\"ctrl-s\" = \"\"\n\"ctrl-k s\" = \"editor.save\"\nf9 = \"todo.list\"\n");
    assert_eq!(told, [""; 0]);
    assert_eq!(found(&config, "ctrl-s"), None);
    assert_eq!(found(&config, "ctrl-k s").as_deref(), Some("editor.save"));
    assert_eq!(found(&config, "f9").as_deref(), Some("todo.list"));
    assert_eq!(config.keymap.keys_of("editor.save"), ["Ctrl-K s"]);
}

#[test]
fn what_is_wrong_is_told_by_file_and_line_and_the_rest_counts() {
    let (config, told) = read(
        "tab-width = 2\nwarp = \"never\"\n",
        "\"ctrl-k\" = \"editor.svae\"\n\"strg-s\" = \"editor.save\"\nf9 = 3\n\nf10 = \"editor.save\"\n",
    );
    assert_eq!(told.len(), 4, "{told:#?}");
    assert!(
        told[0].starts_with("config.toml:2: unknown field `warp`, expected one of `tab-width`"),
        "{told:#?}"
    );
    let keys = told[1..].join("\n");
    assert!(
        keys.contains("keys.toml:1: unknown command `editor.svae`; did you mean `editor.save`?"),
        "{keys}"
    );
    assert!(keys.contains("keys.toml:2: invalid key `strg-s`"), "{keys}");
    assert!(keys.contains("keys.toml:3: expected the name of a command in quotes"), "{keys}");
    assert_eq!(config.settings, Settings::default());
    assert_eq!(found(&config, "f10").as_deref(), Some("editor.save"));

    let (_, told) = read("tab-width = 99\n", "f9 = [\n");
    assert!(
        told[0].starts_with("config.toml:1: invalid `tab-width`: 99; valid values are 1 to 16"),
        "{told:#?}"
    );
    assert!(told[1].starts_with("keys.toml:"), "{told:#?}");
}

#[test]
fn plugins_get_their_tables_as_json() {
    let (config, told) = read("[plugins.todo.words]\nTODO = \"task\"\n[plugins.x]\n", "");
    assert_eq!(told, [""; 0]);
    let settings: Vec<_> = config.settings.of_plugins().collect();
    assert_eq!(settings, [("todo", r#"{"words":{"TODO":"task"}}"#.to_owned()), ("x", "{}".to_owned())]);
}
