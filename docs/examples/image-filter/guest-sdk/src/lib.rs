//! The guest SDK for image filters in Rust: implement the trait [`Filter`].

use std::str::FromStr;

/// Generated from `wit/`.
#[allow(
    missing_docs,
    unsafe_code,
    unreachable_pub,
    clippy::all,
    clippy::indexing_slicing,
    reason = "generated"
)]
pub mod bindings {
    wit_bindgen::generate!({
        path: "../wit",
        pub_export_macro: true,
        export_macro_name: "export",
        default_bindings_module: "image_filter_guest::bindings",
        generate_all,
    });
}

pub use bindings::exports::image_filter::plugin::filter::{FilterError, Guest};
pub use bindings::image_filter::plugin::progress::report;
pub use bindings::image_filter::plugin::types::{Image, Setting};

/// A filter over pictures.
pub trait Filter {
    /// The settings' names and defaults.
    const SETTINGS: &'static [(&'static str, &'static str)];

    /// Filters a picture.
    ///
    /// # Errors
    ///
    /// An invalid setting, or an unsupported picture.
    fn apply(image: Image, settings: &Settings) -> Result<Image, FilterError>;
}

/// The settings' values.
#[derive(Debug)]
pub struct Settings(Vec<Setting>);

impl Settings {
    /// A setting's value.
    ///
    /// # Errors
    ///
    /// If it cannot be parsed. `expected` describes valid values, such as "a number of pixels".
    pub fn get<T: FromStr>(&self, name: &str, expected: &str) -> Result<T, FilterError> {
        let value = self.0.iter().find(|setting| setting.name == name).map_or("", |setting| &setting.value);
        value.parse().map_err(|_| FilterError::Setting(format!("`{name}` is `{value}`; expected {expected}")))
    }
}

/// Exports a [`Filter`] as a component. On other targets than WebAssembly it does nothing, so that unit tests run natively.
#[macro_export]
macro_rules! export {
    ($filter:ty) => {
        #[cfg(target_family = "wasm")]
        const _: () = {
            type Component = $crate::Component<$filter>;
    $crate::bindings::export!(Component with_types_in $crate::bindings);
        };
    };
}

/// The component of a filter. Used by [`export!`].
#[doc(hidden)]
#[derive(Debug)]
pub struct Component<F>(std::marker::PhantomData<F>);

impl<F: Filter> Guest for Component<F> {
    fn settings() -> Vec<Setting> {
        let setting =
            |(name, value): &(&str, &str)| Setting { name: (*name).to_owned(), value: (*value).to_owned() };
        F::SETTINGS.iter().map(setting).collect()
    }

    fn apply(image: Image, settings: Vec<Setting>) -> Result<Image, FilterError> {
        witdock_guest::init();
        F::apply(image, &Settings(settings))
    }
}
