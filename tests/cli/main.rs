//! The command line as its users meet it: what is printed, what is left on disk, with which exit status.

mod baseline;
mod studies;
mod trace;

use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Runs the program in a folder.
fn crossover(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_crossover"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("COLUMNS")
        .stdin(Stdio::null())
        .output()
        .expect("the program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The status, standard output and standard error.
fn seen(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = crossover(folder, arguments);
    (
        output.status.code().unwrap_or(-1),
        text(&output.stdout),
        text(&output.stderr),
    )
}

fn empty() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| {
            entry
                .expect("readable")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}

#[test]
fn help_names_every_command_and_flag() {
    let folder = empty();
    let (status, out, err) = seen(folder.path(), &["--help"]);
    assert_eq!((status, err.as_str()), (0, ""));
    let words = [
        "compare",
        "run",
        "explain",
        "theory",
        "trace",
        "check",
        "init",
        "models",
        "examples",
        "schema",
        "completions",
    ];
    let flags = [
        "--set",
        "--seed",
        "--replications",
        "--precision",
        "--threads",
        "--out",
        "--format",
        "--quiet",
        "--assert-slo",
    ];
    for word in words.iter().chain(&flags) {
        assert!(out.contains(word), "{word} is not in the help");
    }
}

#[test]
fn wrong_usage_is_status_2_on_standard_error() {
    let folder = empty();
    let cases: [&[&str]; 10] = [
        &["--format", "xml"],
        &["nonsense"],
        &["check"],
        &["run"],
        &["compare", "--seed", "-1"],
        &["compare", "--replications", "0"],
        &["compare", "--precision", "5"],
        &["compare", "--out", "/dev/null/results"],
        &["compare", "no-such-file.toml"],
        &["compare", "--set", "arrivals.rat=400/s"],
    ];
    for arguments in cases {
        let (status, out, err) = seen(folder.path(), arguments);
        assert_eq!(status, 2, "{arguments:?}: {err}");
        assert_eq!(out, "", "{arguments:?}");
        assert!(err.starts_with("error: "), "{arguments:?}: {err}");
    }
    assert_eq!(
        names_in(folder.path()),
        Vec::<String>::new(),
        "nothing is written"
    );
}

#[test]
fn embedded_files_are_listed_a_line_each() {
    let folder = empty();
    let (status, models, _) = seen(folder.path(), &["models"]);
    assert_eq!(status, 0);
    assert!(
        models
            .lines()
            .any(|line| line.starts_with("node-cluster  ")),
        "{models}"
    );
    let (_, examples, _) = seen(folder.path(), &["examples"]);
    assert!(examples.starts_with("quickstart  "), "{examples}");
    for line in models.lines().chain(examples.lines()) {
        assert!(line.chars().count() <= 100, "{line}");
    }
}

#[test]
fn init_writes_a_scenario_from_words_and_never_overwrites() {
    let folder = empty();
    let words = [
        "init",
        "own",
        "--app",
        "queries=3x4ms, render=100 rows",
        "--load",
        "9/s",
    ];
    let (status, out, err) = seen(folder.path(), &words);
    assert_eq!((status, err.as_str()), (0, ""), "{out}");
    let (status, out, err) = seen(folder.path(), &["check", "own/app.toml"]);
    assert_eq!((status, err.as_str()), (0, ""), "{out}");
    let (_, schema, _) = seen(folder.path(), &["schema", "scenario"]);
    let own = folder.path().join("own");
    let text = std::fs::read_to_string(own.join("app.toml")).expect("it was written");
    assert!(text.starts_with("#:schema schema/crossover-scenario.json\n# "));
    let written = std::fs::read_to_string(own.join("schema/crossover-scenario.json"));
    assert_eq!(written.expect("it was written"), schema);
    let (status, out, err) = seen(folder.path(), &words);
    assert_eq!((status, out.as_str()), (2, ""));
    assert!(err.contains("own/app.toml\n"), "{err}");

    let (status, out, err) = seen(
        folder.path(),
        &["init", "--app", "queries=3x4", "--load", "9/s"],
    );
    assert_eq!((status, out.as_str()), (2, ""));
    assert!(
        err.starts_with("error: `4` has no unit\n --> --app:1:11\n"),
        "{err}"
    );
    assert_eq!(
        seen(folder.path(), &["init", "--app", "queries=3x4ms"]).0,
        2
    );
}

#[test]
fn init_writes_files_that_check_accepts_and_never_overwrites() {
    let folder = empty();
    let (status, out, err) = seen(folder.path(), &["init", "mine"]);
    assert_eq!((status, err.as_str()), (0, ""), "{out}");
    assert_eq!(
        names_in(&folder.path().join("mine")),
        ["examples", "models", "schema"]
    );
    for (file, schema) in [
        (
            "examples/quickstart.toml",
            "../schema/crossover-scenario.json",
        ),
        ("models/node.toml", "../schema/crossover-model.json"),
        (
            "models/languages.toml",
            "../schema/crossover-languages.json",
        ),
        (
            "models/hosts/linux-vm.toml",
            "../../schema/crossover-host.json",
        ),
    ] {
        let path = folder.path().join("mine").join(file);
        let text = std::fs::read_to_string(&path).expect("it was written");
        assert_eq!(text.lines().next(), Some(&*format!("#:schema {schema}")));
        let schema = path.parent().expect("it is in a folder").join(schema);
        assert!(schema.is_file(), "{}", schema.display());
    }

    let (status, out, err) = seen(
        folder.path(),
        &[
            "check",
            "mine/examples/quickstart.toml",
            "mine/models/node.toml",
        ],
    );
    assert_eq!((status, err.as_str()), (0, ""));
    assert_eq!(
        out,
        "mine/examples/quickstart.toml: a scenario that compares node, node-cluster, django-sync, django-gthread\n\
         mine/models/node.toml: a model: Node, Express\n"
    );

    std::fs::remove_file(folder.path().join("mine/models/redis.toml")).expect("it was written");
    let (status, out, err) = seen(folder.path(), &["init", "mine"]);
    assert_eq!((status, out.as_str()), (2, ""));
    assert!(
        err.starts_with("error: these files are there already, and nothing was written:\n"),
        "{err}"
    );
    assert!(
        err.contains("mine/examples/quickstart.toml\n") && !err.contains("redis"),
        "{err}"
    );
    assert!(
        !folder.path().join("mine/models/redis.toml").exists(),
        "nothing was written"
    );
}

#[test]
fn check_tells_all_that_is_wrong_and_where() {
    let folder = empty();
    std::fs::write(
        folder.path().join("bad.toml"),
        "[arrivals]\nrate = \"40 apples\"\n",
    )
    .expect("writable");
    let (status, out, err) = seen(folder.path(), &["check", "quickstart", "bad.toml"]);
    assert_eq!(status, 2);
    assert!(
        out.starts_with("quickstart: a scenario"),
        "what is right is told too: {out}"
    );
    assert!(
        err.starts_with("error: ") && err.contains("bad.toml:2"),
        "{err}"
    );
}

/// A wait of 20 ms is longer than 10 ms, and with 5 ms it is not; that it is longer than 30 ms is false.
const CLAIMS: &str = r#"
arrivals.rate = "50/s"
run = { requests = 2000, replications = 3 }
[endpoints.page]
steps = [ { name = "wait", wait = "20ms" } ]
[contestants.ideal]
[expect.true]
figure     = "mean_ms"
contestant = "ideal"
above      = "10ms"
control.endpoints.page.steps.wait.wait = "5ms"
[expect.false]
figure     = "mean_ms"
contestant = "ideal"
above      = "30ms"
[expect.control-too]
figure     = "mean_ms"
contestant = "ideal"
above      = "10ms"
control.endpoints.page.steps.wait.wait = "15ms"
"#;

#[test]
fn check_run_puts_expectations_to_the_test() {
    let folder = empty();
    std::fs::write(folder.path().join("claims.toml"), CLAIMS).expect("writable");
    let (status, out, err) = seen(folder.path(), &["check", "--run", "claims.toml"]);
    assert_eq!(
        out,
        "claims.toml:\n\
         ok     true: true (mean_ms of all, ideal at 50 requests/s: 20.0 ms > 10.0 ms; with endpoints.page.steps.wait.wait=5ms: 5.00 ms < 10.0 ms)\n\
         FAILED false: false (mean_ms of all, ideal at 50 requests/s: 20.0 ms < 30.0 ms, which is false)\n\
         FAILED control-too: control-too (mean_ms of all, ideal at 50 requests/s: 20.0 ms > 10.0 ms; with endpoints.page.steps.wait.wait=15ms: 15.0 ms > 10.0 ms, which is still true)\n"
    );
    assert_eq!(
        (status, err.trim()),
        (1, "error: 2 of 3 expectations failed")
    );
    let (status, out, _) = seen(
        folder.path(),
        &["check", "--run", "--format", "json", "claims.toml"],
    );
    assert_eq!(status, 1);
    assert!(out.contains("\"finding\": \"refuted\""), "{out}");
    let (status, out, err) = seen(folder.path(), &["check", "--run", "--quiet", "hello"]);
    assert_eq!((status, out.as_str(), err.as_str()), (0, "", ""));
    assert_eq!(
        names_in(folder.path()),
        ["claims.toml"],
        "nothing is written"
    );
}

#[test]
fn completions_are_for_this_program() {
    let folder = empty();
    for shell in ["bash", "zsh", "fish"] {
        let (status, out, _) = seen(folder.path(), &["completions", shell]);
        assert_eq!(status, 0);
        assert!(out.contains("crossover"), "{shell}");
    }
}

/// A reader that goes away is no error, and nothing panics.
#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = empty();
    let mut child = Command::new(env!("CARGO_BIN_EXE_crossover"))
        .args(["completions", "zsh"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(
        (output.status.code(), text(&output.stderr).as_str()),
        (Some(0), "")
    );
}
