//! `[settings]`: where a real server is told what a key of its model says, for `crossover tune` to say what to paste.

use super::diagnostic::Problem;
use super::keys::Keys;
use super::reader::Reader;
use super::tree::Node;
use crate::service::RealSetting;

/// A table of key paths, each with a file and a line for it.
pub(super) fn real_settings<'t>(reader: &Reader<'t>, node: &'t Node) -> Option<Vec<RealSetting>> {
    let table = reader.table(node, "a table of settings, such as processes = { file = \"gunicorn.conf.py\", line = \"workers = VALUE\" }")?;
    let setting = |entry: &'t super::tree::Entry| {
        let table = reader.table(&entry.node, "a table with `file` and `line`")?;
        let mut keys = Keys::of(table, reader);
        let file = keys.read("file", |r, node| r.text(node, "the name of a file"));
        let line = keys.read("line", |r, node| r.text(node, "a line of it"));
        for key in ["file", "line"] {
            keys.need(key, || {
                let message = format!("the setting `{}` has no `{key}`", entry.key);
                Problem::at(entry.at, message)
            });
        }
        keys.finish();
        Some(RealSetting {
            path: entry.key.clone(),
            file: file?.to_owned(),
            line: line?.to_owned(),
        })
    };
    Some(reader.entries(table).iter().filter_map(setting).collect())
}
