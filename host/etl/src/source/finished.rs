use std::path::Path;

/// Whether a file is complete, judging by its name: programs that copy files mark incomplete ones.
pub(super) fn is_finished(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let unfinished = [".tmp", ".part", ".partial", ".crdownload", ".filepart", "~"];
    // Programs mark folders with files such as `_SUCCESS` and `_metadata`, which hold no rows.
    let marker = name.starts_with('_') && !name.contains('.');
    !name.starts_with('.') && !marker && !unfinished.iter().any(|end| name.ends_with(end))
}
