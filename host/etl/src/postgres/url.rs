//! The url of a PostgreSQL server.

use std::str::FromStr;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

use super::tls::Trust;

/// The settings in a url, if it is one. An `@` in the password counts as encoded.
pub(super) fn config(url: &str) -> Option<(Config, Trust)> {
    let mut trust = Trust::Any;
    let url = with_encoded_password(url);
    let Some((before, query)) = url.split_once('?').filter(|(before, _)| before.contains("://")) else {
        return Some((Config::from_str(&url).ok()?, trust));
    };
    // The parser does not know modes that check certificates.
    let (mut mode, mut rest) = (None, Vec::new());
    for parameter in query.split('&') {
        match parameter.split_once('=') {
            Some(("sslmode", "verify-full")) => {
                mode = Some(SslMode::Require);
                if trust == Trust::Any {
                    trust = Trust::System;
                }
            }
            Some(("sslrootcert", "system")) => trust = Trust::System,
            Some(("sslrootcert", path)) => trust = Trust::File(path.into()),
            _ => rest.push(parameter),
        }
    }
    let query = if rest.is_empty() { String::new() } else { format!("?{}", rest.join("&")) };
    let mut config = Config::from_str(&format!("{before}{query}")).ok()?;
    if let Some(mode) = mode.or((trust != Trust::Any).then_some(SslMode::Require)) {
        config.ssl_mode(mode);
    }
    Some((config, trust))
}

/// The database's name for messages, without a password.
pub fn shown(url: &str) -> String {
    let Some((config, _)) = config(url) else { return "PostgreSQL".to_owned() };
    let host = config.get_hosts().first().map_or_else(String::new, |host| match host {
        Host::Tcp(name) => name.clone(),
        #[cfg(unix)]
        Host::Unix(path) => path.display().to_string(),
    });
    let port = config.get_ports().first().map_or_else(String::new, |port| format!(":{port}"));
    format!("PostgreSQL {host}{port}/{}", config.get_dbname().unwrap_or_default())
}

/// The last `@` before the parameters separates the password from the host. The parser takes the first one, and the rest of the
/// password for a host, which messages show.
fn with_encoded_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let is_query = |at: &usize| {
        let query = rest.get(at + 1..).unwrap_or_default();
        query.split_once('=').is_some_and(|(key, _)| !key.contains(['@', '/', ':']))
    };
    let end = rest.rfind('?').filter(is_query).unwrap_or(rest.len());
    let (before, query) = rest.split_at(end);
    match before.rsplit_once('@') {
        Some((credentials, host)) => {
            format!("{scheme}://{}@{host}{query}", credentials.replace('@', "%40").replace('?', "%3F"))
        }
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        for (url, password, name) in [
            ("postgres://u:secret@host:5/db", "secret", "PostgreSQL host:5/db"),
            ("postgres://u:sec@ret@host:5/db", "sec@ret", "PostgreSQL host:5/db"),
            ("postgresql://u:@@s@host/db?application_name=a@b", "@@s", "PostgreSQL host:5432/db"),
            ("postgres://u:s/e?c@ret@host/db", "s/e?c@ret", "PostgreSQL host:5432/db"),
            ("postgres://u:s%40t@host/db", "s@t", "PostgreSQL host:5432/db"),
        ] {
            assert_eq!(shown(url), name);
            let (config, _) = config(url).unwrap();
            assert_eq!(config.get_password(), Some(password.as_bytes()), "{url}");
        }
        assert_eq!(shown("postgres://u:secret@host:port/db"), "PostgreSQL");
        assert!(config("postgres://u@host/db?sslmode=verify-ca").is_none());
        let (config, trust) = config("postgres://u@host/db?sslmode=verify-full&connect_timeout=3").unwrap();
        assert_eq!((config.get_ssl_mode(), trust), (SslMode::Require, Trust::System));
        assert_eq!(shown("postgres://u@host:5/db?sslmode=verify-full"), "PostgreSQL host:5/db");
        assert_eq!(shown("host=h user=u password=secret dbname=d"), "PostgreSQL h/d");
    }
}
