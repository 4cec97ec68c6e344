//! What people say, and what it becomes.

use super::{Request, sketch};

use crate::scenario::{Figure, FileSystem, Scenario, load};
use crate::workload::{Action, Arrivals, Loads};

const REQUEST: Request<'static> = Request {
    app: "queries=3x4ms, render=100 rows, api=1x80ms, writes=5%",
    load: "20000 visits/day, peak x6",
    cores: 4,
    memory: "2GiB",
};

fn read(request: &Request<'_>) -> Scenario {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.toml");
    std::fs::write(&path, sketch(request).unwrap()).unwrap();
    match load(&FileSystem, &path.display().to_string(), &[]) {
        Ok(scenario) => scenario,
        Err(diagnostics) => panic!("{diagnostics}"),
    }
}

fn refused(app: &str, load: &str, memory: &str) -> String {
    let request = Request {
        app,
        load,
        memory,
        cores: 4,
    };
    sketch(&request).unwrap_err().to_string()
}

/// 20,000 a day are 0.2315 a second, six times that 1.389. 100 rows of 13.4 µs are 1.34 ms. 3 × 4 + 80 + 1.34 = 93.34 ms, of
/// which five times is 466.7, in whole 50 ms 500.
#[test]
fn words_become_times() {
    let scenario = read(&REQUEST);
    assert_eq!(scenario.expected, Some(1.39));
    assert!(matches!(
        &scenario.arrivals,
        Arrivals::Open {
            rate: Loads::Sweep,
            ..
        }
    ));
    assert_eq!(scenario.slo.limit(None, Figure::P99), Some(500.0));
    let system = &scenario.contestants[0].system;
    assert_eq!(system.hosts[0].cores, Some(4));
    let endpoints = &system.services[0].endpoints;
    assert_eq!(
        endpoints.iter().map(|e| e.weight).collect::<Vec<_>>(),
        [95.0, 5.0]
    );
    let Action::Repeat { times, steps } = &endpoints[0].steps[0].action else {
        panic!("three queries");
    };
    assert_eq!((times.mean(), steps.len()), (3.0, 1));
    // A query, an API call and a template, each varied to both sides; and the write, twice a query.
    let varied: Vec<(&str, &str)> = scenario
        .variations
        .iter()
        .map(|v| (v.param.as_str(), v.from.as_str()))
        .collect();
    assert_eq!(
        varied,
        [
            ("query", "4ms"),
            ("query", "4ms"),
            ("write", "8ms"),
            ("write", "8ms"),
            ("api", "80ms"),
            ("api", "80ms"),
            ("template", "1.34ms"),
            ("template", "1.34ms"),
        ]
    );
}

#[test]
fn little_is_enough() {
    for app in [
        "logic=2ms",
        "native=9ms",
        "writes=100%",
        "queries=1ms",
        "api=2x10ms, json=1ms",
    ] {
        let request = Request {
            app,
            load: "9/s",
            ..REQUEST
        };
        assert_eq!(read(&request).expected, Some(9.0), "{app}");
    }
}

/// 600 a minute are ten a second, of three pages each, at a peak of twice that: 60.
#[test]
fn visits_in_any_order() {
    let load = "peak x2, 600 visits/minute, 3 pages each";
    assert_eq!(read(&Request { load, ..REQUEST }).expected, Some(60.0));
}

#[test]
fn mistakes_in_words() {
    let cases = [
        ("", "expected a word and what it says"),
        ("queries", "expected a word and what it says"),
        ("querys=3x4ms", "did you mean `queries`?"),
        ("queries=3x4", "`4` has no unit"),
        ("queries=0x4ms", "expected a whole number from 1 to 10000"),
        ("queries=2.5x4ms", "expected a whole number from 1 to 10000"),
        ("queries=1ms, queries=2ms", "`queries` is said twice"),
        ("render=100 columns", "unknown unit `columns`"),
        ("logic=100 rows", "unknown unit `rows`"),
        ("writes=120%", "a probability is at most 100%"),
    ];
    for (app, said) in cases {
        let message = refused(app, "9/s", "2GiB");
        assert!(
            message.contains(said) && message.contains("--> --app:1"),
            "{message}"
        );
    }
}

#[test]
fn mistakes_in_loads_and_memory() {
    let cases = [
        ("", "there is nothing here"),
        ("peak x6", "how often people come is not said"),
        ("20000", "a rate needs a unit of time"),
        ("20000 visits/dya", "did you mean `day`?"),
        ("0 visits/day", "expected more than zero visits"),
        ("0/s", "expected a rate of more than zero"),
        ("9/s, peak 6", "expected a multiple of the mean"),
        ("9/s, peak x0.5", "a peak is no less than the mean"),
        ("9/s, 10/s", "`10/s` is one too many"),
    ];
    for (load, said) in cases {
        let message = refused("logic=1ms", load, "2GiB");
        assert!(
            message.contains(said) && message.contains("--> --load:1"),
            "{message}"
        );
    }
    assert!(refused("logic=1ms", "9/s", "2 gigs").contains("unknown unit `gigs`"));
}

#[test]
fn an_unknown_word_is_answered_with_all_that_there_are() {
    let message = refused("loigc=3ms", "9/s", "2GiB");
    assert!(
        message.contains("expected `logic`, ") && message.contains("`queries`"),
        "{message}"
    );
    assert!(message.contains("did you mean `logic`?"), "{message}");
    let message = refused("banana=3", "9/s", "2GiB");
    let words = ["queries", "api", "writes", "render", "json", "native"];
    for word in words {
        assert_eq!(
            message.matches(&format!("`{word}`")).count(),
            1,
            "{message}"
        );
    }
}

/// What `check` would refuse is told before it is written.
#[test]
fn a_machine_into_which_the_server_does_not_fit() {
    let message = refused("logic=1ms", "9/s", " 1KiB");
    assert!(
        message.contains("does not fit into its 1024 B") && message.contains("--> --memory:1:2\n"),
        "{message}"
    );
    let all = ["`node` takes 1 × ", "`django-sync` takes 9 × "];
    assert!(all.iter().all(|one| message.contains(one)), "{message}");
    assert_eq!(message.matches("error: ").count(), 1, "{message}");
    assert!(!message.contains("app.toml"), "{message}");
}

/// Whoever types the strangest things gets a file or a message.
#[test]
fn nothing_panics() {
    let texts = [
        "=",
        ",",
        "x",
        "x=x",
        "é=1ms",
        "queries=éx4ms",
        "render=é rows",
        "api=x",
        "\n=\"\n",
        "writes=é%",
        "peak xé",
        "é visits/é",
        "1 visits/é",
    ];
    for a in texts {
        for b in texts {
            let _ = sketch(&Request {
                app: a,
                load: b,
                cores: 1,
                memory: a,
            });
            let _ = sketch(&Request {
                app: "logic=1ms",
                load: b,
                cores: 1,
                memory: "1GiB",
            });
            let _ = sketch(&Request {
                app: a,
                load: "1/s",
                cores: 1,
                memory: "1GiB",
            });
        }
    }
}

/// Quotes and line ends in what was typed stay inside the file's texts.
#[test]
fn what_was_typed_stays_a_text() {
    let app = "logic = 2ms ,\n json=1ms";
    assert_eq!(
        read(&Request { app, ..REQUEST }).title,
        "logic = 2ms ,  json=1ms"
    );
}
