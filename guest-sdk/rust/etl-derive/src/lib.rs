//! `#[derive(Row)]` of `witdock-etl-guest`, which hands it on and documents it: depend on that crate.

mod expand;
mod field;
mod row;

use proc_macro::TokenStream;

/// Makes a struct a row: see `witdock_etl_guest::Row`.
#[proc_macro_derive(Row, attributes(row))]
pub fn derive_row(input: TokenStream) -> TokenStream {
    let row = syn::parse(input).and_then(row::RowStruct::parse);
    row.map_or_else(syn::Error::into_compile_error, |row| expand::row(&row)).into()
}
