//! Addresses of objects: `s3://bucket/key`, `gs://bucket/key`, `az://container/key`, `https://host/path`.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::options::StoreOptions;
use super::scheme::Scheme;

/// The address of an object, or of all objects below a prefix.
///
/// Its text is the name that messages and checkpoints have. What may be secret in the address of a web server, its query, is in the name as a digest.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ObjectUrl {
    scheme: Scheme,
    /// The bucket or the container, with its account if that is given; of a web server its host and port.
    authority: String,
    /// What follows the authority, without the first `/`.
    key: String,
    /// The address to ask a web server with.
    whole: Option<String>,
}

/// Parameters of signed addresses. The same file has others each time that its address is signed.
const SIGNATURES: [&str; 20] = [
    "x-amz-",
    "x-goog-",
    "awsaccesskeyid",
    "googleaccessid",
    "signature",
    "expires",
    "key-pair-id",
    "policy",
    "sig",
    "se",
    "st",
    "sp",
    "sv",
    "sr",
    "spr",
    "skoid",
    "sktid",
    "skt",
    "ske",
    "sks",
];

impl ObjectUrl {
    /// The address that a text is, if it is one. A path without a scheme is none.
    ///
    /// # Errors
    ///
    /// What is wrong with the address, and what to do.
    pub fn parse(text: &str) -> Option<Result<Self, String>> {
        let (scheme, rest) = text.split_once("://")?;
        // One letter is a drive.
        let named = scheme.len() > 1
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+.-".contains(&byte));
        if !named {
            return None;
        }
        Some(match Scheme::of(scheme) {
            Some(scheme) if scheme.is_web() => Self::web(scheme, text),
            Some(scheme) => Self::object(scheme, rest),
            None => Err(format!(
                "`{scheme}://` is not supported: give a path, or a url with s3://, gs://, az://, abfss://, https:// or http://"
            )),
        })
    }

    fn object(scheme: Scheme, rest: &str) -> Result<Self, String> {
        let (authority, key) = rest.split_once('/').unwrap_or((rest, ""));
        let (user, _) = authority.split_once('@').unwrap_or_default();
        if authority.is_empty() || (scheme != Scheme::Azure && authority.contains('@')) || user.contains(':')
        {
            let name = scheme.name();
            return Err(format!("write `{name}://BUCKET/KEY`; credentials come from environment variables"));
        }
        let inner = key.strip_suffix('/').unwrap_or(key);
        if !inner.is_empty() && inner.split('/').any(|part| matches!(part, "" | "." | "..")) {
            return Err("a key cannot have the parts `.` and `..`, nor an empty one".to_owned());
        }
        Ok(Self { scheme, authority: authority.to_owned(), key: key.to_owned(), whole: None })
    }

    fn web(scheme: Scheme, text: &str) -> Result<Self, String> {
        let mut url = url::Url::parse(text).map_err(|error| format!("it is not a valid url: {error}"))?;
        let Some(host) = url.host_str().map(str::to_owned) else {
            return Err("the url has no host".to_owned());
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err("a url cannot have a user and a password in it".to_owned());
        }
        url.set_fragment(None);
        let authority = url.port().map_or_else(|| host.clone(), |port| format!("{host}:{port}"));
        let mut key = url.path().trim_start_matches('/').to_owned();
        let query: Vec<_> = url
            .query_pairs()
            .filter(|(name, _)| {
                let name = name.to_ascii_lowercase();
                !SIGNATURES.iter().any(|known| match known.strip_suffix('-') {
                    Some(_) if known.starts_with("x-") => name.starts_with(known),
                    _ => name == *known,
                })
            })
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if !query.is_empty() {
            let digest = Sha256::digest(query.join("&"));
            key.push('?');
            key.extend(digest.iter().take(4).map(|byte| format!("{byte:02x}")));
        }
        Ok(Self { scheme, authority, key, whole: Some(url.to_string()) })
    }

    /// The kind of the store.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The address of the store for its client, without a key: that of a web server is whole.
    pub(super) fn root(&self) -> String {
        match (&self.whole, self.scheme) {
            (Some(whole), _) => whole.clone(),
            // Only this form can have an account.
            (None, Scheme::Azure) if self.authority.contains('@') => format!("abfss://{}/", self.authority),
            (None, scheme) => format!("{}://{}/", scheme.name(), self.authority),
        }
    }

    /// The key in the store. A web server's client has it in its root.
    pub fn key(&self) -> &str {
        if self.whole.is_some() { "" } else { &self.key }
    }

    /// The last part of the key.
    pub fn file_name(&self) -> &str {
        let path =
            if self.whole.is_some() { self.key.split('?').next().unwrap_or_default() } else { &self.key };
        path.rsplit('/').next().unwrap_or_default()
    }

    /// Whether it names all objects below a prefix.
    pub fn is_prefix(&self) -> bool {
        !self.scheme.is_web() && (self.key.is_empty() || self.key.ends_with('/'))
    }

    /// The address of another key in the same store.
    pub fn with_key(&self, key: &str) -> Self {
        Self { key: key.to_owned(), ..self.clone() }
    }

    /// The address below a prefix.
    pub fn join(&self, name: &str) -> Self {
        let prefix = self.key.trim_end_matches('/');
        self.with_key(&if prefix.is_empty() { name.to_owned() } else { format!("{prefix}/{name}") })
    }

    /// The same for each spelling of one place, as a path, so that two places can be compared as those of files are.
    pub(crate) fn place(&self, options: &StoreOptions) -> PathBuf {
        let authority = match self.scheme {
            Scheme::Azure => {
                let (container, host) = self.authority.split_once('@').unwrap_or((&self.authority, ""));
                let account = host.split('.').next().filter(|account| !account.is_empty());
                let account =
                    account.map(str::to_owned).or_else(|| options.azure_account()).unwrap_or_default();
                format!("{container}@{account}")
            }
            _ => self.authority.to_ascii_lowercase(),
        };
        let endpoint = options.place(self.scheme).unwrap_or_default();
        PathBuf::from(format!("{}:{endpoint}", self.scheme.name()))
            .join(authority)
            .join(self.key.trim_end_matches('/'))
    }
}

impl fmt::Display for ObjectUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.scheme {
            Scheme::Azure if self.authority.contains('@') => "abfss",
            scheme => scheme.name(),
        };
        write!(f, "{scheme}://{}/{}", self.authority, self.key)
    }
}

/// Without what may be secret.
impl fmt::Debug for ObjectUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ObjectUrl({self})")
    }
}

impl FromStr for ObjectUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::parse(text).unwrap_or_else(|| Err(format!("`{text}` is not a url")))
    }
}

impl TryFrom<String> for ObjectUrl {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<ObjectUrl> for String {
    fn from(url: ObjectUrl) -> Self {
        url.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> ObjectUrl {
        text.parse().unwrap()
    }

    #[test]
    fn a_path_is_no_url_and_an_unknown_scheme_is_told() {
        for path in ["a/b.csv", "C://x", "/s3/x", "-", "a b://c"] {
            assert!(ObjectUrl::parse(path).is_none(), "{path}");
        }
        for (text, words) in [
            ("ftp://a/b", "`ftp://` is not supported"),
            ("s3:///b", "BUCKET/KEY"),
            ("s3://key:secret@a/b", "environment"),
            ("s3://a/b//c", "empty one"),
            ("gs://a/../c", "`..`"),
            ("https://user:secret@a/b", "password"),
            ("https://", "host"),
        ] {
            let error = ObjectUrl::parse(text).unwrap().unwrap_err();
            assert!(error.contains(words), "{text}: {error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn a_place_has_one_name() {
        for (text, name) in [
            ("s3a://Bucket/a b/c[1].csv", "s3://Bucket/a b/c[1].csv"),
            ("HTTPS://Example.org:443/a/../b%20c.csv#top", "https://example.org/b%20c.csv"),
            ("http://localhost:80", "http://localhost/"),
            ("az://c/x/", "az://c/x/"),
            ("abfs://c@acc.dfs.core.windows.net/x", "abfss://c@acc.dfs.core.windows.net/x"),
        ] {
            assert_eq!(url(text).to_string(), name);
        }
        let options = StoreOptions { account: Some("acc".to_owned()), ..StoreOptions::default() };
        let one = url("abfss://c@acc.blob.core.windows.net/x").place(&StoreOptions::default());
        assert_eq!(one, url("az://c/x/").place(&options));
        assert!(url("s3://b/a/x").place(&options).starts_with(url("s3a://b/a/").place(&options)));
        let other =
            StoreOptions { endpoint: Some("http://localhost:9000/".to_owned()), ..StoreOptions::default() };
        assert_ne!(url("s3://b/a").place(&other), url("s3://b/a").place(&StoreOptions::default()));
    }

    #[test]
    fn a_query_is_not_in_the_name_but_tells_files_apart() {
        let (one, other) =
            (url("https://a/x.csv?table=1&token=secret"), url("https://a/x.csv?table=2&token=secret"));
        assert!(!format!("{one} {one:?}").contains("secret"), "{one}");
        assert_ne!(one.to_string(), other.to_string());
        assert!(one.root().ends_with("?table=1&token=secret"));
        assert_eq!((one.file_name(), one.key()), ("x.csv", ""));
        // A file whose address is signed once more is the same one.
        let signed =
            |signature: &str| url(&format!("https://a/x.csv?X-Amz-Signature={signature}&X-Amz-Date=1"));
        assert_eq!(signed("1").to_string(), signed("2").to_string());
        assert_eq!(signed("1").to_string(), "https://a/x.csv");
    }
}
