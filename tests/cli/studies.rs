//! `compare` and `run`: results, formats, objectives, interruption.

use std::process::{Command, Stdio};

use super::{empty, names_in, seen, text};

/// The small study of the tests below.
const SMALL: [&str; 5] = [
    "hello",
    "--replications=2",
    "--set=run.requests=12000",
    "--set=arrivals.rate=500/s",
    "--quiet",
];

fn small<'a>(command: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&[command], &SMALL[..], more].concat()
}

#[test]
fn run_leaves_results_and_charts_and_shows_them() {
    let folder = empty();
    let (status, out, err) = seen(folder.path(), &small("run", &[]));
    assert_eq!((status, err.as_str()), (0, ""), "{out}");
    assert!(
        out.contains("Latency of all requests at 500 requests/s"),
        "{out}"
    );
    let mut wanted = vec![
        "results.csv".to_owned(),
        "results.json".to_owned(),
        "summary.md".to_owned(),
    ];
    for chart in ["breakdown", "percentiles", "timeline", "utilisation"] {
        wanted.extend([format!("{chart}.png"), format!("{chart}.svg")]);
    }
    for contestant in [
        "node-http",
        "node",
        "node-cluster",
        "django-sync",
        "django-gthread",
    ] {
        wanted.push(format!("percentiles-{contestant}.hgrm"));
    }
    wanted.sort();
    assert_eq!(names_in(&folder.path().join("output/hello")), wanted);
}

#[test]
fn standard_output_is_what_the_files_say_in_the_asked_format() {
    let folder = empty();
    for (format, file) in [
        ("csv", "results.csv"),
        ("json", "results.json"),
        ("markdown", "summary.md"),
    ] {
        let (status, out, _) = seen(
            folder.path(),
            &small("compare", &["--format", format, "--out", "here"]),
        );
        assert_eq!(status, 0);
        assert_eq!(
            out,
            std::fs::read_to_string(folder.path().join("here").join(file)).expect("it was written")
        );
    }
}

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    let folder = empty();
    for threads in ["1", "2"] {
        let arguments = small("compare", &["--threads", threads, "--out", threads]);
        assert_eq!(seen(folder.path(), &arguments).0, 0);
    }
    for name in names_in(&folder.path().join("1")) {
        let read = |threads: &str| {
            std::fs::read(folder.path().join(threads).join(&name)).expect("both wrote it")
        };
        let (one, two) = (text(&read("1")), text(&read("2")));
        let lines = one.lines().zip(two.lines());
        let different: Vec<_> = lines
            .filter(|(a, b)| a != b && !a.contains("\"events_per_second\""))
            .collect();
        assert!(different.is_empty(), "{name}: {different:?}");
    }
}

#[test]
fn another_seed_gives_other_figures() {
    let folder = empty();
    let csv = |seed| {
        seen(
            folder.path(),
            &small("compare", &["--format=csv", "--seed", seed]),
        )
        .1
    };
    assert_ne!(csv("1"), csv("2"));
    assert_eq!(csv("2"), csv("2"));
}

#[test]
fn an_objective_that_is_missed_is_status_3() {
    let folder = empty();
    let (status, _, err) = seen(
        folder.path(),
        &small("run", &["--assert-slo", "--set=slo.p99=0.1ms"]),
    );
    assert_eq!(status, 3, "{err}");
    assert!(
        err.lines().any(|line| line
            .starts_with("node misses the objective at 500 requests/s: p99 is ")
            && line.ends_with("times the 100 µs allowed")),
        "{err}"
    );
    let (status, _, err) = seen(
        folder.path(),
        &small("run", &["--assert-slo", "--set=slo.p99=10s"]),
    );
    assert_eq!((status, err.as_str()), (0, ""));
    let limits = [
        "--set=slo.endpoints.hello.throughput=600/s",
        "--set=slo.util.loop=1%",
    ];
    let asserting = [&["--assert-slo"][..], &limits].concat();
    let (status, _, err) = seen(folder.path(), &small("run", &asserting));
    assert_eq!(status, 3, "{err}");
    for part in [
        "throughput of hello is ",
        " % below 600/s",
        "use of loop is ",
        " times the 1 % allowed",
    ] {
        assert!(err.contains(part), "{part}: {err}");
    }
    let seen_of = |changes: &[&str]| {
        let asserting = [&["--assert-slo", "--set=slo.p99=none"][..], changes].concat();
        let (status, _, err) = seen(folder.path(), &small("run", &asserting));
        (status, err)
    };
    let (status, err) = seen_of(&["--set=slo.loop_delay_p99=1ns", "--set=slo.memory=1MiB"]);
    assert_eq!(status, 3, "{err}");
    let of_django = err.lines().filter(|line| line.starts_with("django"));
    assert!(
        err.contains("memory is ") && of_django.into_iter().all(|line| !line.contains("loop")),
        "{err}"
    );
    // Of too few requests for a p99.9, more than half are later than that.
    let (status, err) = seen_of(&["--set=slo.p999=1us"]);
    assert_eq!(status, 3, "{err}");
    let told = "p99.9 is above 1 µs, as a lower percentile is already";
    assert!(err.contains(told), "{err}");
    // Who has no lock does not use it too much.
    assert_eq!(seen_of(&["--set=slo.util.lock=99%"]), (0, String::new()));
    let misspelt = ["--assert-slo", "--set=slo.util.lop=1%"];
    let (status, _, err) = seen(folder.path(), &small("run", &misspelt));
    assert_eq!(status, 2, "{err}");
    assert!(err.contains("did you mean `loop`?"), "{err}");
    let (status, _, err) = seen(folder.path(), &["compare", "hello", "--assert-slo"]);
    assert_eq!(status, 2);
    assert!(
        err.starts_with("error: --assert-slo needs a load to hold at"),
        "{err}"
    );
}

#[test]
fn a_run_looks_at_one_load() {
    let folder = empty();
    let (status, out, err) = seen(
        folder.path(),
        &[
            "run",
            "hello",
            "--set",
            "arrivals.rate=[\"50/s\", \"60/s\"]",
        ],
    );
    assert_eq!((status, out.as_str()), (2, ""));
    assert!(
        err.starts_with("error: a run looks at one load and the scenario has 2"),
        "{err}"
    );
}

/// The objective is one of all requests: nothing is asked of `short` and `long`, so there is nothing that could not be told.
#[test]
fn an_endpoint_without_an_objective_is_not_judged() {
    let folder = empty();
    let quick = "--set=run.requests=24000";
    let load = "--set=arrivals.rate=[\"50/s\", \"100/s\"]";
    let (status, out, _) = seen(
        folder.path(),
        &[
            "compare",
            "head-of-line",
            "--replications=2",
            quick,
            load,
            "--quiet",
        ],
    );
    let (_, by_endpoint) = out.split_once("p99 latency by endpoint").expect(&out);
    let (by_endpoint, _) = by_endpoint.split_once("\n\n").expect(&out);
    assert!(
        by_endpoint.contains("short") && by_endpoint.contains("long"),
        "{out}"
    );
    assert!(!by_endpoint.contains('?'), "{out}");
    assert_eq!(status, 0);
}

#[test]
fn a_file_that_cannot_be_written_is_status_1() {
    let folder = empty();
    std::fs::create_dir_all(folder.path().join("taken/results.json")).expect("writable");
    let (status, _, err) = seen(folder.path(), &small("run", &["--out=taken"]));
    assert_eq!(status, 1);
    assert!(
        err.starts_with("error: cannot write taken/results.json: "),
        "{err}"
    );
    assert_eq!(names_in(folder.path()), ["taken"]);
}

#[test]
fn a_folder_named_like_an_example_does_not_hide_it() {
    let folder = empty();
    std::fs::create_dir(folder.path().join("hello")).expect("writable");
    let (status, out, _) = seen(folder.path(), &["check", "hello"]);
    assert_eq!(status, 0, "{out}");
}

/// The first Ctrl-C ends a study that would take minutes, with status 1, and says what was kept.
#[cfg(unix)]
#[test]
fn an_interrupted_study_keeps_what_is_finished() {
    let folder = empty();
    let child = Command::new(env!("CARGO_BIN_EXE_crossover"))
        .args([
            "compare",
            "hello",
            "--replications=1000",
            "--set=run.requests=20000",
        ])
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    std::thread::sleep(std::time::Duration::from_secs(2));
    let killed = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .expect("kill starts");
    assert!(killed.success());
    let output = child.wait_with_output().expect("it ends");
    let err = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{err}");
    assert!(err.contains("Stopping; what is finished is kept."), "{err}");
    let saved = folder.path().join("output/hello/results.json").exists();
    assert!(
        if saved {
            err.contains("Interrupted. What was finished")
        } else {
            err.contains("nothing to keep")
        },
        "{err}"
    );
}

/// What the slowest wait for, in every format, and nothing of `run` is touched.
#[test]
fn explain_says_why_and_leaves_files() {
    let folder = empty();
    let asked = [
        "explain",
        "libuv-pool",
        "--endpoint=file",
        "--replications=2",
        "--quiet",
    ];
    let (status, out, err) = seen(folder.path(), &asked);
    assert_eq!((status, err.as_str()), (0, ""), "{out}");
    assert!(
        out.contains("Without waiting for an auxiliary thread"),
        "{out}"
    );
    let files = names_in(&folder.path().join("output/libuv-pool"));
    let kinds = ["csv", "json", "md", "png", "svg"];
    assert_eq!(files, kinds.map(|kind| format!("explain.{kind}")));
    let (_, csv, _) = seen(folder.path(), &[&asked[..], &["--format=csv"]].concat());
    assert_eq!(
        csv,
        std::fs::read_to_string(folder.path().join("output/libuv-pool/explain.csv")).unwrap()
    );
}

#[test]
fn explain_and_theory_refuse_what_they_cannot_do() {
    let folder = empty();
    let (status, out, err) = seen(
        folder.path(),
        &["explain", "libuv-pool", "--endpoint", "fiel"],
    );
    assert_eq!((status, out.as_str()), (2, ""));
    assert!(
        err.contains("no endpoint fiel; did you mean file?"),
        "{err}"
    );
    assert!(err.contains("it has: login, file, ping"), "{err}");
    for command in ["explain", "theory"] {
        let asserting: &[&str] = &[command, "quickstart", "--assert-slo"];
        for wrong in [asserting, &[command], &[command, "no-such.toml"]] {
            assert_eq!(seen(folder.path(), wrong).0, 2, "{wrong:?}");
        }
    }
    let several = ["explain", "hello", "--set=arrivals.rate=[\"1/s\", \"2/s\"]"];
    assert_eq!(seen(folder.path(), &several).0, 2);
    assert_eq!(names_in(folder.path()), Vec::<String>::new());
}

/// A sweep of hello in few requests.
const SWEEP: [&str; 5] = [
    "sweep",
    "hello",
    "--replications=2",
    "--set=run.requests=300",
    "--quiet",
];

fn swept<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&SWEEP[..], more].concat()
}

#[test]
fn a_sweep_of_one_key_has_a_row_for_each_value_and_a_chart() {
    let folder = empty();
    let arguments = swept(&["--vary", "hosts.app.cores=1,2", "--set=slo.p99=50ms"]);
    let (status, out, err) = seen(folder.path(), &arguments);
    assert_eq!((status, err.as_str()), (0, ""), "{out}");
    let csv = std::fs::read_to_string(folder.path().join("output/hello/results.csv"))
        .expect("it was written");
    let header: Vec<&str> = csv.lines().next().unwrap_or_default().split(',').collect();
    assert_eq!(header[4], "vary.hosts.app.cores");
    assert!(header.contains(&"capacity_lo"), "{header:?}");
    let swept: std::collections::BTreeSet<&str> = csv
        .lines()
        .skip(1)
        .filter_map(|line| line.split(',').nth(4))
        .collect();
    assert_eq!(swept.into_iter().collect::<Vec<_>>(), ["1", "2"]);
    let names = names_in(&folder.path().join("output/hello"));
    assert_eq!(
        names,
        [
            "results.csv",
            "results.json",
            "summary.md",
            "sweep.png",
            "sweep.svg"
        ]
    );
}

#[test]
fn a_map_is_the_same_on_any_number_of_threads() {
    let folder = empty();
    for threads in ["1", "2"] {
        let arguments = swept(&[
            "--vary",
            "hosts.app.cores=1..3",
            "--vary",
            "clients.latency=0.1ms..10ms log",
            "--resolution=3x4",
            "--set=slo.p99=50ms",
            "--threads",
            threads,
            "--out",
            threads,
        ]);
        let (status, out, err) = seen(folder.path(), &arguments);
        assert_eq!((status, err.as_str()), (0, ""), "{out}");
    }
    for name in ["map.svg", "results.csv", "summary.md"] {
        let read = |threads: &str| {
            std::fs::read(folder.path().join(threads).join(name)).expect("both wrote it")
        };
        assert!(read("1") == read("2"), "{name}");
    }
}

#[test]
fn the_load_may_be_an_axis() {
    let folder = empty();
    let arguments = swept(&["--vary", "arrivals.rate=200/s,400/s"]);
    let (status, out, err) = seen(folder.path(), &arguments);
    assert_eq!((status, err.as_str()), (0, ""), "{out}");
    assert!(out.contains("p99 latency, ms"), "{out}");
}

#[test]
fn what_cannot_be_swept_is_refused_before_anything_runs() {
    let folder = empty();
    let cases: [(&[&str], &str); 8] = [
        (&["--vary", "hosts.app.coers=1..4"], "unknown key `coers`"),
        (&["--vary", "hosts.app.cores=4..1"], "this range is empty"),
        (&["--vary", "hosts.app.cores=1ms..4ms"], "--> --vary:1:17"),
        (
            &["--vary", "run.seed=1..3", "--vary", "run.seed=1..4"],
            "varied twice",
        ),
        (
            &[
                "--vary",
                "arrivals.process=poisson,constant",
                "--vary",
                "run.seed=1..4",
            ],
            "rising numbers with one unit",
        ),
        (
            &[
                "--vary",
                "run.seed=1..3",
                "--set=arrivals.rate=[\"1/s\",\"2/s\"]",
            ],
            "one load at each point",
        ),
        (
            &["--vary", "run.seed=1..3", "--resolution=40"],
            "expected two numbers",
        ),
        (
            &["--vary", "a=1..2", "--vary", "b=1..2", "--vary", "c=1..2"],
            "one --vary (curves) or two (a map); here are 3",
        ),
    ];
    for (more, message) in cases {
        let (status, _, err) = seen(folder.path(), &swept(more));
        assert_eq!(status, 2, "{err}");
        assert!(err.contains(message), "{message}:\n{err}");
    }
    assert!(names_in(folder.path()).is_empty());
}

/// One to four loops that compute for 10 ms each on four cores: as many as there are cores carry most, and what to paste says so.
#[test]
fn tune_finds_as_many_processes_as_cores() {
    let folder = empty();
    let scenario = r#"
hosts.app.cores = 4
slo = { p99 = "200ms", errors = "0.1%" }
endpoints.page.steps = [ { name = "work", cpu = "exp(10ms)", kind = "native" } ]
contestants.cluster = { model = "node-cluster" }
"#;
    std::fs::write(folder.path().join("app.toml"), scenario).expect("it can be written");
    let asked = ["tune", "app.toml", "--vary", "processes=1..4", "--quiet"];
    let (status, out, err) = seen(folder.path(), &asked);
    assert_eq!((status, err.as_str()), (0, ""), "{out}");
    assert!(out.contains("processes=4 carries most"), "{out}");
    assert!(out.contains("To paste"), "{out}");
    let csv = std::fs::read_to_string(folder.path().join("output/app/tuning.csv"));
    assert_eq!(csv.expect("it was written").lines().count(), 1 + 4);
}

/// A query takes 8 ms before anybody waits: nothing is answered within 5 ms, and both searches say how near it comes.
#[test]
fn an_objective_that_nobody_can_meet_is_told_with_the_closest() {
    let folder = empty();
    let scenario = r#"
slo.p90 = "5ms"
endpoints.page.steps = [ { name = "work", cpu = "8ms" } ]
contestants.it = { model = "ideal", executors.main = { carriers = 2, tasks = 1 } }
"#;
    std::fs::write(folder.path().join("slow.toml"), scenario).expect("it can be written");
    let tune = ["tune", "slow.toml", "--vary", "processes=1,2", "--quiet"];
    let capacity = ["capacity", "slow.toml", "--quiet"];
    for asked in [&tune[..], &capacity[..]] {
        let (status, out, err) = seen(folder.path(), asked);
        let told = out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!((status, err.as_str()), (0, ""), "{out}");
        assert!(
            told.contains("at any load: the closest is a p90 of 8.00 ms")
                || told.contains("at no load: the closest is a p90 of 8.00 ms"),
            "{out}"
        );
        assert!(told.contains("where 5.00 ms is the limit"), "{out}");
    }
}

/// What is wrong is shown in the words and under the option of whoever typed it.
#[test]
fn mistakes_are_pointed_at_where_they_were_typed() {
    let folder = empty();
    let tune = |vary| ["tune", "hello", "--contestant=node", "--vary", vary];
    let cases: [(&[&str], &str); 5] = [
        (
            &tune("nope=1,2"),
            "\n --> --vary:1:1\n  |\n1 | nope=1\n  | ^^^^",
        ),
        (
            &tune("executors.pool.carriers=0"),
            "\n --> --vary:1:25\n  |\n1 | executors.pool.carriers=0\n  |                         ^",
        ),
        (
            &["run", "hello", "--seed", "18446744073709551615"],
            "\n --> --seed:1:1\n  |\n1 | 18446744073709551615\n  | ^^^^^^^^^^^^^^^^^^^^",
        ),
        (
            &["run", "hello", "--replications=1"],
            "\n --> --replications:1:1\n  |\n1 | 1\n  | ^",
        ),
        (
            &["sweep", "hello", "--vary", "hosts.app.cores=0,1"],
            "\n --> --vary:1:17\n  |\n1 | hosts.app.cores=0\n  |                 ^",
        ),
    ];
    for (asked, place) in cases {
        let (status, out, err) = seen(folder.path(), asked);
        assert_eq!((status, out.as_str()), (2, ""), "{err}");
        assert!(err.contains(place), "{place}\n{err}");
    }
}

/// Nothing of `hello` goes through the pool: all sizes carry alike, and what Node has stays.
#[test]
fn tune_changes_nothing_for_nothing() {
    let folder = empty();
    let asked = [
        "tune",
        "hello",
        "--contestant=node",
        "--vary=executors.pool.carriers=1,4,16",
        "--quiet",
    ];
    let (status, out, err) = seen(folder.path(), &asked);
    assert_eq!((status, err.as_str()), (0, ""), "{out}");
    assert!(out.contains("UV_THREADPOOL_SIZE=4"), "{out}");
}

#[test]
fn what_cannot_be_tuned_is_refused() {
    let folder = empty();
    let cases: [(&[&str], &str); 5] = [
        (&["--vary", "processes=1..4"], "whose settings?"),
        (
            &["--contestant", "nod", "--vary", "processes=1..4"],
            "the scenario has no contestant nod; did you mean node?",
        ),
        (
            &["--contestant", "node", "--vary", "proceses=1..4"],
            "unknown key `proceses`",
        ),
        (
            &["--contestant", "node", "--vary", "arrivals.rate=1/s..9/s"],
            "no setting of a contestant",
        ),
        (
            &["--contestant", "node", "--vary", "processes=4..1"],
            "this range is empty",
        ),
    ];
    for (more, message) in cases {
        let (status, out, err) = seen(folder.path(), &[&["tune", "quickstart"], more].concat());
        assert_eq!((status, out.as_str()), (2, ""), "{err}");
        assert!(err.contains(message), "{message}:\n{err}");
    }
    assert!(names_in(folder.path()).is_empty());
}
