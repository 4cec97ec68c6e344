//! What the load that people have asks of each contestant, and what the answer hangs on: first in the verdict, since it is what
//! people came to ask.

use super::super::{view, words};
use crate::experiment::{Change, Expected, IDLE, Sensitive, Share, Study, idle};

/// Below this share of a resource it is not told how much.
const LEAST: f64 = 1e-4;

/// The sentences about the expected load; none where the scenario names no such load.
pub fn sentences(study: &Study) -> Vec<String> {
    let Some(expected) = &study.verdict.expected else {
        return Vec::new();
    };
    let mut out = vec![shares(study, expected)];
    if idle(&expected.shares) {
        out.push(format!(
            "Everybody stays below {} there: choose on other grounds than this.",
            words::percent(IDLE)
        ));
    }
    out.push(hangs_on(expected));
    out
}

fn shares(study: &Study, expected: &Expected) -> String {
    let each: Vec<String> = expected.shares.iter().map(share).collect();
    format!(
        "At the expected {} {}: {}.",
        words::number(expected.load),
        view::unit(study),
        each.join("; ")
    )
}

/// `node 7 % of its loop, headroom 9.2 times`.
fn share(share: &Share) -> String {
    let mut text = share.contestant.clone();
    match &share.used {
        Some((resource, used)) => {
            text += &format!(" {} of {}", used_share(*used), words::resource(resource));
        }
        None => text += " has no limit",
    }
    match (share.headroom, share.instances()) {
        (Some(headroom), Some(1)) => {
            text += &format!(", carries {} times that", times(headroom));
        }
        (Some(_), Some(instances)) => {
            text += &format!(", takes {instances} machines");
            if let Some((resource, _)) = share.used.as_ref().filter(|_| share.called) {
                text += &format!(" and as many times the {}", words::resource(resource));
            }
        }
        _ => text += ", what it carries is not known",
    }
    if share.met == Some(false) && share.instances() == Some(1) {
        text += ", misses the objective";
    }
    text
}

/// What is nearly nothing needs no digits.
fn used_share(used: f64) -> String {
    if used > 0.0 && used < LEAST {
        format!("less than {}", words::percent(LEAST))
    } else {
        words::percent(used)
    }
}

/// Three digits, also of thousands.
fn times(headroom: f64) -> String {
    if headroom < 1000.0 {
        return words::number(headroom);
    }
    words::number(words::round_down(headroom))
}

fn hangs_on(expected: &Expected) -> String {
    let inputs = words::list(&expected.varied);
    if expected.sensitive.is_empty() {
        return format!(
            "No input (of {inputs}) changes that by being half as large, or half as large again."
        );
    }
    let each: Vec<String> = expected.sensitive.iter().map(sensitive).collect();
    format!(
        "Of {inputs}, × 0.5 and × 1.5, these change that: {}.",
        each.join("; ")
    )
}

/// `template of 1.34ms × 1.5: node-cluster takes 2 machines instead of 1`.
fn sensitive(one: &Sensitive) -> String {
    let Sensitive {
        input,
        from,
        factor,
        change,
    } = one;
    let of = if from.is_empty() {
        String::new()
    } else {
        format!(" of {from}")
    };
    let what = match change {
        Change::Idle(true) => "everybody is nearly idle".to_owned(),
        Change::Idle(false) => "somebody is no longer nearly idle".to_owned(),
        Change::Best(was, is) => format!("{is} carries most instead of {was}"),
        Change::Instances(who, was, is) => format!("{who} takes {is} machines instead of {was}"),
        Change::Met { misses, meets } => {
            let turned = |who: &[String], one: &str, many: &str| {
                let verb = if who.len() == 1 { one } else { many };
                (!who.is_empty()).then(|| format!("{} {verb} the objective", words::list(who)))
            };
            let both = [
                turned(misses, "misses", "miss"),
                turned(meets, "meets", "meet"),
            ];
            both.into_iter().flatten().collect::<Vec<_>>().join(", ")
        }
    };
    format!("{input}{of} × {factor}: {what}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    fn share(contestant: &str, used: f64, headroom: f64) -> Share {
        Share {
            contestant: contestant.to_owned(),
            used: Some(("cores".to_owned(), used)),
            called: false,
            met: Some(headroom >= 1.0),
            headroom: Some(headroom),
        }
    }

    fn said(shares: Vec<Share>, sensitive: Vec<Sensitive>) -> Vec<String> {
        let mut study = fixture::compare();
        study.verdict.expected = Some(Expected {
            load: 1.39,
            shares,
            sensitive,
            varied: vec!["load".to_owned(), "query".to_owned()],
        });
        sentences(&study)
    }

    #[test]
    fn nearly_idle() {
        let said = said(
            vec![share("node", 0.02, 41.0), share("django-sync", 0.05, 18.2)],
            Vec::new(),
        );
        assert_eq!(
            said,
            [
                "At the expected 1.39 requests/s: node 2 % of cores, carries 41.0 times that; django-sync 5 % of cores, carries 18.2 times that.",
                "Everybody stays below 10 % there: choose on other grounds than this.",
                "No input (of load and query) changes that by being half as large, or half as large again.",
            ]
        );
    }

    /// Of a database that is used for 1.7 millionths.
    #[test]
    fn what_is_nearly_nothing_is_not_told_to_a_digit() {
        let said = said(vec![share("node", 1.7e-6, 543_896.0)], Vec::new());
        assert_eq!(
            said[0],
            "At the expected 1.39 requests/s: node less than 0.01 % of cores, carries 543,000 times that."
        );
    }

    /// More machines of the application do not help where the database is full.
    #[test]
    fn who_is_called_is_needed_as_often() {
        let mut full = share("node", 1.4, 1.0 / 1.5);
        (full.used, full.called) = (Some(("postgres".to_owned(), 1.4)), true);
        assert!(
            said(vec![full], Vec::new())[0]
                .ends_with("takes 2 machines and as many times the postgres.")
        );
    }

    /// Of a wait that fills nothing the objective alone tells.
    #[test]
    fn who_misses_and_who_meets() {
        let hangs = Sensitive {
            input: "api".to_owned(),
            from: "80ms".to_owned(),
            factor: 1.5,
            change: Change::Met {
                misses: vec!["node".to_owned(), "django-sync".to_owned()],
                meets: vec!["django-asgi".to_owned()],
            },
        };
        let said = said(vec![share("node", 0.3, 2.5)], vec![hangs]);
        assert_eq!(
            said[1],
            "Of load and query, × 0.5 and × 1.5, these change that: api of 80ms × 1.5: node and django-sync miss the objective, django-asgi meets the objective."
        );
    }

    /// 2.2 machines are three.
    #[test]
    fn machines_and_what_they_hang_on() {
        let hangs = Sensitive {
            input: "query".to_owned(),
            from: "4ms".to_owned(),
            factor: 1.5,
            change: Change::Instances("node".to_owned(), 3, 4),
        };
        let said = said(vec![share("node", 2.1, 1.0 / 2.2)], vec![hangs]);
        assert_eq!(
            said,
            [
                "At the expected 1.39 requests/s: node 210 % of cores, takes 3 machines.",
                "Of load and query, × 0.5 and × 1.5, these change that: query of 4ms × 1.5: node takes 4 machines instead of 3.",
            ]
        );
    }
}
