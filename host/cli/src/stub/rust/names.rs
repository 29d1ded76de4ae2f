//! Names of WIT as wit-bindgen has them in Rust.

use heck::{ToSnakeCase, ToUpperCamelCase};

const KEYWORDS: &str = "\
    as break const continue crate else enum extern false fn for if impl in let loop match mod move mut pub ref return self \
    static struct super trait true type unsafe use where while async await dyn abstract become box do final macro override \
    priv typeof unsized virtual yield try";

/// The name of a function, a module or a variable.
pub(super) fn ident(name: &str) -> String {
    let snake = name.to_snake_case();
    if KEYWORDS.split(' ').any(|keyword| keyword == snake) { snake + "_" } else { snake }
}

/// The name of a type.
pub(super) fn camel(name: &str) -> String {
    // The trait that a plugin implements has this name.
    if name == "guest" { "Guest_".to_owned() } else { name.to_upper_camel_case() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_bindings() {
        assert_eq!((&*ident("side-output"), &*ident("type")), ("side_output", "type_"));
        assert_eq!((&*camel("side-output"), &*camel("HTTP-server")), ("SideOutput", "HttpServer"));
    }
}
