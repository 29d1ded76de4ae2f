//! Names in WIT as wit-bindgen has them in Rust.

const KEYWORDS: &str = "\
    as break const continue crate else enum extern false fn for if impl in let loop match mod move mut pub ref return self \
    static struct super trait true type unsafe use where while async await dyn abstract become box do final macro override \
    priv typeof unsized virtual yield try";

/// A function's, a module's or a variable's name.
pub(super) fn ident(name: &str) -> String {
    let snake = name.replace('-', "_").to_lowercase();
    if KEYWORDS.split(' ').any(|keyword| keyword == snake) { snake + "_" } else { snake }
}

/// A type's name.
pub(super) fn camel(name: &str) -> String {
    if name == "guest" {
        return "Guest_".to_owned();
    }
    name.split('-').map(capitalized).collect()
}

/// `word` as `Word`.
fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_ascii_uppercase().to_string() + &letters.as_str().to_ascii_lowercase()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_the_bindings_have() {
        assert_eq!((&*ident("side-output"), &*ident("type")), ("side_output", "type_"));
        assert_eq!((&*camel("side-output"), &*camel("HTTP-server")), ("SideOutput", "HttpServer"));
    }
}
