//! Values with parts of the request in them.

use witdock_proxy_guest::Exchange;

/// A header's value: text, and parts of the request.
#[derive(Debug, PartialEq)]
pub(crate) struct Template(Vec<Piece>);

#[derive(Debug, PartialEq)]
enum Piece {
    Text(String),
    Host,
    Method,
    Path,
    Scheme,
    Source,
    Header(String),
}

impl Template {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        if text.bytes().any(|byte| (byte < 0x20 && byte != b'\t') || byte == 0x7f) {
            return Err("control characters are not allowed in a header's value".to_owned());
        }
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("%{") {
            let (name, after) = after.split_once('}').ok_or_else(|| format!("`%{{{after}` has no `}}`"))?;
            if !before.is_empty() {
                pieces.push(Piece::Text(before.to_owned()));
            }
            pieces.push(match name {
                "host" => Piece::Host,
                "method" => Piece::Method,
                "path" => Piece::Path,
                "scheme" => Piece::Scheme,
                "source" => Piece::Source,
                other => match other.strip_prefix("header ") {
                    Some(header) if !header.trim().is_empty() => {
                        Piece::Header(header.trim().to_ascii_lowercase())
                    }
                    _ => {
                        let known = "`host`, `method`, `path`, `scheme`, `source` and `header NAME`";
                        return Err(format!("unknown `%{{{other}}}`: there are {known}"));
                    }
                },
            });
            rest = after;
        }
        if !rest.is_empty() || pieces.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        Ok(Self(pieces))
    }

    pub(crate) fn fill(&self, exchange: &Exchange) -> Vec<u8> {
        let request = exchange.request();
        let mut value = Vec::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => value.extend_from_slice(text.as_bytes()),
                Piece::Host => value.extend(request.host().into_bytes()),
                Piece::Method => value.extend(request.method().into_bytes()),
                Piece::Path => value.extend(request.path().into_bytes()),
                Piece::Scheme => value.extend(request.scheme().into_bytes()),
                Piece::Source => {
                    let source =
                        exchange.source_address().map(|address| address.ip().to_canonical().to_string());
                    value.extend(source.unwrap_or_default().into_bytes());
                }
                Piece::Header(name) => value.extend(request.get_bytes(name).unwrap_or_default()),
            }
        }
        value
    }
}
