//! What an image filter in Rust starts from: the interface in `wit/` as the trait [`Filter`].

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
    /// Names of settings, with their defaults.
    const SETTINGS: &'static [(&'static str, &'static str)];

    /// Filters a picture.
    ///
    /// # Errors
    ///
    /// A setting that is wrong, or a picture that this cannot be done with.
    fn apply(image: Image, settings: &Settings) -> Result<Image, FilterError>;
}

/// The settings that were given.
#[derive(Debug)]
pub struct Settings(Vec<Setting>);

impl Settings {
    /// A setting's value.
    ///
    /// # Errors
    ///
    /// When it is no `expected`, in words such as "a number of pixels".
    pub fn get<T: FromStr>(&self, name: &str, expected: &str) -> Result<T, FilterError> {
        let value = self.0.iter().find(|setting| setting.name == name).map_or("", |setting| &setting.value);
        value
            .parse()
            .map_err(|_| FilterError::Setting(format!("`{name}` is `{value}`, and {expected} was expected")))
    }
}

/// Makes a component of a [`Filter`]. On other targets than WebAssembly it does nothing, so that unit tests run natively.
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

/// The component of a filter: [`export!`] names it.
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
