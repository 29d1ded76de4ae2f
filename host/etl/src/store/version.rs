//! Which version of an object a writer replaces.

use object_store::{
    Attribute, Attributes, Error as ObjectError, GetOptions, ObjectMeta, PutMode, UpdateVersion,
};
use serde::{Deserialize, Serialize};

use super::client::Store;
use super::error::StoreError;
use super::runtime::wait;

/// The metadata that names the commit of an object. Azure takes letters, digits and underscores, and some proxies drop headers with underscores.
const COMMIT: &str = "witdockcommit";

/// What a store has under a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Found {
    /// Nothing.
    Absent,
    /// An object, by what the store calls this version of it.
    Object {
        /// The ETag.
        e_tag: Option<String>,
        /// The number of the version, in stores that have one.
        version: Option<String>,
    },
    /// Something that may not be looked at, or has no name for its version.
    Unknown,
}

/// When an object may be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// As long as the store has this.
    pub(crate) found: Found,
    /// The commit, which is written into the object's metadata: an upload that is repeated finds its own object.
    pub(crate) commit: String,
}

impl Found {
    fn of(meta: &ObjectMeta) -> Self {
        // A weak name never matches.
        let e_tag = meta.e_tag.clone().filter(|tag| !tag.starts_with("W/"));
        match (e_tag, meta.version.clone()) {
            (None, None) => Self::Unknown,
            (e_tag, version) => Self::Object { e_tag, version },
        }
    }

    /// Whether the store has the same now, as far as it tells.
    pub(crate) fn is_still(&self, now: &Self) -> bool {
        self == now || [self, now].contains(&&Self::Unknown)
    }
}

impl Condition {
    pub(super) fn mode(&self) -> PutMode {
        match &self.found {
            Found::Absent => PutMode::Create,
            Found::Object { e_tag, version } => {
                PutMode::Update(UpdateVersion { e_tag: e_tag.clone(), version: version.clone() })
            }
            Found::Unknown => PutMode::Overwrite,
        }
    }

    pub(super) fn attributes(&self) -> Attributes {
        Attributes::from_iter([(Attribute::Metadata(COMMIT.into()), self.commit.clone())])
    }
}

/// What a condition finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Met {
    Yes,
    /// The object is this commit's own.
    Done,
    No,
}

impl Store {
    /// What is under a key now.
    ///
    /// # Errors
    ///
    /// When the store cannot be reached.
    pub(crate) fn found(&self, key: &str) -> Result<Found, StoreError> {
        let (store, path) = (self.clone(), self.path(key)?);
        wait(async move {
            let got = store.inner.get_opts(&path, GetOptions::new().with_head(true)).await;
            store.found_in(got.map(|got| got.meta))
        })
    }

    fn found_in(&self, got: Result<ObjectMeta, ObjectError>) -> Result<Found, StoreError> {
        match got {
            Ok(meta) => Ok(Found::of(&meta)),
            Err(ObjectError::NotFound { .. }) => Ok(Found::Absent),
            // Who may only write need not be able to look.
            Err(ObjectError::PermissionDenied { .. } | ObjectError::Unauthenticated { .. }) => {
                Ok(Found::Unknown)
            }
            Err(error) => Err(self.error(&error)),
        }
    }

    /// Whether a condition holds now.
    pub(super) async fn met(
        &self,
        path: &object_store::path::Path,
        condition: &Condition,
    ) -> Result<Met, StoreError> {
        let got = self.inner.get_opts(path, GetOptions::new().with_head(true)).await;
        let own = got.as_ref().is_ok_and(|got| {
            let commit = got.attributes.get(&Attribute::Metadata(COMMIT.into()));
            commit.is_some_and(|commit| commit.as_ref() == condition.commit)
        });
        let found = self.found_in(got.map(|got| got.meta))?;
        Ok(match own {
            true => Met::Done,
            false if condition.found.is_still(&found) => Met::Yes,
            false => Met::No,
        })
    }
}
