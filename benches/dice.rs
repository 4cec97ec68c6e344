//! What a draw costs: the address, each law, and the same law by rejection from a named generator.
//!
//! Each figure is the time of one draw. `*/keyed` makes the word from a request's address first, as the simulator does;
//! `*/law` is given the words; `*/rand_distr` takes Xoshiro256++.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use crossover::kernel::{Count, Dist, Key, Path, Span};
use rand::SeedableRng;
use rand::rngs::Xoshiro256PlusPlus;
use rand_distr::{Distribution, Exp, Gamma, Geometric, LogNormal, Pareto, Poisson, Uniform, Zipf};

const MEAN: Span = Span::from_millis(5);
const NS: f64 = 5e6;

fn address(c: &mut Criterion) {
    let mut group = c.benchmark_group("address");
    let (root, path) = (Key::root(1, 0), Path::ROOT.child("product"));
    let mut ordinal = 0;
    group.bench_function("nth and word", |b| {
        b.iter(|| {
            ordinal += 1;
            black_box(root).nth(ordinal).word(black_box(path))
        });
    });
    let mut words = words();
    group.bench_function("word", |b| {
        let key = root.nth(7);
        b.iter(|| black_box(key).word(black_box(path)));
    });
    group.bench_function("a stored word (the loop of the laws below)", |b| {
        b.iter(&mut words);
    });
    group.finish();
}

/// Stored words in turn, so that a law is measured alone.
fn words() -> impl FnMut() -> u64 {
    let path = Path::ROOT.child("bench");
    let words: Vec<u64> = (0..4096)
        .map(|i| Key::root(1, 0).nth(i).word(path))
        .collect();
    let mut next = 0;
    move || {
        next = (next + 1) % 4096;
        words[next]
    }
}

/// `draw` by itself and keyed.
fn law<T>(c: &mut Criterion, name: &str, draw: impl Fn(u64) -> T) {
    let mut word = words();
    c.bench_function(&format!("{name}/law"), |b| b.iter(|| draw(word())));
    let (root, path) = (Key::root(1, 0), Path::ROOT.child("product"));
    let mut ordinal = 0;
    c.bench_function(&format!("{name}/keyed"), |b| {
        b.iter(|| {
            ordinal += 1;
            draw(black_box(root).nth(ordinal).word(path))
        });
    });
}

/// The same law as others draw it.
fn other(c: &mut Criterion, name: &str, law: impl Distribution<f64>) {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
    c.bench_function(&format!("{name}/rand_distr"), |b| {
        b.iter(|| law.sample(&mut rng));
    });
}

fn times(c: &mut Criterion) {
    let values = (0..10_000).map(|i| Span(i * i)).collect();
    for (name, dist) in [
        ("exp", Dist::exp(MEAN)),
        ("lognormal", Dist::lognormal(MEAN, 0.6).unwrap()),
        ("gamma", Dist::gamma(MEAN, 0.4).unwrap()),
        ("pareto", Dist::pareto(MEAN, 2.2).unwrap()),
        ("uniform", Dist::uniform(Span::ZERO, MEAN).unwrap()),
        ("bimodal", Dist::bimodal(MEAN, MEAN * 10, 0.05).unwrap()),
        ("samples", Dist::samples(values).unwrap()),
    ] {
        law(c, name, |word| black_box(&dist).sample(word));
    }
    other(c, "exp", Exp::new(1.0 / NS).unwrap());
    other(c, "lognormal", LogNormal::from_mean_cv(NS, 0.6).unwrap());
    other(c, "gamma", Gamma::new(6.25, NS / 6.25).unwrap());
    other(c, "pareto", Pareto::new(NS * 1.2 / 2.2, 2.2).unwrap());
    other(c, "uniform", Uniform::new(0.0, NS).unwrap());
}

fn counts(c: &mut Criterion) {
    for (name, count) in [
        ("geometric", Count::geometric(2.0).unwrap()),
        ("poisson", Count::poisson(20.0).unwrap()),
        ("zipf", Count::zipf(10_000, 1.1).unwrap()),
        ("uniform count", Count::uniform(1, 5).unwrap()),
    ] {
        law(c, name, |word| black_box(&count).sample(word));
    }
    other(
        c,
        "geometric",
        Geometric::new(0.5).unwrap().map(|n| n as f64),
    );
    other(c, "poisson", Poisson::new(20.0).unwrap());
    other(c, "zipf", Zipf::new(10_000.0, 1.1).unwrap());
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20)
        .warm_up_time(std::time::Duration::from_millis(300))
        .measurement_time(std::time::Duration::from_secs(1));
    targets = address, times, counts
}
criterion_main!(benches);
