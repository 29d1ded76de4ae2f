//! One field of a row, which is one column.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Error, Field, GenericArgument, Ident, Lifetime, LitStr, PathArguments, Result, Type};

/// The types of a field.
const ALLOWED: &str = "a column is `bool`, `i32`, `i64`, `f64`, `Date`, `Timestamp`, `String`, `&str`, `Vec<u8>` or `&[u8]`, \
                       or an `Option` of one";

pub(crate) struct RowField {
    pub(crate) name: Ident,
    /// The column's name.
    pub(crate) column: String,
    /// The type with every lifetime replaced by `'static`, for trait bounds.
    pub(crate) cell: TokenStream,
    /// The column is read and does not pass through.
    pub(crate) dropped: bool,
    /// Text and integers are accepted too.
    pub(crate) converted: bool,
}

impl RowField {
    pub(crate) fn parse(field: Field, lifetime: Option<&Lifetime>) -> Result<Self> {
        let name = field.ident.clone().ok_or_else(|| Error::new(field.span(), "a field needs a name"))?;
        check_type(&field.ty)?;
        let mut parsed = Self {
            column: name.unraw().to_string(),
            cell: static_borrows(field.ty.to_token_stream(), lifetime),
            name,
            dropped: false,
            converted: false,
        };
        for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("row")) {
            attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("name") {
                    let name: LitStr = meta.value()?.parse()?;
                    parsed.column = name.value();
                    if parsed.column.is_empty() {
                        return Err(Error::new(name.span(), "a column needs a name"));
                    }
                } else if meta.path.is_ident("drop") {
                    parsed.dropped = true;
                } else if meta.path.is_ident("convert") {
                    check_converted(&meta.path, &field.ty)?;
                    parsed.converted = true;
                } else {
                    return Err(meta.error("`row` takes `name = \"…\"`, `drop` and `convert`"));
                }
                Ok(())
            })?;
        }
        Ok(parsed)
    }
}

/// Reports types that look like a column's but are not. The compiler reports all others, since a type may have an alias.
fn check_type(field: &Type) -> Result<()> {
    let inner = match argument(field, "Option") {
        Some(inner) if argument(inner, "Option").is_some() => {
            return Err(Error::new(field.span(), "a nested `Option` is not supported: use one `Option`"));
        }
        Some(inner) => inner,
        None => field,
    };
    let instead = match inner {
        Type::Path(_) if argument(inner, "Vec").is_some_and(|item| !is(item, "u8")) => {
            "`String`, for example with JSON"
        }
        Type::Path(path) => {
            let Some(ident) = path.path.get_ident() else { return Ok(()) };
            match ident.to_string().as_str() {
                "u8" | "u16" | "i8" | "i16" => "`i32`",
                "u32" | "u64" | "usize" | "isize" | "i128" | "u128" => "`i64`",
                "f32" => "`f64`",
                "char" | "str" => "`String`",
                _ => return Ok(()),
            }
        }
        Type::Tuple(_) | Type::Array(_) => "one field for each value",
        _ => return Ok(()),
    };
    let written = inner.to_token_stream().to_string().replace(' ', "");
    Err(Error::new(inner.span(), format!("no column type matches `{written}`: use {instead}; {ALLOWED}")))
}

fn check_converted(attribute: &syn::Path, field: &Type) -> Result<()> {
    let inner = argument(field, "Option").unwrap_or(field);
    let as_it_is =
        ["String", "Vec", "Cow"].iter().any(|name| is(inner, name)) || matches!(inner, Type::Reference(_));
    if as_it_is {
        return Err(Error::new(
            attribute.span(),
            "`convert` supports `bool`, `i32`, `i64`, `f64`, `Date` and `Timestamp`; text and bytes need no conversion",
        ));
    }
    Ok(())
}

/// Whether the last part of a type's path has this name.
fn is(written: &Type, name: &str) -> bool {
    matches!(written, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == name))
}

/// The type argument of a type with this name, if it has exactly one.
fn argument<'t>(written: &'t Type, name: &str) -> Option<&'t Type> {
    let Type::Path(path) = written else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first() {
        Some(GenericArgument::Type(argument)) => Some(argument),
        _ => None,
    }
}

/// The same tokens with `'static` for the struct's lifetime.
fn static_borrows(tokens: TokenStream, lifetime: Option<&Lifetime>) -> TokenStream {
    let Some(lifetime) = lifetime else { return tokens };
    let mut after_quote = false;
    tokens
        .into_iter()
        .map(|token| {
            let quoted = std::mem::replace(
                &mut after_quote,
                matches!(&token, TokenTree::Punct(sign) if sign.as_char() == '\''),
            );
            match token {
                TokenTree::Ident(ident) if quoted && ident == lifetime.ident => {
                    TokenTree::Ident(Ident::new("static", ident.span()))
                }
                TokenTree::Group(group) => {
                    let mut inner =
                        Group::new(group.delimiter(), static_borrows(group.stream(), Some(lifetime)));
                    inner.set_span(group.span());
                    TokenTree::Group(inner)
                }
                other => other,
            }
        })
        .collect()
}
