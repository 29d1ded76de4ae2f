//! Names of WIT as wit-bindgen has them in Go.

use heck::{ToLowerCamelCase, ToSnakeCase, ToUpperCamelCase};

/// The plugin's type behind an exported resource.
pub(super) fn own(resource: &str) -> String {
    identifier(resource)
}

/// A parameter's or a type's name, with a `_` after a reserved word.
pub(super) fn identifier(name: &str) -> String {
    let name = lower_camel(name);
    if is_reserved(&name) { name + "_" } else { name }
}

/// `job-ended` as `job_ended`.
pub(super) fn snake(name: &str) -> String {
    name.to_snake_case()
}

/// `job-ended` as `JobEnded`.
pub(super) fn upper_camel(name: &str) -> String {
    name.to_upper_camel_case()
}

/// `job-ended` as `jobEnded`.
pub(super) fn lower_camel(name: &str) -> String {
    name.to_lower_camel_case()
}

/// Whether Go or the generated file already gives the name a meaning.
pub(super) fn is_reserved(name: &str) -> bool {
    const RESERVED: &str = "\
        any append bool break byte cap case chan clear close comparable complex complex128 complex64 const continue copy default \
        defer delete else error fallthrough false float32 float64 for func go goto if imag import int int16 int32 int64 int8 \
        interface iota len make map max min new nil own package panic print println range real recover return rune select string \
        struct switch true type uint uint16 uint32 uint64 uint8 uintptr var witTypes";
    RESERVED.split_ascii_whitespace().any(|reserved| reserved == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_bindings() {
        assert_eq!((&*upper_camel("job-ended"), &*upper_camel("URL-of")), ("JobEnded", "UrlOf"));
        assert_eq!((&*lower_camel("job-ended"), &*own("type")), ("jobEnded", "type_"));
    }
}
