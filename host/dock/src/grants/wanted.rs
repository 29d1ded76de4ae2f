//! What a candidate asks for, before anything of it runs.

use std::sync::Arc;

use serde::Serialize;

use super::{Policy, Request};

/// What a plugin asks for: what its manifest requests, and what its component really imports. An application that asks a
/// person shows it, and remembers its [`items`](Self::items).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Wanted {
    /// The plugin's name.
    pub plugin: Arc<str>,
    /// What the manifest requests.
    pub request: Request,
    /// The interfaces of the host's world that the component imports, with their versions.
    pub imports: Vec<String>,
}

impl Wanted {
    /// Everything that is asked for, each thing by a text that stays the same from generation to generation:
    /// `import witdock:editor/documents`, `folder /data read-only`, `env HOME`, `network example.org:443`, `clocks`,
    /// `random`, `stdio`. Sorted.
    pub fn items(&self) -> Vec<String> {
        let Request { imports: _, folders, env, network, clocks, random, stdio } = &self.request;
        let bare = |import: &String| format!("import {}", import.split('@').next().unwrap_or(import));
        let switches = [(clocks, "clocks"), (random, "random"), (stdio, "stdio")];
        let mut items: Vec<String> = self.imports.iter().map(bare).collect();
        items.extend(folders.iter().map(|folder| format!("folder {} {}", folder.path, folder.access)));
        items.extend(env.iter().map(|name| format!("env {name}")));
        items.extend(network.iter().map(|host| format!("network {host}")));
        items.extend(switches.into_iter().filter(|(is_on, _)| **is_on).map(|(_, name)| name.to_owned()));
        items.sort();
        items.dedup();
        items
    }
}

/// Who says what a candidate is granted: one policy for all generations, or a decision about each.
pub(crate) enum Decision {
    Fixed(Policy),
    Asked(Box<dyn Fn(&Wanted) -> Policy + Send + Sync>),
}

impl Decision {
    pub(crate) fn on(&self, wanted: &Wanted) -> Policy {
        match self {
            Self::Fixed(policy) => policy.clone(),
            Self::Asked(decide) => decide(wanted),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grants::{Access, FolderRequest};

    #[test]
    fn everything_has_a_name_that_outlives_a_version() {
        let request = Request {
            folders: vec![FolderRequest { path: "/data".into(), access: Access::ReadWrite }],
            env: vec!["HOME".into()],
            network: vec!["a:1".into()],
            clocks: true,
            ..Request::default()
        };
        let imports = vec!["x:y/z@0.1.0".into(), "x:y/a".into()];
        let wanted = Wanted { plugin: "p".into(), request, imports };
        let expected =
            ["clocks", "env HOME", "folder /data read-write", "import x:y/a", "import x:y/z", "network a:1"];
        assert_eq!(wanted.items(), expected);
    }
}
