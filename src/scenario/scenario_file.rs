//! A scenario's file as a whole: overrides, the plain tables, then each contestant.

use super::blanks::Kind;
use super::checked::{Contestant, RunSettings, Scenario};
use super::diagnostic::Problem;
use super::expect::Subjects;
use super::files::Files;
use super::keys::Keys;
use super::languages::{self, Languages};
use super::reader::Reader;
use super::system::{self, Shared};
use super::tree::{Node, Table};
use super::{digest, expect, model, objective, overrides, settings, variations};
use crate::workload::{Arrivals, Loads, OpenProcess};

/// The nearest `languages.toml`.
pub(super) fn read_languages(files: &Files<'_>) -> Option<Languages> {
    let table = files.languages()?;
    Some(languages::languages(&table, &Reader::new(files, None)))
}

/// Reads a scenario's tree, under its overrides.
pub(super) fn read_scenario(
    mut tree: Node,
    name: &str,
    overrides: &[String],
    files: &Files<'_>,
) -> Option<Scenario> {
    overrides::apply(&mut tree, overrides, files);
    let mut scenario = read_tree(&tree, name, false, files)?;
    if files.problems.is_empty() {
        expect::controls(&tree, &mut scenario, files);
        variations::read(&tree, &mut scenario, files);
    }
    Some(scenario)
}

/// Reads a complete tree. As a `control` it claims nothing, and may have parameters without use.
pub(super) fn read_tree(
    tree: &Node,
    name: &str,
    control: bool,
    files: &Files<'_>,
) -> Option<Scenario> {
    let table = tree.as_table()?;
    let params = table.get("params").and_then(Node::as_table);
    let reader = Reader::new(files, params);
    let languages = read_languages(files)?;

    let mut keys = Keys::of(table, &reader);
    let plain = plain(&mut keys, name, &languages);
    let (contestants, measured_in) = (plain.contestants, plain.measured_in);
    if let (Some(at), true) = (
        keys.at("contestants"),
        contestants.is_none_or(|table| table.entries.is_empty()),
    ) {
        reader.note(Problem::at(at, "there are no contestants in it"));
    }
    keys.finish();

    let entries = contestants.map_or(&[][..], |table| &table.entries);
    for entry in entries {
        reader.plain_name(&entry.key, entry.at);
    }
    let merged: Vec<_> = entries
        .iter()
        .map(|entry| system::merge(table, entry, files))
        .collect();
    let shared = Shared {
        languages: &languages,
        measured_in: measured_in.as_deref(),
    };
    let read = merged
        .iter()
        .flatten()
        .map(|merged| system::contestant(merged, &shared, &reader));
    let contestants: Vec<Contestant> = read.collect();
    if merged.iter().all(Option::is_some) {
        refuse_unused_hosts(table, &contestants, &reader);
    }
    let (arrivals, expected) = plain.arrivals.unzip();
    let subjects = Subjects {
        contestants: &contestants,
        arrivals: arrivals.as_ref(),
    };
    let slo = plain
        .slo
        .and_then(|node| objective::slo(&reader, node, &subjects));
    let expectations = match plain.claims {
        Some(claims) if !control && contestants.len() == entries.len() => {
            expect::expectations(claims, &subjects, &reader)
        }
        _ => Vec::new(),
    };
    // A parameter may be unused only because what would use it is wrong.
    if !control && files.problems.is_empty() {
        reader.refuse_unused_params();
    }
    let mut scenario = Scenario {
        name: name.to_owned(),
        title: plain.title,
        cpu_measured_in: measured_in,
        arrivals: arrivals.unwrap_or(Arrivals::Open {
            process: OpenProcess::Poisson,
            rate: Loads::Sweep,
        }),
        run: plain.run,
        slo: slo.unwrap_or_default(),
        contestants,
        expected: expected.flatten(),
        variations: Vec::new(),
        expectations,
        languages: languages.clone(),
        digest: String::new(),
    };
    scenario.digest = digest::digest(&scenario);
    Some(scenario)
}

/// What a scenario says of everybody.
pub(super) struct Plain<'t> {
    title: String,
    measured_in: Option<String>,
    arrivals: Option<(Arrivals, Option<f64>)>,
    run: RunSettings,
    /// Not read yet.
    pub(super) slo: Option<&'t Node>,
    /// Not read yet.
    pub(super) contestants: Option<&'t Table>,
    /// Not read yet.
    pub(super) claims: Option<&'t Table>,
}

/// Reads the keys of a scenario, but what its contestants may override: that is read for each of them.
pub(super) fn plain<'t>(keys: &mut Keys<'_, 't>, name: &str, languages: &Languages) -> Plain<'t> {
    let title = settings::title(keys, name);
    let measured_in = keys.read("cpu_measured_in", |r, node| {
        model::language(r, node, languages)
    });
    keys.read("params", |r, node| {
        let table = r.table(node, "a table of parameters")?;
        for param in r.entries(table) {
            r.asks(&param.node, || Kind::Anything);
        }
        Some(())
    });
    let arrivals = keys.read("arrivals", settings::arrivals);
    let endpoints = keys.table("endpoints");
    let run = keys.read("run", |r, node| settings::run(r, node, endpoints));
    let run = run.unwrap_or_default();
    let slo = keys.get("slo");
    for key in system::SHARED {
        keys.get(key);
    }
    keys.need("endpoints", || {
        Problem::nowhere("the scenario has no `[endpoints]`: what people ask for")
    });
    let contestants = keys.read("contestants", |r, node| {
        r.table(node, "a table of contestants")
    });
    keys.need("contestants", || {
        Problem::nowhere("the scenario has no `[contestants]`: who is compared")
    });
    let claims = keys.read("expect", |r, node| r.table(node, "a table of expectations"));
    Plain {
        title,
        measured_in,
        arrivals,
        run,
        slo,
        contestants,
        claims,
    }
}

/// A host that no service of any contestant runs on is most likely a misspelt one.
fn refuse_unused_hosts(table: &Table, contestants: &[Contestant], reader: &Reader<'_>) {
    let hosts = table.get("hosts").and_then(Node::as_table);
    for entry in hosts.map_or(&[][..], |table| &table.entries) {
        let mut all = contestants
            .iter()
            .flat_map(|contestant| &contestant.system.hosts);
        if !all.any(|host| host.name == entry.key) {
            let problem = Problem::at(entry.at, format!("nothing runs on host `{}`", entry.key));
            let problem =
                problem.label("the contestants run on `app`, a service on the `host` it names");
            reader.note(problem.names(&entry.key, ["app"]));
        }
    }
}
