//! How new projects depend on the witdock crates, which are not in a registry yet.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;

use crate::embedded;

/// The source of the crates.
#[derive(Debug, Args)]
pub(crate) struct WitdockArgument {
    /// Depend on the witdock crates in this checkout or Git repository [default: the checkout that witdock was built from]
    #[arg(long, value_name = "PATH|GIT-URL")]
    witdock: Option<String>,
}

/// A checkout or a Git repository of witdock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Witdock {
    /// The checkout's absolute path.
    Path(PathBuf),
    Git(String),
}

impl WitdockArgument {
    /// The given source, or the checkout that this program was built from.
    ///
    /// # Errors
    ///
    /// When the path is not a checkout, or none was given and that checkout no longer exists.
    pub(crate) fn witdock(&self) -> anyhow::Result<Witdock> {
        match &self.witdock {
            Some(url) if is_git_url(url) => Ok(Witdock::Git(url.clone())),
            Some(path) => {
                let folder = Path::new(path).canonicalize().with_context(|| format!("--witdock {path}"))?;
                if !folder.join("host/dock/Cargo.toml").is_file() {
                    bail!("--witdock {path}: not a checkout of witdock: it has no host/dock/Cargo.toml");
                }
                Ok(Witdock::Path(folder))
            }
            None => match embedded::checkout() {
                Some(folder) => Ok(Witdock::Path(folder.to_owned())),
                None => bail!(
                    "cannot find the witdock crates: they are not in a registry yet, and the checkout that this program was built \
                     from no longer exists; name another with --witdock PATH or --witdock GIT-URL"
                ),
            },
        }
    }
}

/// Whether the text is `https://…`, `ssh://…` or `git@host:…`, and not a path.
fn is_git_url(text: &str) -> bool {
    text.contains("://") || text.starts_with("git@")
}

impl Witdock {
    /// The dependency in Cargo.toml on the crate in this folder of the repository: `{ path = "…" }`. Cargo finds a crate in a Git
    /// repository by its name.
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
    fn only_a_repository_or_a_checkout_is_accepted() {
        let url = "https://example.com/witdock.git";
        assert_eq!(given(url).unwrap().dependency("host/dock"), format!("{{ git = \"{url}\" }}"));

        let checkout = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
        let dependency = given(checkout).unwrap().dependency("host/dock");
        assert!(
            dependency.starts_with("{ path = \"") && dependency.ends_with("/host/dock\" }"),
            "{dependency}"
        );

        let elsewhere = given(env!("CARGO_MANIFEST_DIR")).unwrap_err().to_string();
        assert!(elsewhere.contains("not a checkout of witdock"), "{elsewhere}");
        assert!(given("no/such/folder").is_err());
    }
}
