//! The guest SDKs as projects carry them, so that a project stands alone.

use crate::embedded;
use crate::language::Language;

/// The files of a project's folder `sdk/`, by their paths in it. `interface` is `editor` or `etl`; without it, what a plugin of
/// an interface of its own needs.
pub(crate) fn files(language: Language, interface: Option<&str>) -> Vec<(String, &'static [u8])> {
    let mut files = Vec::new();
    for (from, to) in folders(language, interface) {
        for (name, content) in embedded::below(&from).filter(|(name, _)| !is_left_out(&to, name)) {
            files.push((if to.is_empty() { name.to_owned() } else { format!("{to}/{name}") }, content));
        }
    }
    files
}

/// Folders of the repository, and where they stand in `sdk/`.
fn folders(language: Language, interface: Option<&str>) -> Vec<(String, String)> {
    // The parts of these SDKs find each other as they do in the repository, and build with the interface's WIT.
    let (part, mut folders) = match language {
        Language::Rust => return Vec::new(),
        Language::C | Language::Cpp | Language::Zig | Language::Go => {
            let Some(interface) = interface else { return Vec::new() };
            let mut folders = vec![(format!("guest-sdk/{}/{interface}", language.name()), String::new())];
            if language == Language::Cpp {
                // A header over the SDK in C.
                folders.push((format!("guest-sdk/c/{interface}"), "c".to_owned()));
            }
            if language == Language::Zig {
                // The bindings in C, which are in the repository once, beside their declarations in Zig.
                folders.push((format!("guest-sdk/c/{interface}/generated"), "generated".to_owned()));
            }
            if language == Language::Go {
                folders.push(("guest-sdk/go/runtime".to_owned(), "runtime".to_owned()));
                // Its compiler leaves no component type, so that the build takes it from here.
                folders.extend(
                    [interface, "plugin"].map(|package| (format!("wit/{package}"), format!("wit/{package}"))),
                );
            }
            return folders;
        }
        Language::Javascript => ("javascript", Vec::new()),
        Language::Typescript => {
            ("javascript", vec![("guest-sdk/typescript".to_owned(), "typescript".to_owned())])
        }
        Language::Python => ("python", Vec::new()),
    };
    for name in ["common"].into_iter().chain(interface) {
        folders.push((format!("guest-sdk/{part}/{name}"), name.to_owned()));
    }
    for package in interface.into_iter().chain(["plugin"]) {
        folders.push((format!("wit/{package}"), format!("wit/{package}")));
    }
    folders
}

/// What belongs to the SDK's own development.
fn is_left_out(folder: &str, name: &str) -> bool {
    name.starts_with("test/")
        || name.starts_with("tests/")
        // What checks the types of this repository's own plugins.
        || (folder == "typescript" && name == "package.json")
        || name == "package-lock.json"
        || name == ".gitignore"
        || name == ".npmrc"
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "what is unexpected in a test may end it")]
mod tests {
    use super::*;

    #[test]
    fn an_sdk_stands_alone_with_its_build_and_its_interface() {
        let names = |language, interface| -> Vec<String> {
            files(language, interface).into_iter().map(|(name, _)| name).collect()
        };
        let editor = names(Language::Javascript, Some("editor"));
        for wanted in
            ["common/component.mjs", "editor/index.js", "wit/editor/types.wit", "wit/plugin/plugin.wit"]
        {
            assert!(editor.iter().any(|name| name == wanted), "{wanted} is not in {editor:?}");
        }
        assert!(!editor.iter().any(|name| name.contains("etl") || name.contains("lock")), "{editor:?}");
        let own = names(Language::Javascript, None);
        let is_shared = |name: &String| name.starts_with("common/") || name.starts_with("wit/plugin/");
        assert!(own.iter().all(is_shared) && !own.is_empty(), "{own:?}");
        for (language, wanted) in [
            (Language::C, "plugin.mk"),
            (Language::Cpp, "c/generated/extension_plugin.c"),
            (Language::Zig, "generated/extension_plugin.c"),
            (Language::Zig, "generated/extension_plugin_component_type.o"),
            (Language::Go, "runtime/go.mod"),
            (Language::Go, "runtime/types/result.go"),
        ] {
            let names = names(language, Some("editor"));
            assert!(names.iter().any(|name| name == wanted), "{language}: {wanted} is not in {names:?}");
        }
        assert_eq!(names(Language::Rust, Some("editor")), [""; 0]);
    }
}
