//! The files embedded in the program: the WIT of the interfaces, the guest SDKs, the templates.

/// Name and content of each file, sorted within its root. Names are relative to the repository, with `/`; those of templates begin
/// with `templates/`.
const FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// The files below a folder, by their paths relative to it.
pub(crate) fn below(folder: &str) -> impl Iterator<Item = (&'static str, &'static [u8])> {
    FILES
        .iter()
        .filter_map(move |&(name, content)| Some((name.strip_prefix(folder)?.strip_prefix('/')?, content)))
}

/// The checkout that this program was built from, if it still exists. Projects in Rust depend on its crates by path until they are
/// published.
pub(crate) fn checkout() -> Option<&'static std::path::Path> {
    let path = std::path::Path::new(env!("WITDOCK_CHECKOUT"));
    path.join("guest-sdk/rust").is_dir().then_some(path)
}
