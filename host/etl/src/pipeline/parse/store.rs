use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::parser::Parser;
use super::text::Text;
use crate::pipeline::PipelineError;
use crate::store::StoreOptions;

/// A `store` table: where an object store is. Its credentials come from environment variables alone.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StoreToml {
    /// The url of a server with the store's interface, for example of MinIO. By default it is the store's own.
    #[schemars(with = "Option<Text>")]
    endpoint: Option<Spanned<Text>>,
    /// The region of an S3 bucket.
    region: Option<Text>,
    /// The account of an Azure container.
    account: Option<Text>,
    /// Whether requests are sent without credentials, as public buckets allow.
    #[serde(default)]
    anonymous: bool,
    /// How often a failed request is tried again. By default 10.
    retries: Option<usize>,
}

impl Parser<'_> {
    pub(super) fn store(&self, table: Option<Spanned<StoreToml>>) -> Result<StoreOptions, PipelineError> {
        let Some(table) = table.map(Spanned::into_inner) else { return Ok(StoreOptions::default()) };
        if let Some(endpoint) = &table.endpoint {
            let text = &endpoint.get_ref().0;
            let host = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
            if host.is_none_or(|host| host.is_empty() || host.contains(['@', '?'])) {
                let help = "for example endpoint = \"http://localhost:9000\"; credentials come from environment variables";
                let message = "the endpoint of a store must be a url with http:// or https://, without a user or a query";
                return Err(self.text.error(endpoint.span(), message, "this one", help.to_owned()));
            }
        }
        Ok(StoreOptions {
            endpoint: table.endpoint.map(|endpoint| endpoint.into_inner().0),
            region: table.region.map(|region| region.0),
            account: table.account.map(|account| account.0),
            anonymous: table.anonymous,
            retries: table.retries,
        })
    }
}
