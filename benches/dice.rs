//! What a draw costs: the address, each law, and the same law by rejection from a named generator.
//!
//! Each figure is the time of one draw in nanoseconds, the least of ten turns. `keyed` makes the word from a request's address first, as the
//! simulator does; `law` is given the words; `rand_distr` takes Xoshiro256++. `cargo bench --bench dice`.

use std::hint::black_box;
use std::time::Instant;

use crossover::kernel::{Count, Dist, Key, Path, Span};
use rand::SeedableRng;
use rand::rngs::Xoshiro256PlusPlus;
use rand_distr::{Distribution, Exp, Gamma, Geometric, LogNormal, Pareto, Poisson, Uniform, Zipf};

const MEAN: Span = Span::from_millis(5);
const NS: f64 = 5e6;

/// Prints what one call costs.
fn time<T>(name: &str, mut one: impl FnMut() -> T) {
    const CALLS: u32 = 1_000_000;
    let least = (0..10)
        .map(|_| {
            let start = Instant::now();
            for _ in 0..CALLS {
                black_box(one());
            }
            start.elapsed().as_secs_f64()
        })
        .fold(f64::MAX, f64::min);
    println!("{name:48} {:8.1}", least * 1e9 / f64::from(CALLS));
}

fn address() {
    let (root, path) = (Key::root(1, 0), Path::ROOT.child("product"));
    let mut ordinal = 0;
    time("address/nth and word", || {
        ordinal += 1;
        black_box(root).nth(ordinal).word(black_box(path))
    });
    let key = root.nth(7);
    time("address/word", || black_box(key).word(black_box(path)));
    time("a stored word (the loop of the laws below)", words());
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
fn law<T>(name: &str, draw: impl Fn(u64) -> T) {
    let mut word = words();
    time(&format!("{name}/law"), || draw(word()));
    let (root, path) = (Key::root(1, 0), Path::ROOT.child("product"));
    let mut ordinal = 0;
    time(&format!("{name}/keyed"), || {
        ordinal += 1;
        draw(black_box(root).nth(ordinal).word(path))
    });
}

/// The same law as others draw it.
fn other(name: &str, law: impl Distribution<f64>) {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
    time(&format!("{name}/rand_distr"), || law.sample(&mut rng));
}

fn times() {
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
        law(name, |word| black_box(&dist).sample(word));
    }
    other("exp", Exp::new(1.0 / NS).unwrap());
    other("lognormal", LogNormal::from_mean_cv(NS, 0.6).unwrap());
    other("gamma", Gamma::new(6.25, NS / 6.25).unwrap());
    other("pareto", Pareto::new(NS * 1.2 / 2.2, 2.2).unwrap());
    other("uniform", Uniform::new(0.0, NS).unwrap());
}

fn counts() {
    for (name, count) in [
        ("geometric", Count::geometric(2.0).unwrap()),
        ("poisson", Count::poisson(20.0).unwrap()),
        ("zipf", Count::zipf(10_000, 1.1).unwrap()),
        ("uniform count", Count::uniform(1, 5).unwrap()),
    ] {
        law(name, |word| black_box(&count).sample(word));
    }
    other("geometric", Geometric::new(0.5).unwrap().map(|n| n as f64));
    other("poisson", Poisson::new(20.0).unwrap());
    other("zipf", Zipf::new(10_000.0, 1.1).unwrap());
}

fn main() {
    address();
    times();
    counts();
}
