//! The rules for dependencies between crates, and for names that a crate may mention.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, MetadataCommand};
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// The crates of this repository that each of them depends on, tests apart.
fn inner_dependencies(workspace: &str) -> BTreeMap<String, BTreeSet<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let metadata = MetadataCommand::new()
        .manifest_path(root.join(workspace).join("Cargo.toml"))
        .no_deps()
        .exec()
        .expect("cargo metadata runs");
    metadata
        .packages
        .iter()
        .map(|package| {
            let inner = package
                .dependencies
                .iter()
                .filter(|dependency| {
                    dependency.path.is_some() && dependency.kind != DependencyKind::Development
                })
                // It has no code, only the features of what others wrote.
                .filter(|dependency| dependency.name != "workspace-hack")
                .map(|dependency| dependency.name.clone());
            (package.name.to_string(), inner.collect())
        })
        .collect()
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(ToString::to_string).collect()
}

#[test]
fn the_dock_depends_on_no_interface_and_hosts_and_guests_share_expressions_and_the_calendar_alone() {
    let crates = inner_dependencies(".");
    assert_eq!(crates["witdock"], names(&[]));
    // What the language of expressions means is said in one place, and so is the calendar.
    assert_eq!(crates["witdock-calendar"], names(&[]));
    assert_eq!(crates["witdock-etl-expression"], names(&["witdock-calendar"]));
    assert_eq!(crates["witdock-etl"], names(&["witdock", "witdock-calendar", "witdock-etl-expression"]));
    assert_eq!(crates["witdock-editor-core"], names(&[]));
    assert_eq!(crates["witdock-editor-session"], names(&["witdock", "witdock-editor-core"]));
    assert_eq!(
        crates["witdock-editor"],
        names(&["witdock", "witdock-editor-core", "witdock-editor-session"])
    );
    assert_eq!(crates["witdock-proxy"], names(&["witdock", "witdock-proxy-wasm"]));
    assert_eq!(crates["witdock-guest"], names(&[]));
    assert_eq!(crates["witdock-proxy-wasm"], names(&[]));
    assert_eq!(crates["witdock-cli"], names(&["witdock", "witdock-proxy-wasm"]));
    assert_eq!(
        crates["witdock-etl-guest"],
        names(&["witdock-guest", "witdock-calendar", "witdock-etl-guest-derive"])
    );
    assert_eq!(crates["witdock-etl-guest-derive"], names(&[]));
    assert_eq!(crates["witdock-editor-guest"], names(&["witdock-guest"]));
    assert_eq!(crates["witdock-proxy-guest"], names(&["witdock-guest"]));
    for example in ["chat-room", "image-filter"] {
        assert_eq!(crates[example], names(&["witdock"]));
        assert_eq!(crates[&format!("{example}-guest")], names(&["witdock-guest"]));
    }
}

#[test]
fn plugins_depend_on_guest_sdks_alone() {
    let sdks = names(&[
        "witdock-guest",
        "witdock-editor-guest",
        "witdock-etl-guest",
        "witdock-etl-expression",
        "witdock-proxy-guest",
    ]);
    for (plugin, dependencies) in inner_dependencies("plugins") {
        assert!(dependencies.is_subset(&sdks), "{plugin} depends on {dependencies:?}");
    }
}

#[test]
fn the_dock_names_no_interface() {
    let interfaces = interfaces();
    assert!(interfaces.iter().any(|one| one.package == "witdock:etl"), "{interfaces:?}");
    assert!(interfaces.iter().any(|one| one.package == "witdock:editor"), "{interfaces:?}");
    assert!(interfaces.iter().any(|one| one.folder == "template"), "{interfaces:?}");
    let dock = repository().join("host/dock");
    let this_test = dock.join("tests/workspace.rs");
    let files = files(&dock, |file| file != this_test && is_code(file));
    assert!(files.len() > 50, "{files:?}");
    let mut found = Vec::new();
    for file in &files {
        let code = Code::read(file, Tests::Kept);
        found
            .extend(interfaces.iter().flat_map(|one| one.named_in(&code)).map(|named| finding(file, &named)));
    }
    assert!(
        found.is_empty(),
        "host/dock serves any interface, and its code names one:\n{}",
        found.join("\n")
    );
}

/// The source folders of an interface's host, which may have several crates: `host/editor`, `host/editor-session`.
fn sources_of_host(interface: &str) -> Vec<PathBuf> {
    let folders = std::fs::read_dir(repository().join("host")).unwrap();
    let is_of = |name: &str| name == interface || name.starts_with(&format!("{interface}-"));
    let of_host =
        folders.map(|folder| folder.unwrap()).filter(|folder| is_of(&folder.file_name().to_string_lossy()));
    of_host.map(|folder| folder.path().join("src")).filter(|source| source.is_dir()).collect()
}

#[test]
fn no_host_of_an_interface_names_a_plugin() {
    let mut hosts = 0;
    let mut found = Vec::new();
    for interface in interfaces() {
        for source in sources_of_host(&interface.folder) {
            hosts += 1;
            let plugins = plugins(&interface.folder);
            assert!(plugins.len() > 3, "{plugins:?}");
            let files = files(&source, |file| is_code(file) && !is_test(file.strip_prefix(&source).unwrap()));
            assert!(files.len() > 10, "{files:?}");
            for file in files {
                let code = Code::read(&file, Tests::Dropped);
                let named = plugins.iter().filter(|plugin| !is_word_of(&interface.folder, plugin));
                found.extend(
                    named.flat_map(|plugin| code.names_plugin(plugin)).map(|named| finding(&file, &named)),
                );
            }
        }
    }
    assert!(hosts >= 4, "the hosts of wit/etl and wit/editor are not where they were");
    assert!(found.is_empty(), "hosts know no plugin, and these name one:\n{}", found.join("\n"));
}

/// The two checks above find what they look for.
#[test]
fn finds_names_in_code_and_not_in_comments() {
    let etl = Interface { folder: "etl".into(), package: "witdock:etl".into() };
    let named = |text: &str| !etl.named_in(&Code::parse(text, Tests::Dropped)).is_empty();
    for code in [
        "bindgen!({ path: \"../../wit/etl\" });",
        "const REQUIRED: &str = r#\"witdock:etl/lookup@0.1.0\"#;",
        "use witdock_etl::flow::Flow;",
        "fn etl_host() {}",
        "struct EtlHost;",
        "const CRATE: &str = \"witdock-etl\";",
        "#[cfg(not(test))] mod etl;",
    ] {
        assert!(named(code), "{code}");
    }
    for code in [
        "// As wit/etl has it.\nfn settle() {}",
        "/// `witdock:etl` asks for it.\nfn settle() {}",
        "/* wit/etl */ const PACKAGE: &str = \"witdock:plugin\";",
        "#[cfg(test)]\nmod tests { const INTERFACE: &str = \"witdock:etl\"; }",
        "#[test]\nfn etl() {}\nfn settled() {}",
        "const NAME: &str = \"witdock:etlike\";",
    ] {
        assert!(!named(code), "{code}");
    }

    let plugin = |text: &str, name: &str| !Code::parse(text, Tests::Dropped).names_plugin(name).is_empty();
    assert!(plugin("fn f() { load(\"plugins/etl/filter\") }", "filter"));
    assert!(plugin("fn f() { name == \"filter\" }", "filter"));
    assert!(plugin("fn f() { println!(\"try clean-flights instead\") }", "clean-flights"));
    assert!(!plugin("fn f() { println!(\"a filter of rows\") }", "filter"));
    assert!(!plugin("fn f() { rows.filter(is_set) }", "filter"));
    assert!(!plugin("fn f() { /* plugins/etl/filter */ }", "filter"));
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// An interface of an application: each folder of `wit` but what all plugins share.
#[derive(Debug)]
struct Interface {
    folder: String,
    /// As `witdock:etl`.
    package: String,
}

fn interfaces() -> Vec<Interface> {
    let folders = entries(&repository().join("wit"));
    let interfaces = folders.into_iter().map(|folder| {
        let declared = entries(&folder).into_iter().find_map(|file| {
            let text = std::fs::read_to_string(file).ok()?;
            let line = text.lines().find_map(|line| line.strip_prefix("package "))?;
            Some(line.split(['@', ';']).next()?.trim().to_owned())
        });
        let package = declared.unwrap_or_else(|| panic!("{} declares no package", folder.display()));
        Interface { folder: name_of(&folder), package }
    });
    interfaces.filter(|interface| interface.package != "witdock:plugin").collect()
}

impl Interface {
    /// Where code has the interface's package, its folder, its host's or SDK's crate, or a name with its name in it.
    fn named_in(&self, code: &Code) -> Vec<String> {
        let (namespace, name) = self.package.split_once(':').unwrap();
        let own = if namespace == "witdock" { name } else { namespace };
        let folder = format!("wit/{}", self.folder);
        let crates = format!("witdock-{own}");
        let texts = code
            .texts
            .iter()
            .filter(|text| [&self.package, &folder, &crates].into_iter().any(|name| has_word(text, name)));
        let names = code.names.iter().filter(|name| words(name).join("-").split('-').any(|word| word == own));
        texts.chain(names).cloned().collect()
    }
}

/// The plugins of an interface and those that misbehave, by their folders.
fn plugins(interface: &str) -> BTreeSet<String> {
    let plugins = repository().join("plugins");
    let folders = [interface, "faults"].into_iter().flat_map(|area| entries(&plugins.join(area)));
    folders.filter(|folder| folder.join("plugin.toml").is_file()).map(|folder| name_of(&folder)).collect()
}

/// Plugins whose names are words that a host has for something else.
fn is_word_of(host: &str, plugin: &str) -> bool {
    // A language that the editor colours, and a step of a stage.
    [("editor", "markdown"), ("etl", "filter")].contains(&(host, plugin))
}

/// A file's names and texts, free of comments.
struct Code {
    names: Vec<String>,
    texts: Vec<String>,
}

/// What becomes of items that are compiled for tests alone.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tests {
    Kept,
    Dropped,
}

impl Code {
    fn read(file: &Path, tests: Tests) -> Self {
        let text = std::fs::read_to_string(file).unwrap();
        if file.extension().is_some_and(|extension| extension == "rs") {
            return Self::parse(&text, tests);
        }
        let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
        Self { names: Vec::new(), texts: lines.map(str::to_owned).collect() }
    }

    fn parse(text: &str, tests: Tests) -> Self {
        let mut code = Self { names: Vec::new(), texts: Vec::new() };
        let tokens = text.parse::<TokenStream>().unwrap_or_else(|error| panic!("{error}:\n{text}"));
        code.add(tokens, tests);
        code
    }

    fn add(&mut self, tokens: TokenStream, tests: Tests) {
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == '#' => {
                    if let Some(TokenTree::Punct(_)) = tokens.peek() {
                        tokens.next();
                    }
                    let Some(TokenTree::Group(attribute)) = tokens.next_if(is_group) else { continue };
                    match first_name(&attribute).as_deref() {
                        // A comment.
                        Some("doc") => {}
                        _ if tests == Tests::Dropped && is_for_tests(&attribute) => {
                            // The item ends with its body or a semicolon.
                            tokens.by_ref().find(|token| match token {
                                TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
                                TokenTree::Punct(punct) => punct.as_char() == ';',
                                _ => false,
                            });
                        }
                        _ => self.add(attribute.stream(), tests),
                    }
                }
                TokenTree::Group(group) => self.add(group.stream(), tests),
                TokenTree::Ident(name) => self.names.push(name.to_string()),
                TokenTree::Literal(text) => self.texts.push(text.to_string()),
                TokenTree::Punct(_) => {}
            }
        }
    }

    /// Texts that are a plugin's name, have it at the end of a path, or have it where it can be nothing else.
    fn names_plugin(&self, plugin: &str) -> Vec<String> {
        let names = self.texts.iter().filter(|text| {
            text.trim_matches('"') == plugin
                || has_word(text, &format!("/{plugin}"))
                || (plugin.contains('-') && has_word(text, plugin))
        });
        names.cloned().collect()
    }
}

fn is_group(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(_))
}

fn first_name(attribute: &Group) -> Option<String> {
    attribute.stream().into_iter().next().map(|token| token.to_string())
}

/// `test`, `tokio::test(…)`, or a `cfg` that has `test` in it and no `not`.
fn is_for_tests(attribute: &Group) -> bool {
    let text = attribute.stream().to_string();
    let names = text.split(|c: char| !(c.is_alphanumeric() || c == '_')).collect::<Vec<_>>();
    let is_test = first_name(attribute).is_some_and(|name| ["cfg", "test", "tokio"].contains(&&*name));
    is_test && names.contains(&"test") && !names.contains(&"not")
}

/// Whether a text contains a whole word.
fn has_word(text: &str, word: &str) -> bool {
    let goes_on = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let behind = text[at + word.len()..].chars().next();
        let begins = word.starts_with('/') || !before.is_some_and(goes_on);
        begins && !behind.is_some_and(goes_on)
    })
}

/// The words of a name: `EtlHost` and `etl_host` have `etl` and `host`.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for c in name.chars() {
        if c == '_' || c.is_uppercase() {
            words.push(String::new());
        }
        if c != '_' {
            words.last_mut().unwrap().extend(c.to_lowercase());
        }
    }
    words
}

fn is_code(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "rs" || extension == "toml" || extension == "wit")
}

/// Whether a file, by its path in the repository, is compiled for tests alone.
fn is_test(file: &Path) -> bool {
    file.components().any(|part| part.as_os_str() == "tests" || part.as_os_str() == "tests.rs")
}

/// The files below a folder that are wanted.
fn files(folder: &Path, is_wanted: impl Fn(&Path) -> bool) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(folder) = pending.pop() {
        let (folders, files): (Vec<_>, Vec<_>) = entries(&folder).into_iter().partition(|path| path.is_dir());
        pending.extend(folders);
        found.extend(files.into_iter().filter(|file| is_wanted(file)));
    }
    found
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    entries
}

fn name_of(folder: &Path) -> String {
    folder.file_name().unwrap().to_string_lossy().into_owned()
}

fn finding(file: &Path, named: &str) -> String {
    let text = std::fs::read_to_string(file).unwrap();
    let line = text.lines().position(|line| line.contains(named)).map_or(0, |line| line + 1);
    format!("  {}:{line}: {named}", file.strip_prefix(repository()).unwrap_or(file).display())
}
