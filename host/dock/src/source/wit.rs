//! The packages in WIT files and folders. The parser takes each package once, and panics if it comes again.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use wit_parser::UnresolvedPackageGroup;
use wit_parser::decoding::{DecodedWasm, decode};

/// The name of a package that a WIT file, or a folder with its `deps`, has beside those that are known already or a second time.
/// What cannot be read has no name: the parser says why.
pub fn repeated_package<N: ToString>(path: &Path, known: impl IntoIterator<Item = N>) -> Option<String> {
    let mut seen: HashSet<String> = known.into_iter().map(|name| name.to_string()).collect();
    let parts: Vec<Part> = paths(path).iter().filter_map(|path| Part::read(path)).collect();
    // Encoded packages come first, and are merged with what is there.
    for part in &parts {
        if let Part::Encoded(names) = part {
            seen.extend(names.iter().cloned());
        }
    }
    let texts =
        parts.into_iter().filter_map(|part| if let Part::Text(names) = part { Some(names) } else { None });
    texts.flatten().find(|name| !seen.insert(name.clone()))
}

/// The names of packages in one file, or in one folder without its `deps`.
enum Part {
    Text(Vec<String>),
    Encoded(Vec<String>),
}

impl Part {
    fn read(path: &Path) -> Option<Self> {
        let group = if path.is_dir() {
            UnresolvedPackageGroup::parse_dir(path).ok()?
        } else {
            let bytes = std::fs::read(path).ok()?;
            if wat::Detect::from_bytes(&bytes).is_wasm() {
                let DecodedWasm::WitPackage(resolve, _) = decode(&wat::parse_bytes(&bytes).ok()?).ok()?
                else {
                    return None;
                };
                return Some(Self::Encoded(resolve.package_names.keys().map(ToString::to_string).collect()));
            }
            UnresolvedPackageGroup::parse(path, std::str::from_utf8(&bytes).ok()?).ok()?
        };
        let packages = std::iter::once(&group.main).chain(&group.nested);
        Some(Self::Text(packages.map(|package| package.name.to_string()).collect()))
    }
}

/// The path, and what its `deps` have.
fn paths(path: &Path) -> Vec<PathBuf> {
    let deps = std::fs::read_dir(path.join("deps")).into_iter().flatten().flatten().map(|entry| entry.path());
    let is_wit = |path: &PathBuf| {
        path.is_dir()
            || path.extension().is_some_and(|it| ["wit", "wat", "wasm"].iter().any(|known| it == *known))
    };
    std::iter::once(path.to_owned()).chain(deps.filter(is_wit)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repeated(files: &[(&str, &str)], known: &[&str]) -> Option<String> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let mut resolve = wit_parser::Resolve::default();
        for text in known {
            resolve.push_str("known.wit", text).unwrap();
        }
        repeated_package(folder.path(), resolve.package_names.keys())
    }

    const A: &str = "package a:a@0.1.0; interface i { f: func(); }";

    #[test]
    fn a_package_that_comes_twice_is_found() {
        let main = ("main.wit", "package a:main; world w { export a:a/i@0.1.0; }");
        assert_eq!(repeated(&[main, ("deps/a/a.wit", A)], &[]), None);
        assert_eq!(repeated(&[main, ("deps/a/a.wit", A)], &[A]), Some("a:a@0.1.0".into()));
        assert_eq!(repeated(&[main], &["package a:main;"]), Some("a:main".into()));
        let nested = ("deps/b.wit", "package b:b; package a:a@0.1.0 { interface i {} }");
        assert_eq!(repeated(&[main, nested, ("deps/a.wit", A)], &[]), Some("a:a@0.1.0".into()));
        // Another version is another package, and what is no WIT has none.
        assert_eq!(repeated(&[main, ("deps/a.wit", &A.replace("0.1.0", "0.2.0"))], &[A]), None);
        assert_eq!(repeated(&[("main.wit", "no wit"), ("deps/a.txt", A)], &[A]), None);
    }

    #[test]
    fn an_encoded_package_and_its_text_are_two() {
        let mut resolve = wit_parser::Resolve::default();
        let package = resolve.push_str("a.wit", A).unwrap();
        let encoded = wit_component::encode(&resolve, package).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("deps")).unwrap();
        std::fs::write(folder.path().join("main.wit"), "package a:main; world w { export a:a/i@0.1.0; }")
            .unwrap();
        std::fs::write(folder.path().join("deps/a.wasm"), encoded).unwrap();
        assert_eq!(repeated_package(folder.path(), [""; 0]), None);
        std::fs::write(folder.path().join("deps/a.wit"), A).unwrap();
        assert_eq!(repeated_package(folder.path(), [""; 0]), Some("a:a@0.1.0".into()));
    }
}
