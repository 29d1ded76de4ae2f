//! Folders that have not changed are not built again.

use std::path::Path;
use std::sync::{Arc, Mutex};

use tempfile::TempDir;

use super::{folder, write};
use crate::source::{BuildEvent, Builds, Receipts, Source, Taken};

/// A build that adds a line to `log` and copies `module.wat`'s bytes.
const MANIFEST: &[u8] =
    b"[plugin]\nname = 'tiny'\n[build]\ncommand = ['sh', 'build.sh', 'x']\noutput = 'build/out.wasm'\n\
    ignore = ['log']\nwatch = ['../beside']\n";
const SCRIPT: &[u8] = b"echo built >> log; mkdir -p build; cp module build/out.wasm\n";

struct Place {
    parent: TempDir,
    cache: TempDir,
}

impl Place {
    fn new() -> Self {
        let component = wat::parse_str("(component)").unwrap();
        let parent = folder(&[
            ("tiny/plugin.toml", MANIFEST),
            ("tiny/build.sh", SCRIPT),
            ("tiny/module", &component),
            ("tiny/src/deep/file", b"one"),
            ("tiny/node_modules/x/index.js", b"one"),
            ("beside/file", b"one"),
        ]);
        Self { parent, cache: tempfile::tempdir().unwrap() }
    }

    fn path(&self, file: &str) -> std::path::PathBuf {
        self.parent.path().join("tiny").join(file)
    }

    /// How many builds there were, after another load.
    async fn load(&self, taken: Taken) -> usize {
        // A start of the program has another one each.
        let receipts = Arc::new(Receipts::open(self.cache.path()).unwrap());
        let lines = Mutex::new(Vec::new());
        let source = Source::open(self.path("")).unwrap();
        let told = |event| lines.lock().unwrap().push(event);
        source.artifact_with(Builds::default(), Some((&receipts, taken)), told).await.unwrap();
        let was_built =
            lines.into_inner().unwrap().iter().any(|event| matches!(event, BuildEvent::Started { .. }));
        let built = std::fs::read_to_string(self.path("log")).unwrap().lines().count();
        assert!(built > 0 && (was_built || taken == Taken::IfSame));
        built
    }
}

#[tokio::test]
async fn what_has_not_changed_is_not_built_again() {
    let place = Place::new();
    assert_eq!(place.load(Taken::IfSame).await, 1);
    assert_eq!(place.load(Taken::IfSame).await, 1, "nothing has changed");
    // A reload builds, and what it was made from is known then.
    assert_eq!(place.load(Taken::Never).await, 2);
    assert_eq!(place.load(Taken::IfSame).await, 2);

    let mut builds = 2;
    let change = |file: &str, content: &[u8]| write(place.parent.path(), file, content);
    for (file, content) in [
        ("tiny/src/deep/file", &b"two"[..]),
        ("tiny/src/deep/new", b""),
        ("tiny/.hidden", b"x"),
        ("tiny/node_modules/x/index.js", b"two"),
        ("beside/file", b"two"),
        ("beside/new", b""),
        ("tiny/plugin.toml", &[MANIFEST, b"env = { A = '1' }\n"].concat()),
        // Not what the last build has written.
        ("tiny/build/out.wasm", b"\0asm"),
    ] {
        change(file, content);
        builds += 1;
        assert_eq!(place.load(Taken::IfSame).await, builds, "{file} has changed");
        assert_eq!(place.load(Taken::IfSame).await, builds, "{file} is the same");
    }
    for file in ["src/deep/new", "build/out.wasm"] {
        std::fs::remove_file(place.path(file)).unwrap();
        builds += 1;
        assert_eq!(place.load(Taken::IfSame).await, builds, "{file} was removed");
    }
    // What the manifest ignores, and what tools write, is not what it is made from.
    for file in ["tiny/log", "tiny/build/other", "tiny/.git/index", "tiny/src/file~"] {
        let text = std::fs::read_to_string(place.path("log")).unwrap();
        change(file, text.as_bytes());
        assert_eq!(place.load(Taken::IfSame).await, builds, "{file} is no input");
    }
}

#[tokio::test]
async fn a_build_in_doubt_is_repeated() {
    type Doubt = fn(&Path);
    let doubts: [(&str, Doubt); 4] = [
        ("it changes its own sources", |folder| {
            std::fs::write(folder.join("build.sh"), [SCRIPT, b"date +%N >> src/generated\n"].concat())
                .unwrap();
        }),
        ("a file beside the folder is named, and not watched", |folder| {
            std::fs::write(folder.join("../other"), "").unwrap();
            std::fs::write(folder.join("Makefile"), "include ../other\n").unwrap();
        }),
        ("an argument names a file beside the folder", |folder| {
            std::fs::write(folder.join("../other"), "").unwrap();
            let manifest = String::from_utf8_lossy(MANIFEST).replace("'x'", "'--with=../other'");
            std::fs::write(folder.join("plugin.toml"), manifest).unwrap();
        }),
        ("a link leads to a folder elsewhere", |folder| {
            std::fs::create_dir(folder.join("../elsewhere")).unwrap();
            std::os::unix::fs::symlink("../elsewhere", folder.join("link")).unwrap();
        }),
    ];
    for (what, doubt) in doubts {
        let place = Place::new();
        doubt(&place.path("").canonicalize().unwrap());
        for builds in 1..=2 {
            assert_eq!(place.load(Taken::IfSame).await, builds, "{what}");
        }
    }
}
