//! A study beside its baseline: of one load a line for each contestant; else for each contestant a table with a line for each load.

use super::Table;
use crate::experiment::baseline::KEPT;
use crate::experiment::{Changed, Changes, Study};
use crate::report::verdict::apart;
use crate::report::view::{self, ALL};
use crate::report::words;

const NOTE: &str = "95 % intervals of the change, in %, of errors in percentage points; same: to the last digit in every replication; ≤: no \
    difference larger; ?: cannot tell; saturates, keeps up: and did not before; loads at which nothing can be compared are left out";

/// The tables of all requests. A contestant of which nothing has changed has none.
pub fn tables(study: &Study, changes: &Changes) -> Vec<Table> {
    let baseline = &changes.baseline;
    let header = |first: &str| {
        let names = KEPT.iter().map(|figure| words::figure(*figure).to_owned());
        std::iter::once(first.to_owned()).chain(names).collect()
    };
    let table = |title: String, first: &str, rows: Vec<Vec<String>>| Table {
        title,
        header: header(first),
        rows,
        note: NOTE.to_owned(),
    };
    let names = view::contestants(study);
    if let ([load], true) = (view::loads(study).as_slice(), !names.is_empty()) {
        let each = names.iter();
        let rows =
            each.filter_map(|name| Some((view::marked(study, name), of(changes, name, *load)?)));
        let rows = rows.map(|(name, row)| line(name, &row)).collect();
        let title = format!(
            "Change since {baseline} at {} {}",
            words::load(*load),
            view::unit(study)
        );
        return vec![table(title, "", rows)];
    }
    let changed = |name: &&&str| {
        let mut rows = changes.rows.iter().filter(|c| c.contestant == **name);
        rows.any(|c| !apart::identical(c) && apart::standing(c).is_some())
    };
    let each = names.iter().filter(changed).map(|name| {
        let loads = view::loads(study).into_iter();
        let rows =
            loads.filter_map(|load| Some(line(words::load(load), &of(changes, name, load)?)));
        let title = format!("Change since {baseline}: {}", view::marked(study, name));
        table(title, view::unit(study), rows.collect())
    });
    each.collect()
}

/// The figures of a contestant at a load, if there is something to compare.
fn of<'a>(changes: &'a Changes, contestant: &str, load: f64) -> Option<Vec<&'a Changed>> {
    let here = |c: &&Changed| c.contestant == contestant && c.endpoint == ALL && c.load == load;
    let rows: Vec<&Changed> = changes.rows.iter().filter(here).collect();
    let told = rows.iter().any(|c| apart::standing(c).is_some());
    told.then_some(rows)
}

fn line(name: String, row: &[&Changed]) -> Vec<String> {
    let cells = KEPT.iter().map(|figure| {
        let change = row.iter().find(|c| c.figure == *figure);
        change.map_or_else(String::new, |change| apart::cell(change))
    });
    std::iter::once(name).chain(cells).collect()
}
