//! `#[derive(Row)]` of `witdock-etl-guest`. Depend on that crate, which re-exports and documents it.

mod expand;
mod field;
mod row;

use proc_macro::TokenStream;

/// Implements `Row` for a struct: see `witdock_etl_guest::Row`.
#[proc_macro_derive(Row, attributes(row))]
pub fn derive_row(input: TokenStream) -> TokenStream {
    let row = syn::parse(input).and_then(row::RowStruct::parse);
    row.map_or_else(syn::Error::into_compile_error, |row| expand::row(&row)).into()
}
