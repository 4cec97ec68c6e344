//! `--save-baseline` and `--baseline`: a run kept, and what has changed since.

use std::path::Path;

use super::{empty, names_in, seen};

/// One queue, half in use.
const QUEUE: &str = r#"
arrivals = { process = "poisson", rate = "50/s" }
run = { requests = 11000, replications = 4 }
endpoints.page.steps = [{ name = "work", cpu = "exp(10ms)" }]
contestants.queue = { model = "ideal", executors.main = { carriers = 1, tasks = 1 } }
"#;

const SLOWER: &str = "--set=endpoints.page.steps.work.cpu=exp(12ms)";

fn queue(folder: &Path, more: &[&str]) -> (i32, String, String) {
    std::fs::write(folder.join("queue.toml"), QUEUE).expect("writable");
    seen(
        folder,
        &[&["compare", "queue.toml", "--quiet"], more].concat(),
    )
}

/// Without line breaks.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn changes(folder: &Path) -> Vec<csv::StringRecord> {
    let reader = csv::Reader::from_path(folder.join("output/queue/changes.csv"));
    let records = reader.expect("it was written").into_records();
    records.map(|record| record.expect("it is CSV")).collect()
}

/// Kept, the same again, slower, other dice, and kept anew.
#[test]
fn a_run_is_kept_and_later_ones_are_compared_with_it() {
    let folder = empty();
    let (status, out, err) = queue(folder.path(), &["--save-baseline", "before"]);
    assert_eq!((status, err.as_str()), (0, ""), "{out}");
    let baselines = folder.path().join("output/queue/baselines");
    assert_eq!(names_in(&baselines), ["before.json"]);
    let first = std::fs::read(baselines.join("before.json")).expect("it was written");

    let (status, out, err) = queue(folder.path(), &["--baseline", "before"]);
    assert_eq!((status, err.as_str()), (0, ""), "{out}");
    let told = flat(&out);
    assert!(
        told.contains(
            "Against the baseline before: the same requests in both, so changes are paired."
        ),
        "{out}"
    );
    assert!(
        told.contains("queue: no difference at all, to the last digit."),
        "{out}"
    );
    let rows = changes(folder.path());
    assert_eq!(rows.len(), 2 * 6, "all and page, six figures");
    for row in &rows {
        assert_eq!(
            (&row[5], &row[8], &row[9], &row[10], &row[14]),
            ("same", "0", "0", "0", "true"),
            "{row:?}"
        );
    }

    let (status, out, err) = queue(folder.path(), &["--baseline", "before", SLOWER]);
    assert_eq!((status, err.as_str()), (0, ""), "{out}");
    let told = flat(&out);
    assert!(told.contains("% longer; "), "{out}");
    assert!(told.contains("throughput"), "{out}");
    for row in changes(folder.path()) {
        let late = row[4].ends_with("_ms");
        assert_eq!(&row[5], if late { "worse" } else { "same" }, "{row:?}");
    }

    let (status, out, _) = queue(
        folder.path(),
        &["--baseline", "before", "--seed", "2", "--format=markdown"],
    );
    assert_eq!(status, 0);
    assert!(
        out.contains("not paired and less is told apart (the seed was 1 and is 2)"),
        "{out}"
    );
    assert!(changes(folder.path()).iter().all(|row| &row[14] == "false"));

    let again = [
        "--baseline",
        "before",
        "--save-baseline",
        "before",
        "--format=json",
        SLOWER,
    ];
    let (status, out, _) = queue(folder.path(), &again);
    assert_eq!(status, 0);
    let results: serde_json::Value = serde_json::from_str(&out).expect("it is JSON");
    assert_eq!(results["baseline"], "before");
    assert_eq!(
        results["changes"][2]["finding"], "worse",
        "{}",
        results["changes"][2]
    );
    assert_ne!(
        std::fs::read(baselines.join("before.json")).expect("still there"),
        first
    );
    queue(folder.path(), &[]);
    assert!(
        !folder.path().join("output/queue/changes.csv").exists(),
        "a folder is one study"
    );
    assert_eq!(names_in(&baselines), ["before.json"]);
}

/// Nothing runs: what is asked for could not be compared with, or kept.
#[test]
fn what_cannot_be_compared_with_is_refused() {
    let folder = empty();
    assert_eq!(queue(folder.path(), &["--save-baseline=before"]).0, 0);
    let baselines = folder.path().join("output/queue/baselines");
    let text = std::fs::read_to_string(baselines.join("before.json")).expect("it was written");
    for (name, text) in [
        ("short", &text[..text.len() / 2]),
        ("other", "{}"),
        ("future", &text.replacen(":1,", ":99,", 1)),
        ("wrong", &text.replace("\"load\":50.0", "\"load\":\"much\"")),
        ("mean", &text.replace("\"load\":50.0", "\"load\":-50.0")),
        ("elsewhere", &text.replace("\"queue\"", "\"line\"")),
    ] {
        std::fs::write(baselines.join(format!("{name}.json")), text).expect("writable");
    }
    std::fs::write(baselines.join("bytes.json"), [0xff, 0xfe, 0]).expect("writable");
    std::fs::create_dir(baselines.join("folder.json")).expect("writable");
    std::fs::remove_file(folder.path().join("output/queue/results.csv")).expect("it was written");
    for (name, said) in [
        (
            "befor",
            "error: no baseline befor in output/queue/baselines; did you mean before?\nthere are: before, ",
        ),
        ("a/b", "error: invalid value 'a/b' for '--baseline <NAME>'"),
        ("../x", "error: invalid value '../x' for"),
        (
            "short",
            "error: output/queue/baselines/short.json cannot be compared with: it is damaged: ",
        ),
        ("other", "it does not begin as a baseline does"),
        (
            "future",
            "it has version 99 of the format and this program reads version 1: save it again",
        ),
        (
            "wrong",
            "it is damaged: invalid type: string \"much\", expected f64",
        ),
        (
            "mean",
            "it is damaged: this is no load (queue, all, load -50)",
        ),
        ("bytes", "it is no text"),
        (
            "folder",
            "error: cannot read output/queue/baselines/folder.json: ",
        ),
        (
            "elsewhere",
            "error: nothing to compare with the baseline elsewhere: its contestants are line, and here they are queue",
        ),
    ] {
        let (status, out, err) = queue(folder.path(), &["--baseline", name]);
        assert_eq!((status, out.as_str()), (2, ""), "{name}: {err}");
        assert!(err.contains(said), "{name}: {err}");
    }
    assert!(
        !folder.path().join("output/queue/results.csv").exists(),
        "nothing was run"
    );
    std::fs::write(folder.path().join("taken"), "").expect("writable");
    let (status, _, err) = queue(folder.path(), &["--out=taken", "--save-baseline=x"]);
    assert_eq!(status, 2, "{err}");
    let none = empty();
    let (status, _, err) = queue(none.path(), &["--baseline", "before"]);
    assert_eq!(status, 2);
    assert!(
        err.contains("there is none yet: save one with --save-baseline"),
        "{err}"
    );
}
