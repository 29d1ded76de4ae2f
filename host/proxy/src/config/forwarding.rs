use serde::Deserialize;

use super::network::Network;

/// What upstream servers are told about clients.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ForwardingConfig {
    /// The headers that name the client.
    pub headers: ForwardedHeaders,
    /// Proxies whose own `X-Forwarded-*` and `Forwarded` are believed and continued. Those of others are removed.
    pub trusted_proxies: Vec<Network>,
    /// The name in `Via`. Empty: requests get none.
    pub via: String,
}

impl Default for ForwardingConfig {
    fn default() -> Self {
        Self { headers: ForwardedHeaders::default(), trusted_proxies: Vec::new(), via: "witdock".to_owned() }
    }
}

/// The headers that name the client.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ForwardedHeaders {
    /// `X-Forwarded-For`, `X-Forwarded-Proto` and `X-Forwarded-Host`, which nearly every server reads.
    #[default]
    XForwarded,
    /// `Forwarded` of RFC 7239.
    Forwarded,
    /// Both.
    Both,
    /// None. What clients send is removed all the same.
    None,
}
