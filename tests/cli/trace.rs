//! `crossover trace`.

use super::{empty, names_in, seen};

/// A short run of hello.
const SHORT: [&str; 7] = [
    "trace",
    "hello",
    "--contestant=node-http",
    "--set=arrivals.rate=100/s",
    "--set=run.duration=1s",
    "--replications=2",
    "--quiet",
];

fn traced<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&SHORT[..], more].concat()
}

#[test]
fn a_trace_is_shown_and_left_in_a_file() {
    let folder = empty();
    let (status, out, err) = seen(folder.path(), &traced(&["--slowest=2"]));
    assert_eq!((status, err.as_str()), (0, ""), "{out}");
    assert!(out.contains("the 2 slowest requests of"), "{out}");
    assert!(out.contains("on the wire"), "{out}");
    let results = folder.path().join("output/hello");
    assert_eq!(names_in(&results), ["trace-node-http.json"]);
    let (_, json, _) = seen(folder.path(), &traced(&["--slowest=2", "--format=json"]));
    let saved = std::fs::read_to_string(results.join("trace-node-http.json")).unwrap();
    assert_eq!(json, saved);
    assert!(saved.contains("\"traceEvents\":["));
    let (_, csv, _) = seen(folder.path(), &traced(&["--request=5", "--format=csv"]));
    assert!(
        csv.starts_with("group,track,depth,what,request,from_ns,to_ns\n"),
        "{csv}"
    );
    assert!(csv.contains("\"requests\",\"request 5\",0,"), "{csv}");
}

#[test]
fn a_trace_of_nothing_is_refused() {
    let folder = empty();
    let cases: [(&[&str], &str); 8] = [
        (
            &["--request=99999999"],
            "there is no request 99999999: in this replication ",
        ),
        (&["--request=1", "--slowest=1"], "cannot be used with"),
        (&["--request=0"], "0 is not in 1.."),
        (&["--slowest=0"], "invalid value '0'"),
        (&[], "<--request <N>|--slowest <K>>"),
        (&["--slowest=1", "--endpoint=pong"], "no endpoint pong"),
        (&["--slowest=1", "--assert-slo"], "trace takes neither"),
        (
            &["--slowest=1", "--replication=2"],
            "there is no replication 2: the run has 2, from 0 to 1",
        ),
    ];
    for (more, said) in cases {
        let (status, out, err) = seen(folder.path(), &traced(more));
        assert_eq!((status, out.as_str()), (2, ""), "{more:?}");
        assert!(err.contains(said), "{more:?}: {err}");
    }
    let (status, _, err) = seen(folder.path(), &["trace", "hello", "--slowest=1"]);
    assert_eq!(status, 2);
    assert!(err.contains("Say --contestant NAME, one of "), "{err}");
    let wrong = ["trace", "hello", "--slowest=1", "--contestant=node-htp"];
    let (status, _, err) = seen(folder.path(), &wrong);
    assert_eq!(status, 2);
    assert!(
        err.contains("no contestant node-htp; did you mean node-http?"),
        "{err}"
    );
    assert_eq!(names_in(folder.path()), Vec::<String>::new());
}
