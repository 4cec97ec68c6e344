//! The files of the binary: all of them, all right, and calibrated to what was measured.

use std::path::Path;

use crate::host::Warming;
use crate::scenario::{
    Checked, Embedded, EmbeddedFile, Limit, Loader, System, check_file, embedded, load,
};
use crate::service::Model;
use crate::workload::{Action, Step};

fn all() -> impl Iterator<Item = &'static EmbeddedFile> {
    embedded::models().iter().chain(embedded::examples())
}

/// The embedded files as they lie in the repository.
struct Repository;

impl Loader for Repository {
    fn read(&self, path: &Path) -> Result<Option<Vec<u8>>, String> {
        let file = all().find(|file| Path::new(file.path) == path);
        Ok(file.map(|file| file.text.as_bytes().to_vec()))
    }
}

#[test]
fn every_example_loads_by_its_name() {
    for file in embedded::examples() {
        match load(&Embedded, file.name, &[]) {
            Ok(scenario) => assert_eq!(scenario.title, file.title()),
            Err(error) => panic!("{}\n{error}", file.path),
        }
    }
}

#[test]
fn every_file_is_right_where_it_lies() {
    for file in all() {
        if let Err(error) = check_file(&Repository, file.path) {
            panic!("{}\n{error}", file.path);
        }
        assert!(check_file(&Embedded, file.name).is_ok(), "{}", file.name);
        assert!(!file.title().is_empty(), "{} has no title", file.path);
    }
}

/// Every file of the folders is in the binary.
#[test]
fn no_file_was_forgotten() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in ["models", "models/hosts", "examples"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let path = format!("{folder}/{name}");
            if name.ends_with(".toml") {
                assert!(
                    all().any(|file| file.path == path),
                    "{path} is not embedded"
                );
            }
        }
    }
}

/// An example opens with a comment on the question it answers; a model says where its figures are from.
#[test]
fn every_file_explains_itself() {
    for file in all() {
        assert!(
            file.text.starts_with("# "),
            "{} begins without a comment",
            file.path
        );
    }
}

/// Whatever the cause of a difference, it is gone where the two are the same: a control that makes them so shows nothing. One that asks for less
/// work, or for another, shows that work takes time.
#[test]
fn controls_take_the_cause_and_leave_the_load() {
    for file in embedded::examples() {
        let scenario = load(&Embedded, file.name, &[]).unwrap();
        for claim in &scenario.expectations {
            let name = format!("{}: {}", file.name, claim.name);
            let control = claim.control.as_ref();
            let control = control.unwrap_or_else(|| panic!("{name} has no control"));
            let under = |name: &str| {
                let mut all = control.scenario.contestants.iter();
                &all.find(|c| c.name == name).unwrap().system
            };
            let before = &scenario.contestants;
            for (before, after) in before.iter().zip(&control.scenario.contestants) {
                let asked = [before, after].map(|c| asked_ms(&c.system));
                let less = asked[1] / asked[0] - 1.0;
                assert!(
                    less.abs() < 1e-9,
                    "{name}: {} is asked {asked:?} ms",
                    before.name
                );
            }
            let Limit::Times(_, other) = &claim.limit else {
                continue;
            };
            if other.contestant == claim.subject.contestant {
                continue;
            }
            let [mine, others] = [&claim.subject, other].map(|who| under(&who.contestant));
            assert!(
                format!("{mine:?}") != format!("{others:?}"),
                "{name}: the control makes {} and {} the same",
                claim.subject.contestant,
                other.contestant
            );
        }
    }
}

/// What people ask for on average: work of every kind, waits, and how slowly they send.
fn asked_ms(system: &System) -> f64 {
    let endpoints = &system.services[0].endpoints;
    let weight: f64 = endpoints.iter().map(|endpoint| endpoint.weight).sum();
    let work = endpoints
        .iter()
        .map(|e| e.weight / weight * steps_ns(&e.steps));
    let sending = &system.clients.sending;
    (work.sum::<f64>() + sending.head.mean_ns() + sending.body.mean_ns()) / 1e6
}

fn steps_ns(steps: &[Step]) -> f64 {
    let each = steps.iter().map(|step| match &step.action {
        Action::Cpu { work, .. } | Action::Native { work, .. } | Action::Call { work, .. } => {
            work.mean_ns()
        }
        Action::Repeat { times, steps } => times.mean() * steps_ns(steps),
        Action::Wait { time } => time.mean_ns(),
        Action::Yield => 0.0,
        other => panic!("no example with a claim has {other:?}"),
    });
    each.sum()
}

/// "facts §n" is a row of docs/facts.md.
#[test]
fn facts_are_told() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/facts.md");
    let facts = std::fs::read_to_string(path).unwrap();
    for file in all() {
        for after in file.text.split('§').skip(1) {
            let end = after.find(|c: char| !c.is_ascii_digit() && c != '.');
            let section = after[..end.unwrap_or(after.len())].trim_end_matches('.');
            let told = facts.contains(&format!("| {section} |"));
            assert!(
                told || section.is_empty(),
                "{} names facts §{section}",
                file.path
            );
        }
    }
}

fn model(name: &str) -> Model {
    match check_file(&Embedded, name) {
        Ok(Checked::Model(model)) => *model,
        other => panic!("{name}: {other:?}"),
    }
}

fn cpu_ms(steps: &[Step]) -> f64 {
    let cpu = |step: &Step| match &step.action {
        Action::Cpu { work, .. } | Action::Native { work, .. } => work.mean_ns() / 1e6,
        other => panic!("{other:?}"),
    };
    steps.iter().map(cpu).sum()
}

/// CPU per request, back to back: `hello` is what stands before and after an endpoint, the main thread's part, a round and a callback
/// of a loop, and the collections; `db` less `hello` a query with the same.
/// In measured/profile.csv; Express was measured for `hello` only, its query is bare Node's.
#[test]
fn models_have_the_measured_cpu_times() {
    for (name, hello, query) in [
        ("node-http", 0.0424, 0.0900 - 0.0424),
        ("node", 0.1201, 0.0900 - 0.0424),
        ("node-cluster", 0.1201, 0.0900 - 0.0424),
        ("django-sync", 0.2719, 0.5932 - 0.2719),
        ("django-gthread", 0.3201, 0.9774 - 0.3201),
    ] {
        let model = model(name);
        let near = |figure: f64, measured: f64| (figure / measured - 1.0).abs() < 0.005;
        let main_thread = model.listen.as_ref().and_then(|listen| listen.main_thread);
        let main_ms = main_thread.map_or(0.0, |main| {
            (main.accept + main.give_back).as_nanos_f64() / 1e6
        });
        let rounds = model.executors[0].rounds;
        let round_ms = (rounds.round + rounds.callback).as_nanos_f64() / 1e6;
        let gc = model.gc.as_ref().unwrap();
        let with_pauses = |work_ms: f64| work_ms * (1.0 + gc.share());
        let own_ms = cpu_ms(&model.before) + cpu_ms(&model.after) + main_ms;
        let request_ms = gc.of_request_ns() / 1e6 + round_ms;
        assert!(
            near(with_pauses(own_ms) + request_ms, hello),
            "{name}: hello"
        );
        let (_, steps) = model
            .on_call
            .iter()
            .find(|(role, _)| role == "database")
            .unwrap();
        let query_ms = with_pauses(cpu_ms(steps)) + round_ms;
        assert!(near(query_ms, query), "{name}: query");
    }
}

/// How often, by measured/gc.csv: requests of `hello` for each minor collection, and their mean pauses for a request.
#[test]
fn collections_come_as_often_as_measured() {
    for (name, requests, pause_us) in [
        ("node-http", 314_440.0 / 692.0, 692.0 / 314_440.0 * 331.3),
        (
            "django-sync",
            19_706.0 / 1_232.0,
            1_232.0 / 19_706.0 * 240.0,
        ),
        (
            "django-gthread",
            24_341.0 / 1_460.0,
            1_460.0 / 24_341.0 * 240.0,
        ),
    ] {
        let model = model(name);
        let gc = model.gc.as_ref().unwrap();
        let own_ms = cpu_ms(&model.before) + cpu_ms(&model.after);
        let allocated = own_ms * 1e6 + gc.request.as_nanos_f64();
        let measured = gc.every.as_nanos_f64() / allocated / requests;
        assert!((0.75..1.25).contains(&measured), "{name}: {measured}");
        let pauses = (gc.of_request_ns() + gc.share() * own_ms * 1e6) / 1e3 / pause_us;
        assert!((0.9..1.35).contains(&pauses), "{name}: {pauses}");
    }
}

#[test]
fn an_empty_file_is_the_ideal() {
    let ideal = model("ideal");
    assert_eq!(ideal.cold, Warming::default());
    assert_eq!(format!("{ideal:?}"), format!("{:?}", Model::ideal("ideal")));
}
