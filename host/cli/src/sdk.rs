//! The guest SDKs as new projects include them, so that a project is self-contained.

use crate::embedded;
use crate::language::Language;

/// The files of a project's folder `sdk/`, by their paths in it. `interface` is a built-in one's name, or `None` for any other
/// interface.
pub(crate) fn files(language: Language, interface: Option<&str>) -> Vec<(String, &'static [u8])> {
    let mut files = Vec::new();
    for (from, to) in folders(language, interface) {
        for (name, content) in embedded::below(&from).filter(|(name, _)| !is_left_out(&to, name)) {
            files.push((if to.is_empty() { name.to_owned() } else { format!("{to}/{name}") }, content));
        }
    }
    files
}

/// Folders of the repository, and their places in `sdk/`.
fn folders(language: Language, interface: Option<&str>) -> Vec<(String, String)> {
    // The parts of these SDKs find each other by the same relative paths as in the repository.
    let (part, mut folders) = match language {
        Language::Rust => return Vec::new(),
        Language::C | Language::Cpp | Language::Zig | Language::Go => {
            let Some(interface) = interface else { return Vec::new() };
            let mut folders = vec![(format!("guest-sdk/{}/{interface}", language.name()), String::new())];
            if language == Language::Cpp {
                // It is a header over the SDK in C.
                folders.push((format!("guest-sdk/c/{interface}"), "c".to_owned()));
            }
            if language == Language::Zig {
                // Zig has declarations of the bindings for C, which the repository contains once.
                folders.push((format!("guest-sdk/c/{interface}/generated"), "generated".to_owned()));
            }
            if language == Language::Go {
                folders.push(("guest-sdk/go/runtime".to_owned(), "runtime".to_owned()));
                // Go's compiler embeds no component type: the build takes it from the WIT.
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

/// Whether a file is only for the development of the SDK itself.
fn is_left_out(folder: &str, name: &str) -> bool {
    name.starts_with("test/")
        || name.starts_with("tests/")
        // It checks the types of this repository's own plugins.
        || (folder == "typescript" && name == "package.json")
        || name == "package-lock.json"
        || name == ".gitignore"
        || name == ".npmrc"
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test ends at what it does not expect")]
mod tests {
    use super::*;

    #[test]
    fn an_sdk_is_self_contained() {
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
