//! How a new project depends on the witdock crates, as long as they are in no registry.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;

use crate::embedded;

/// Where the crates are taken from.
#[derive(Debug, Args)]
pub(crate) struct WitdockArgument {
    /// Take the witdock crates from this checkout or Git repository, instead of the checkout that this program was built from
    #[arg(long, value_name = "PATH|GIT-URL")]
    witdock: Option<String>,
}

/// A checkout, or a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Witdock {
    /// Absolute.
    Path(PathBuf),
    Git(String),
}

impl WitdockArgument {
    /// What was given, or the checkout that the program was built from.
    ///
    /// # Errors
    ///
    /// When the path is no checkout, or none was given and that one is gone.
    pub(crate) fn witdock(&self) -> anyhow::Result<Witdock> {
        match &self.witdock {
            Some(url) if is_git_url(url) => Ok(Witdock::Git(url.clone())),
            Some(path) => {
                let folder = Path::new(path).canonicalize().with_context(|| format!("--witdock {path}"))?;
                if !folder.join("host/dock/Cargo.toml").is_file() {
                    bail!("--witdock {path}: this is no checkout of witdock: it has no host/dock/Cargo.toml");
                }
                Ok(Witdock::Path(folder))
            }
            None => match embedded::checkout() {
                Some(folder) => Ok(Witdock::Path(folder.to_owned())),
                None => bail!(
                    "the witdock crates are in no registry yet, and the checkout that this program was built from is gone: \
                     say where they are, with --witdock PATH or --witdock GIT-URL"
                ),
            },
        }
    }
}

/// `https://…`, `ssh://…`, `git@host:…`; a path has none of these forms.
fn is_git_url(text: &str) -> bool {
    text.contains("://") || text.starts_with("git@")
}

impl Witdock {
    /// The inline table of Cargo.toml for the crate in this folder of the repository: `{ path = "…" }`. Cargo finds a crate in a
    /// Git repository by its name.
    pub(crate) fn dependency(&self, folder: &str) -> String {
        match self {
            Self::Path(checkout) => {
                let path = checkout.join(folder);
                format!("{{ path = {} }}", toml::Value::from(path.to_string_lossy().replace('\\', "/")))
            }
            Self::Git(url) => format!("{{ git = {} }}", toml::Value::from(url.as_str())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(witdock: &str) -> anyhow::Result<Witdock> {
        WitdockArgument { witdock: Some(witdock.to_owned()) }.witdock()
    }

    #[test]
    fn a_repository_or_a_checkout_is_taken_and_nothing_else() {
        let url = "https://example.com/witdock.git";
        assert_eq!(given(url).unwrap().dependency("host/dock"), format!("{{ git = \"{url}\" }}"));

        let checkout = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
        let dependency = given(checkout).unwrap().dependency("host/dock");
        assert!(
            dependency.starts_with("{ path = \"") && dependency.ends_with("/host/dock\" }"),
            "{dependency}"
        );

        let elsewhere = given(env!("CARGO_MANIFEST_DIR")).unwrap_err().to_string();
        assert!(elsewhere.contains("no checkout of witdock"), "{elsewhere}");
        assert!(given("no/such/folder").is_err());
    }
}
