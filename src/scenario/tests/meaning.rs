//! What a scenario means once it is read.

use super::{SCENARIO, read, scenario};
use crate::host::{Cold, Host};
use crate::kernel::{Count, Dist, Path, Span, Time};
use crate::scenario::{Embedded, Figure, RunLength, Scenario, Service, load};
use crate::service::{Admit, Hold, Tasks};
use crate::workload::{Action, Arrivals, CacheAt, Loads, OpenProcess, Reuse, Step};

fn app<'s>(scenario: &'s Scenario, contestant: &str) -> &'s Service {
    let found = scenario.contestants.iter().find(|c| c.name == contestant);
    &found
        .unwrap_or_else(|| panic!("no {contestant}"))
        .system
        .services[0]
}

fn steps_of(steps: &str) -> Vec<Step> {
    let text = format!("[services.db]\n[endpoints.a]\nsteps = {steps}\n[contestants.c]\n");
    let read = read(&[("a.toml", &text)], &[]).unwrap_or_else(|error| panic!("{error}"));
    read.contestants[0].system.services[0].endpoints[0]
        .steps
        .clone()
}

#[test]
fn what_is_omitted_is_ideal() {
    let read = read(&[("a.toml", "[endpoints.a]\n[contestants.c]\n")], &[]).unwrap();
    let system = &read.contestants[0].system;
    assert_eq!(system.hosts, [Host::ideal("app", None)]);
    let model = &system.services[0].model;
    assert!(model.lock.is_none() && model.listen.is_none() && model.keep_alive.is_none());
    assert_eq!(
        (model.executors[0].carriers, model.executors[0].tasks),
        (None, Tasks::One)
    );
    let Arrivals::Open { process, rate } = &read.arrivals else {
        panic!("not open")
    };
    assert_eq!((*process, rate), (OpenProcess::Poisson, &Loads::Sweep));
    assert_eq!((read.name.as_str(), read.title.as_str()), ("a", "a"));
}

#[test]
fn settings_are_read() {
    let read = scenario(
        "title = \"Shop\"\narrivals = { process = \"constant\", rate = [\"60/min\", \"2.5/s\"] }\n\
         run = { requests = 5000, warmup = \"2s\", replications = 4, seed = 7 }\n\
         clients = { connections = 8, keep_alive = false, reuse = \"lifo\", latency = \"250us\", timeout = \"1min\" }\n\
         slo = { p99 = \"1s\", errors = \"0.1%\", util = { cores = \"80%\" }, memory = \"2GB\", endpoints.page = { throughput = \"90/min\", gc = \"2ms\" } }\n\
         hosts.app = { model = \"linux-vm\", cores = 2, memory = \"2GiB\", slice = \"3ms\" }",
    );
    let Arrivals::Open { process, rate } = &read.arrivals else {
        panic!("not open")
    };
    assert_eq!(
        (*process, rate),
        (OpenProcess::Constant, &Loads::List(vec![1.0, 2.5]))
    );
    assert_eq!(read.run.length, RunLength::Requests(5000));
    assert_eq!(
        (read.run.warmup, read.run.replications, read.run.seed),
        (Some(Span::from_secs(2)), 4, 7)
    );
    let objectives = read.slo.objectives.iter();
    let limits: Vec<(String, f64)> = objectives.map(|o| (o.column(), o.limit)).collect();
    let expected = [
        ("p99_ms", 1000.0),
        ("errors", 0.001),
        ("memory_mb", 2000.0),
        ("util_cores", 0.8),
        ("page.throughput_rps", 1.5),
        ("page.gc_ms", 2.0),
    ];
    assert_eq!(
        limits,
        expected.map(|(column, limit)| (column.to_owned(), limit))
    );
    assert_eq!(read.slo.limit(None, Figure::P99), Some(1000.0));
    let of_page = read.slo.limit(Some("page"), Figure::Throughput);
    assert_eq!(of_page, Some(1.5));
    assert_eq!(
        read.slo.limit(None, Figure::Throughput),
        None,
        "that is one endpoint's"
    );
    let system = &read.contestants[0].system;
    assert_eq!(
        (system.clients.connections, system.clients.reuse),
        (Some(8), Reuse::Lifo)
    );
    assert_eq!(
        (system.clients.latency, system.clients.keep_alive),
        (Span::from_micros(250), false)
    );
    let host = &system.hosts[0];
    assert_eq!((host.cores, host.memory), (Some(2), Some(2 << 30)));
    assert_eq!(
        (host.slice, host.tick),
        (Span::from_millis(3), Span::from_millis(4))
    );
    assert_eq!(
        (host.switch_cost, host.cold),
        (
            Span(1700),
            Some(Cold {
                after: Span::from_micros(3600)
            })
        )
    );
}

#[test]
fn a_precision_names_an_endpoint() {
    let of = |precision: &str| {
        let text =
            format!("run.precision = {precision}\n[endpoints.a]\n[endpoints.b]\n[contestants.c]\n");
        let asked = read(&[("a.toml", &text)], &[])
            .unwrap()
            .run
            .precision
            .unwrap();
        (asked.figure, asked.endpoint, asked.within)
    };
    assert_eq!(of("\"5%\""), (Figure::P99, None, 0.05));
    assert_eq!(
        of("{ endpoint = \"b\", within = \"2%\" }"),
        (Figure::P99, Some(1), 0.02)
    );
    assert_eq!(
        of("{ endpoint = \"all\", figure = \"mean_ms\", within = \"2%\" }"),
        (Figure::Mean, None, 0.02)
    );
}

#[test]
fn closed_loops_and_replays() {
    let closed =
        scenario("arrivals = { process = \"closed\", users = [1, 10], think = \"exp(5s)\" }");
    let Arrivals::Closed { users, think } = &closed.arrivals else {
        panic!("not closed")
    };
    assert_eq!(users, &Loads::List(vec![1.0, 10.0]));
    assert_eq!(think, &Dist::exp(Span::from_secs(5)));
    let text = format!("arrivals = {{ process = \"replay\", file = \"log.txt\" }}\n{SCENARIO}");
    let files = [
        ("x/shop.toml", text.as_str()),
        ("x/log.txt", "0.5\n# later\n 1500ms\n\n2s"),
    ];
    let Arrivals::Replay { times } = read(&files, &[]).unwrap().arrivals else {
        panic!("no replay")
    };
    assert_eq!(
        &times[..],
        [Time(500_000_000), Time(1_500_000_000), Time(2_000_000_000)]
    );
}

#[test]
fn every_action_is_read() {
    let steps = steps_of(
        "[ { cpu = \"2ms\", kind = \"json\" }, { native = \"exp(3ms)\" }, { wait = \"uniform(1ms, 2ms)\" },\n\
         { call = \"db\", work = \"4ms\" }, { parallel = [ [ { cpu = \"1ms\" } ], [] ] },\n\
         { choose = [ { weight = 3, steps = [ { cpu = \"1ms\" } ] }, { steps = [] } ] },\n\
         { repeat = \"geometric(2)\", steps = [ { yield = true } ] },\n\
         { name = \"c\", cached = \"db\", work = \"1ms\", key = \"uniform(0, 9)\", ttl = \"60s\", miss = [ { cpu = \"1ms\" } ] } ]",
    );
    let path = Path::ROOT.child("endpoints").child("a");
    assert_eq!(
        (steps[0].name.as_str(), steps[0].path),
        ("1", path.child("1"))
    );
    assert!(
        matches!(&steps[0].action, Action::Cpu { work, ratio: 1.0, kind, .. } if kind == "json" && work.mean_ns() == 2e6)
    );
    assert!(matches!(&steps[1].action, Action::Native { work, .. } if work.mean_ns() == 3e6));
    assert!(matches!(&steps[2].action, Action::Wait { time } if time.mean_ns() == 1.5e6));
    assert!(
        matches!(&steps[3].action, Action::Call { service: 1, endpoint: None, work } if work.mean_ns() == 4e6)
    );
    let Action::Parallel { branches } = &steps[4].action else {
        panic!("not parallel")
    };
    assert_eq!(branches[0][0].path, path.child("5").child("1").child("1"));
    let Action::Choose { branches } = &steps[5].action else {
        panic!("no choice")
    };
    assert_eq!(
        (branches[0].0, branches[1].0, branches.len()),
        (3.0, 1.0, 2)
    );
    let Action::Repeat { times, steps: body } = &steps[6].action else {
        panic!("no repetition")
    };
    assert!(times.mean() == 2.0 && matches!(body[0].action, Action::Yield));
    let Action::Cached {
        cache,
        key,
        ttl,
        miss,
    } = &steps[7].action
    else {
        panic!("not cached")
    };
    let work = Dist::Constant(Span::from_millis(1));
    assert_eq!(cache, &CacheAt::Service { service: 1, work });
    assert_eq!(
        (key, *ttl),
        (&Count::Uniform { lo: 0, hi: 9 }, Span::from_secs(60))
    );
    assert_eq!(miss[0].path, path.child("c").child("miss").child("1"));
}

#[test]
fn cpu_is_scaled_to_the_contestant_s_language() {
    let text = format!(
        "cpu_measured_in = \"python\"\n{SCENARIO}[contestants.django]\nmodel = \"django-sync\"\n"
    );
    let read = read(&[("shop.toml", &text)], &[]).unwrap();
    let cpu = |name: &str| match &app(&read, name).endpoints[0].steps[1].action {
        Action::Cpu { work, ratio, .. } => (work.mean_ns(), *ratio),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        (cpu("node"), cpu("django")),
        ((366_000.0, 0.122), (3e6, 1.0))
    );
    let paths = |name: &str| app(&read, name).endpoints[0].steps[1].path;
    assert_eq!(paths("node"), paths("django"));
}

#[test]
fn cpu_by_language_keeps_its_own_times() {
    let text = "cpu_measured_in = \"python\"\n[endpoints.a]\nsteps = [ { cpu = { javascript = \"1ms\", python = \"4ms\" } } ]\n\
                [contestants.a]\nmodel = \"node\"\n[contestants.b]\nmodel = \"django-sync\"\n[contestants.c]\n";
    let read = read(&[("a.toml", text)], &[]).unwrap();
    let cpu = |name: &str| match &app(&read, name).endpoints[0].steps[0].action {
        Action::Cpu { work, ratio, .. } => (work.mean_ns(), *ratio),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        (cpu("a"), cpu("b"), cpu("c")),
        ((1e6, 0.25), (4e6, 1.0), (4e6, 1.0))
    );
}

#[test]
fn contestants_override_models_and_the_scenario() {
    let more = "[contestants.mine]\nmodel = \"django-gthread\"\nexecutors.main.carriers = 8\nlock = \"none\"\n\
                before.middleware.cpu = \"1ms\"\nendpoints.page.steps.query.work = \"9ms\"\n\
                services.postgres.executors.main.carriers = 5\nclients.connections = 3\n";
    let read = read(&[("shop.toml", &format!("{SCENARIO}{more}"))], &[]).unwrap();
    let mine = app(&read, "mine");
    assert_eq!(
        (mine.model.name.as_str(), mine.model.processes),
        ("django-gthread", 4)
    );
    assert_eq!(
        (mine.model.executors[0].carriers, mine.model.lock.clone()),
        (Some(8), None)
    );
    assert_eq!(mine.model.queue.admit, Admit::Below(1000));
    assert!(
        matches!(&mine.model.before[4].action, Action::Cpu { work, .. } if work.mean_ns() == 1e6)
    );
    assert_eq!(
        mine.model.before[4].path,
        Path::ROOT
            .child("models")
            .child("app")
            .child("before")
            .child("middleware")
    );
    assert!(
        matches!(&mine.endpoints[0].steps[0].action, Action::Call { work, .. } if work.mean_ns() == 9e6)
    );
    let system = |i: usize| &read.contestants[i].system;
    assert_eq!(system(1).services[1].model.executors[0].carriers, Some(5));
    assert_eq!(system(0).services[1].model.executors[0].carriers, Some(100));
    assert_eq!(
        (system(1).clients.connections, system(0).clients.connections),
        (Some(3), None)
    );
}

#[test]
fn overrides_reach_every_key() {
    let set = |texts: &[&str]| {
        read(&[("shop.toml", SCENARIO)], texts).unwrap_or_else(|error| panic!("{error}"))
    };
    let read = set(&[
        "arrivals.rate=[\"50/s\", \"100/s\"]",
        "run.seed=9",
        "title=A \"quoted\" title",
        "contestants.node.processes=3",
        "contestants.node.pools.database.hold=request",
        "contestants.node.before.parse.cpu=1ms",
        "services.postgres.cores=8",
        "endpoints.page.steps.2.cpu=exp(2ms)",
        "hosts.app.cores=2",
        "clients = { timeout = \"3s\" }",
    ]);
    let system = &read.contestants[0].system;
    let node = &system.services[0];
    assert_eq!(
        (read.run.seed, read.title.as_str()),
        (9, "A \"quoted\" title")
    );
    assert_eq!(
        (node.model.processes, node.model.pools[0].1.hold),
        (3, Hold::Request)
    );
    assert!(
        matches!(&node.model.before[0].action, Action::Cpu { work, .. } if work.mean_ns() == 1e6)
    );
    assert!(matches!(
        &node.endpoints[0].steps[1].action,
        Action::Cpu {
            work: Dist::Exp { .. },
            ..
        }
    ));
    assert_eq!(
        (system.hosts[0].cores, system.hosts[1].cores),
        (Some(2), Some(8))
    );
    assert_eq!(system.clients.timeout, Some(Span::from_secs(3)));
}

#[test]
fn parameters_stand_for_whole_values_and_for_arguments() {
    let head = "arrivals.rate = \"$loads\"\nclients.connections = \"$n\"\n[params]\nn = 5\nloads = [\"50/s\", \"$top\"]\ntop = \"90/s\"\ncv = 0.5";
    let text = format!("{head}\n{SCENARIO}").replace("\"3ms\"", "\"gamma(3ms, cv=$cv)\"");
    let read = read(&[("shop.toml", &text)], &[]).unwrap_or_else(|error| panic!("{error}"));
    let Arrivals::Open { rate, .. } = &read.arrivals else {
        panic!("not open")
    };
    assert_eq!(rate, &Loads::List(vec![50.0, 90.0]));
    assert_eq!(read.contestants[0].system.clients.connections, Some(5));
}

#[test]
fn services_have_hosts_endpoints_and_distance() {
    let text = "[hosts.app]\ncores = 2\n[hosts.big]\ncores = 16\n[services.users]\nmodel = \"node\"\nhost = \"big\"\nlatency = \"1ms\"\n\
                [services.users.endpoints]\nprofile = { steps = [ { call = \"db\" } ] }\nlogin = {}\n[services.db]\nhost = \"app\"\n\
                [endpoints.a]\nsteps = [ { call = \"users.login\" } ]\n[contestants.c]\n";
    let read = read(&[("a.toml", text)], &[]).unwrap_or_else(|error| panic!("{error}"));
    let system = &read.contestants[0].system;
    let hosts: Vec<&str> = system.hosts.iter().map(|host| host.name.as_str()).collect();
    assert_eq!(hosts, ["app", "big"]);
    assert_eq!(
        system
            .services
            .iter()
            .map(|service| service.host)
            .collect::<Vec<_>>(),
        [0, 1, 0]
    );
    assert_eq!(system.services[1].latency, Span::from_millis(1));
    assert!(matches!(
        system.services[0].endpoints[0].steps[0].action,
        Action::Call {
            service: 1,
            endpoint: Some(1),
            ..
        }
    ));
}

#[test]
fn a_model_beside_the_scenario_comes_before_the_embedded_one() {
    let mine = "model = \"node-http\"\ntitle = \"Mine\"\n";
    for place in ["d/node.toml", "d/models/node.toml", "models/node.toml"] {
        let read = read(&[("d/shop.toml", SCENARIO), (place, mine)], &[]).unwrap();
        assert_eq!(app(&read, "node").model.title, "Mine", "{place}");
    }
    let read = load(&Embedded, "quickstart", &[]).unwrap();
    assert_eq!(app(&read, "node").model.title, "Node, Express");
}

#[test]
fn the_digest_is_of_what_is_said_not_of_how() {
    let digest = |text: &str, set: &[&str]| read(&[("shop.toml", text)], set).unwrap().digest;
    let plain = digest(SCENARIO, &[]);
    assert_eq!(plain.len(), 16);
    let dressed = format!(
        "# A shop\ntitle = 'Shop'\n{}",
        SCENARIO.replace("\"4ms\"", "\"0.004s\"")
    );
    assert_eq!(plain, digest(&dressed, &["run.seed=5"]));
    assert_ne!(
        plain,
        digest(SCENARIO, &["contestants.node.before.parse.cpu=1ms"])
    );
    assert_ne!(
        plain,
        digest(&SCENARIO.replace("weight = 9", "weight = 8"), &[])
    );
}
