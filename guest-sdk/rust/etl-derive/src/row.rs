//! The parsed struct of a row.

use crate::field::RowField;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Error, Fields, GenericParam, Generics, Ident, Lifetime, Result};

/// A struct with a field for each column.
pub(crate) struct RowStruct {
    pub(crate) name: Ident,
    /// The lifetime of its text and bytes.
    pub(crate) lifetime: Option<Lifetime>,
    pub(crate) fields: Vec<RowField>,
}

impl RowStruct {
    pub(crate) fn parse(input: DeriveInput) -> Result<Self> {
        const NAMED: &str = "a row must be a struct with named fields, one for each column";
        let fields = match input.data {
            Data::Struct(data) => match data.fields {
                Fields::Named(fields) => fields.named,
                Fields::Unit => Punctuated::new(),
                Fields::Unnamed(fields) => return Err(Error::new(fields.span(), NAMED)),
            },
            Data::Enum(data) => return Err(Error::new(data.enum_token.span, NAMED)),
            Data::Union(data) => return Err(Error::new(data.union_token.span, NAMED)),
        };
        if let Some(attribute) = input.attrs.iter().find(|attribute| attribute.path().is_ident("row")) {
            return Err(Error::new(attribute.span(), "`row(…)` belongs on a field, not on the struct"));
        }
        let lifetime = lifetime(&input.generics)?;
        let fields = collect(fields.into_iter().map(|field| RowField::parse(field, lifetime.as_ref())))?;
        let twice = fields.iter().enumerate().filter_map(|(index, field)| {
            let first = fields.iter().take(index).find(|first| first.column == field.column)?;
            let text = format!("`{}` is already the column `{}`", first.name, field.column);
            Some(Error::new(field.name.span(), text))
        });
        match all(twice) {
            Some(error) => Err(error),
            None => Ok(Self { name: input.ident, lifetime, fields }),
        }
    }
}

fn lifetime(generics: &Generics) -> Result<Option<Lifetime>> {
    const ONE: &str = "a row cannot have parameters, except one lifetime for its `&str` and `&[u8]`";
    let mut lifetime = None;
    for parameter in &generics.params {
        match parameter {
            GenericParam::Lifetime(parameter) if lifetime.is_none() && parameter.bounds.is_empty() => {
                lifetime = Some(parameter.lifetime.clone());
            }
            other => return Err(Error::new(other.span(), ONE)),
        }
    }
    match &generics.where_clause {
        Some(clause) => Err(Error::new(clause.span(), "a row cannot have a `where` clause")),
        None => Ok(lifetime),
    }
}

/// All values, or all errors at once, so that the author can fix them together.
fn collect<T>(results: impl Iterator<Item = Result<T>>) -> Result<Vec<T>> {
    let mut values = Vec::new();
    let mut errors = Vec::new();
    for result in results {
        match result {
            Ok(value) => values.push(value),
            Err(error) => errors.push(error),
        }
    }
    match all(errors.into_iter()) {
        Some(error) => Err(error),
        None => Ok(values),
    }
}

fn all(errors: impl Iterator<Item = Error>) -> Option<Error> {
    errors.reduce(|mut first, next| {
        first.combine(next);
        first
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(row: &str, expected: &[&str]) {
        let errors = match syn::parse_str(row).and_then(RowStruct::parse) {
            Ok(_) => Vec::new(),
            Err(error) => error.into_iter().map(|error| error.to_string()).collect::<Vec<_>>(),
        };
        assert_eq!(errors, expected, "{row}");
    }

    #[test]
    fn what_is_no_row_is_refused() {
        let named = "a row must be a struct with named fields, one for each column";
        refused("struct Flight(i32, String);", &[named]);
        refused("enum Flight { Late, Early }", &[named]);
        refused("union Flight { a: i32, b: i64 }", &[named]);
        let one = "a row cannot have parameters, except one lifetime for its `&str` and `&[u8]`";
        refused("struct Flight<T> { carrier: T }", &[one]);
        refused("struct Flight<'a, 'b> { carrier: &'a str, origin: &'b str }", &[one]);
        refused(
            "#[row(name = \"x\")] struct Flight { a: i32 }",
            &["`row(…)` belongs on a field, not on the struct"],
        );
    }

    #[test]
    fn every_field_that_is_wrong_is_told() {
        let allowed = "a column is `bool`, `i32`, `i64`, `f64`, `Date`, `Timestamp`, `String`, `&str`, `Vec<u8>` or `&[u8]`, \
                       or an `Option` of one";
        refused(
            "struct Flight { flight: u32, speed: f32, codes: Vec<String>, gate: Option<usize>, a: i32 }",
            &[
                &format!("no column type matches `u32`: use `i64`; {allowed}"),
                &format!("no column type matches `f32`: use `f64`; {allowed}"),
                &format!(
                    "no column type matches `Vec<String>`: use `String`, for example with JSON; {allowed}"
                ),
                &format!("no column type matches `usize`: use `i64`; {allowed}"),
            ],
        );
        refused(
            "struct Flight { a: Option<Option<i32>> }",
            &["a nested `Option` is not supported: use one `Option`"],
        );
    }

    #[test]
    fn attributes_are_checked() {
        let known = "`row` takes `name = \"…\"`, `drop` and `convert`";
        refused("struct Flight { #[row(nmae = \"x\")] a: i32 }", &[known]);
        refused("struct Flight { #[row(name = 1)] a: i32 }", &["expected string literal"]);
        refused("struct Flight { #[row(name = \"\")] a: i32 }", &["a column needs a name"]);
        refused(
            "struct Flight { #[row(convert)] a: String }",
            &[
                "`convert` supports `bool`, `i32`, `i64`, `f64`, `Date` and `Timestamp`; text and bytes need no conversion",
            ],
        );
        refused(
            "struct Flight { a: i32, #[row(name = \"a\")] b: i32, r#a: i32 }",
            &["`a` is already the column `a`", "`a` is already the column `a`"],
        );
    }

    #[test]
    fn a_column_has_the_fields_name_or_one_of_its_own() {
        let row = "struct Flight<'a> { r#type: &'a str, #[row(name = \"from\", drop)] origin: String, none: Option<&'a [u8]> }";
        let row = syn::parse_str(row).and_then(RowStruct::parse).unwrap();
        let columns: Vec<_> = row.fields.iter().map(|field| (&*field.column, field.dropped)).collect();
        assert_eq!(columns, [("type", false), ("from", true), ("none", false)]);
        assert_eq!(row.lifetime.unwrap().ident, "a");
    }
}
