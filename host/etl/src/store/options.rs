use serde::{Deserialize, Serialize};

use super::scheme::Scheme;

/// Where a store is, as far as the environment does not say it. There are no credentials in it: they come from the environment alone.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StoreOptions {
    /// The url of a server with the store's interface. One with `http://` is not encrypted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The region of an S3 bucket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The account of an Azure container.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Whether requests are sent without credentials, as public buckets allow.
    #[serde(default)]
    pub anonymous: bool,
    /// How often a failed request is tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retries: Option<usize>,
}

impl StoreOptions {
    pub(super) fn azure_account(&self) -> Option<String> {
        let of_environment = || variable(&"AZURE_STORAGE_ACCOUNT_NAME");
        self.account.clone().or_else(of_environment)
    }

    /// The endpoint, in one spelling.
    pub(super) fn place(&self, scheme: Scheme) -> Option<String> {
        let names: &[&str] = match scheme {
            Scheme::S3 => &["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"],
            Scheme::Azure => &["AZURE_STORAGE_ENDPOINT", "AZURE_ENDPOINT"],
            Scheme::Gs => &["GOOGLE_BASE_URL"],
            Scheme::Http | Scheme::Https => return None,
        };
        let endpoint = self.endpoint.clone().or_else(|| names.iter().find_map(variable))?;
        Some(endpoint.trim_end_matches('/').to_ascii_lowercase().replace('/', "|"))
    }
}

fn variable(name: &&str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
