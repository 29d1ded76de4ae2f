//! The files that the program carries: the WIT of the interfaces, the guest SDKs, the templates.

/// Name and content of each, sorted within its root. Names are relative to the repository, with `/`; templates begin with `templates/`.
const FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// The files below a folder, by their paths relative to it.
pub(crate) fn below(folder: &str) -> impl Iterator<Item = (&'static str, &'static [u8])> {
    FILES
        .iter()
        .filter_map(move |&(name, content)| Some((name.strip_prefix(folder)?.strip_prefix('/')?, content)))
}

/// The checkout that this program was built from, if it is still there: until the crates are published, projects in Rust depend on
/// them by path.
pub(crate) fn checkout() -> Option<&'static std::path::Path> {
    let path = std::path::Path::new(env!("WITDOCK_CHECKOUT"));
    path.join("guest-sdk/rust").is_dir().then_some(path)
}
