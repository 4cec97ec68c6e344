use super::*;

fn good(value: f64) -> Option<Jackknifed> {
    Some(Jackknifed {
        full: value,
        without: vec![value * 0.999, value * 1.001],
    })
}

/// Runs a map of two contestants whose capacities are these functions of the place; how many points it took.
fn run(
    size: (usize, usize),
    a: impl Fn(f64, f64) -> f64,
    b: impl Fn(f64, f64) -> f64,
) -> (Lattice, usize) {
    let mut lattice = Lattice::new(size, 2, 2);
    let mut count = 0;
    loop {
        let wanted = lattice.wanted();
        if wanted.is_empty() {
            return (lattice, count);
        }
        count += wanted.len();
        lattice.learn(wanted.into_iter().map(|((x, y), care)| {
            let (u, v) = (x as f64, y as f64);
            (((x, y), care), vec![good(a(u, v)), good(b(u, v))])
        }));
    }
}

fn sign(lattice: &Lattice, filled: &[Option<(Vec<Jackknifed>, bool)>], x: usize, y: usize) -> f64 {
    filled[y * lattice.width + x].as_ref().unwrap().0[0].full
}

#[test]
fn lines_reach_both_ends() {
    assert_eq!(lines(40), [0, 8, 16, 23, 31, 39]);
    assert_eq!(lines(3), [0, 1, 2]);
    assert_eq!(lines(1), [0]);
}

/// A plane of equal capacities at x = 13.3: the points next to the line have the right sign, and few were simulated.
#[test]
fn a_smooth_line_takes_few_points() {
    let (lattice, count) = run((40, 40), |x, _| 100.0 + x - 13.3, |_, _| 100.0);
    let filled = lattice.filled();
    for y in 0..40 {
        assert!(sign(&lattice, &filled, 13, y) < 0.0 && sign(&lattice, &filled, 14, y) > 0.0);
    }
    assert!((36..120).contains(&count), "{count}");
}

/// A circle with an edge: inside twice as much, outside half. The cuts follow it to the finest part.
#[test]
fn an_edge_is_followed() {
    let inside = |x: f64, y: f64| (x - 18.0).hypot(y - 20.0) < 11.4;
    let (lattice, count) = run(
        (40, 40),
        |x, y| if inside(x, y) { 200.0 } else { 50.0 },
        |_, _| 100.0,
    );
    let filled = lattice.filled();
    let wrong = (0..1600)
        .filter(|i| {
            let (x, y) = (i % 40, i / 40);
            (sign(&lattice, &filled, x, y) > 0.0) != inside(x as f64, y as f64)
        })
        .count();
    assert!(wrong <= 8, "{wrong} of 1,600 on the wrong side");
    assert!(count < 600, "{count}");
}

/// One point is not known: the picture is still complete, and nobody is sure there.
#[test]
fn what_is_not_known_is_not_sure() {
    let mut lattice = Lattice::new((2, 2), 2, 2);
    for care in [Care::Brief, Care::Full] {
        let wanted = lattice.wanted();
        assert!(wanted.len() == 4 && wanted.iter().all(|w| w.1 == care));
        lattice.learn(wanted.into_iter().map(|(at, care)| {
            let first = if at == (0, 0) { None } else { good(2.0) };
            ((at, care), vec![first, good(1.0)])
        }));
    }
    assert_eq!(lattice.wanted(), []);
    let filled = lattice.filled();
    let (leads, alive) = filled[0].as_ref().unwrap();
    assert!(*alive && !leads[0].interval(Scale::Linear).excludes_zero());
    let (leads, _) = filled[3].as_ref().unwrap();
    assert!(leads[0].interval(Scale::Linear).excludes_zero());
}

#[test]
fn nothing_and_no_limit_have_a_lead() {
    let inf = f64::INFINITY;
    let cases = [
        (inf, inf, 0.0),
        (inf, 1.0, 1.0),
        (1.0, inf, -1.0),
        (0.0, 0.0, 0.0),
        (0.0, 5.0, -1.0),
        (3.0, 1.0, 0.5),
    ];
    for (a, b, expected) in cases {
        assert_eq!(lead(a, b), expected);
    }
}
