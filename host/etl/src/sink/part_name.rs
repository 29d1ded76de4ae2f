//! The names of part files: `part-000001.csv`, and `part-RUN-000001.csv` where runs add to one another.

use std::ffi::OsStr;

/// Whether a file has the name of a part file, of any run and format.
pub(super) fn is_part(name: &OsStr) -> bool {
    const EXTENSIONS: [&str; 7] = ["csv", "csv.gz", "csv.zst", "jsonl", "jsonl.gz", "jsonl.zst", "parquet"];
    let stem = name.to_str().and_then(|name| name.strip_prefix("part-")?.split_once('.'));
    stem.is_some_and(|(stem, extension)| {
        let number = stem.rsplit_once('-').map_or(stem, |(_, number)| number);
        number.bytes().all(|byte| byte.is_ascii_digit()) && EXTENSIONS.contains(&extension)
    })
}

/// The format of a part file, whatever its compression: `csv` of `part-000001.csv.gz`.
pub(super) fn format(name: &OsStr) -> Option<&str> {
    let extension = name.to_str().filter(|_| is_part(name))?.split_once('.')?.1;
    extension.split('.').next()
}

/// The commit that a part file is of.
pub(super) fn number(name: &OsStr) -> Option<u64> {
    let stem = name.to_str()?.strip_prefix("part-")?.split_once('.')?.0;
    stem.rsplit_once('-').map_or(stem, |(_, number)| number).parse().ok()
}

/// The name of a part file where those of several runs are: the run's own.
pub(super) fn of_run(name: &str, run: &str) -> String {
    let rest = name.strip_prefix("part-").unwrap_or(name);
    format!("part-{run}-{rest}")
}

/// The commit that a part file is of, if it is one of this run.
pub(crate) fn part_of(name: &OsStr, run: &str) -> Option<u64> {
    let rest = name.to_str()?.strip_prefix("part-")?.strip_prefix(run)?.strip_prefix('-')?;
    rest.split_once('.')?.0.parse().ok()
}
