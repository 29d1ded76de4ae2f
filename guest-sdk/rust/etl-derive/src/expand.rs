//! Generates the code of a row.

use crate::row::RowStruct;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Index, Lifetime};

pub(crate) fn row(row: &RowStruct) -> TokenStream {
    let name = &row.name;
    // Full paths, since the author's types may have the same names as ours.
    let sdk = quote!(::witdock_etl_guest::row);
    let borrowed = Lifetime::new("'row", name.span());
    let (any, at) = match row.lifetime {
        Some(_) => (quote!(#name<'_>), quote!(#name<#borrowed>)),
        None => (quote!(#name), quote!(#name)),
    };

    let (mut bounds, mut fields, mut views, mut builders) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut view, mut read) = (Vec::new(), Vec::new());
    let (mut builder, mut write, mut finish) = (Vec::new(), Vec::new(), Vec::new());
    for (index, field) in row.fields.iter().enumerate() {
        let (ident, column, cell, dropped) = (&field.name, &field.column, &field.cell, field.dropped);
        let at = Index::from(index);
        // This makes the compiler report an unsuitable type once, at the type.
        let span = cell.span();
        let sdk = quote_spanned!(span=> ::witdock_etl_guest::row);
        bounds.push(quote_spanned!(span=> #cell: #sdk::Cell));
        let source = if field.converted {
            bounds.push(quote_spanned!(span=> <#cell as #sdk::Cell>::Type: #sdk::Convert));
            quote_spanned!(span=> #sdk::Converted<#cell>)
        } else {
            quote!(#cell)
        };
        fields.push(quote_spanned!(span=> #sdk::RowField::of::<#source>(#column, #dropped)));
        views.push(quote_spanned!(span=> #sdk::SourceView<#borrowed, #source>));
        builders.push(quote_spanned!(span=> #sdk::CellBuilder<#cell>));
        view.push(quote_spanned!(span=> #sdk::view::<#source>(inputs, #index)?));
        read.push(quote_spanned!(span=> #ident: #sdk::read::<#source>(&reader.#at, row, #index)?));
        builder.push(quote_spanned!(span=> #sdk::builder::<#cell>(rows)));
        write.push(quote_spanned!(span=> #sdk::write::<#cell>(&mut writer.#at, self.#ident)));
        finish.push(quote_spanned!(span=> #sdk::finish::<#cell>(writer.#at)));
    }
    quote! {
        #[automatically_derived]
        #[allow(unused_variables, reason = "a row may have no column")]
        impl #sdk::Row for #any
        where
            #(#bounds,)*
        {
            type At<#borrowed> = #at;
            type Reader<#borrowed> = (#(#views,)*);
            type Writer = (#(#builders,)*);

            const FIELDS: &'static [#sdk::RowField] = &[#(#fields),*];

            fn reader<#borrowed>(
                inputs: &[#sdk::Input<#borrowed>],
            ) -> ::core::result::Result<Self::Reader<#borrowed>, #sdk::Error> {
                ::core::result::Result::Ok((#(#view,)*))
            }

            fn read<#borrowed>(
                reader: &Self::Reader<#borrowed>,
                row: usize,
            ) -> ::core::result::Result<Self::At<#borrowed>, #sdk::Unread> {
                ::core::result::Result::Ok(#name { #(#read),* })
            }

            fn shorten<'short, #borrowed: 'short>(row: Self::At<#borrowed>) -> Self::At<'short> {
                row
            }

            fn writer(rows: usize) -> Self::Writer {
                (#(#builder,)*)
            }

            fn write(self, writer: &mut Self::Writer) {
                #(#write;)*
            }

            fn finish(writer: Self::Writer) -> ::std::vec::Vec<#sdk::Column> {
                ::std::vec![#(#finish),*]
            }
        }
    }
}
