//! `explain.csv`, a figure a line, and `explain.json`.

use serde_json::{Map, Value, json};

use super::band;
use crate::experiment::explain::{Explained, Explanation, Slice, Without};
use crate::experiment::{Estimate, LoadUnit};
use crate::measure::Component;
use crate::report::columns::rounded;

/// One figure of one contestant.
struct Figure {
    part: &'static str,
    item: String,
    name: String,
    value: Option<f64>,
    lo: Option<f64>,
    hi: Option<f64>,
}

impl Figure {
    fn plain(part: &'static str, item: &str, name: &str, value: Option<f64>) -> Self {
        Self {
            part,
            item: item.to_owned(),
            name: name.to_owned(),
            value,
            lo: None,
            hi: None,
        }
    }

    fn estimate(part: &'static str, item: &str, name: &str, estimate: Option<Estimate>) -> Self {
        Self {
            lo: estimate.map(|e| e.lo),
            hi: estimate.map(|e| e.hi),
            ..Self::plain(part, item, name, estimate.map(|e| e.value))
        }
    }
}

/// `contestant,endpoint,load,load_unit,part,item,figure,value,lo,hi`, where `part` is `latency`, `band`, `without` or `law`.
/// Absent figures are empty.
#[must_use]
pub fn csv(explanation: &Explanation) -> String {
    let mut out = String::from("contestant,endpoint,load,load_unit,part,item,figure,value,lo,hi\n");
    let cell = |value: Option<f64>| {
        value
            .and_then(rounded)
            .map_or_else(String::new, |v| v.to_string())
    };
    for one in &explanation.contestants {
        for figure in figures(explanation, one) {
            let cells = [
                one.info.name.clone(),
                endpoint(explanation),
                cell(Some(explanation.load)),
                unit(explanation).to_owned(),
                figure.part.to_owned(),
                figure.item,
                figure.name,
                cell(figure.value),
                cell(figure.lo),
                cell(figure.hi),
            ];
            let cells: Vec<String> = cells
                .iter()
                .map(|c| crate::report::csv::quoted(c))
                .collect();
            out.push_str(&cells.join(","));
            out.push('\n');
        }
    }
    out
}

fn endpoint(explanation: &Explanation) -> String {
    explanation
        .endpoint
        .clone()
        .unwrap_or_else(|| "all".to_owned())
}

fn unit(explanation: &Explanation) -> &'static str {
    match explanation.load_unit {
        LoadUnit::Rps => "rps",
        LoadUnit::Users => "users",
    }
}

fn figures(explanation: &Explanation, one: &Explained) -> Vec<Figure> {
    let row = &one.row;
    let latencies = [
        ("mean_ms", row.mean_ms),
        ("p50_ms", row.p50_ms),
        ("p90_ms", row.p90_ms),
        ("p99_ms", row.p99_ms),
    ];
    let mut all: Vec<Figure> = latencies
        .into_iter()
        .map(|(name, figure)| Figure::estimate("latency", "", name, figure))
        .collect();
    for slice in &one.bands {
        all.extend(slice_figures(explanation, slice));
    }
    for without in one.without.iter().chain(&one.together) {
        let item = without.title.as_str();
        all.push(Figure::estimate("without", item, "p99_ms", without.p99_ms));
        all.push(Figure::estimate(
            "without",
            item,
            "less_ms",
            without.less_ms,
        ));
        all.push(Figure::plain(
            "without",
            item,
            "share_of_slowest",
            without.charged,
        ));
    }
    for law in &one.laws.resources {
        let item = law.resource.as_str();
        all.push(Figure::plain("law", item, "demand_ms", Some(law.demand_ms)));
        all.push(Figure::plain("law", item, "used", Some(law.used)));
        all.push(Figure::plain("law", item, "simulated", law.seen));
        all.push(Figure::plain("law", item, "full_at", law.bound));
    }
    all.push(Figure::plain(
        "law",
        "",
        "zero_load_ms",
        Some(one.laws.zero_load_ms),
    ));
    all.push(Figure::plain("law", "", "knee", one.laws.knee));
    all
}

fn slice_figures(explanation: &Explanation, slice: &Slice) -> Vec<Figure> {
    let item = band(slice);
    let plain = |name: &str, value: f64| Figure::plain("band", &item, name, Some(value));
    let mut all = vec![
        plain("requests", slice.requests as f64),
        plain("from_ms", slice.limits_ms.0),
        Figure::plain("band", &item, "to_ms", slice.limits_ms.1),
    ];
    let name = |component: Component| format!("{}_ms", component.name());
    for component in Component::ALL {
        all.push(plain(
            &name(component),
            slice.account_ms[component as usize],
        ));
    }
    let inside = explanation.services.iter().zip(&slice.inside_ms);
    for (service, account) in inside {
        for component in Component::ALL
            .into_iter()
            .filter(|c| account[*c as usize] > 0.0)
        {
            let name = format!("{service}.{}", name(component));
            all.push(plain(&name, account[component as usize]));
        }
    }
    for (endpoint, share) in explanation.endpoints.iter().zip(&slice.endpoints) {
        all.push(plain(&format!("share_{endpoint}"), *share));
    }
    all
}

/// The whole, nested: a member for each contestant.
#[must_use]
pub fn json(explanation: &Explanation) -> String {
    let each = explanation
        .contestants
        .iter()
        .map(|one| contestant(explanation, one));
    let value = json!({
        "scenario": explanation.scenario,
        "title": explanation.title,
        "seed": explanation.seed,
        "version": explanation.version,
        "digest": explanation.digest,
        "load": number(Some(explanation.load)),
        "load_unit": unit(explanation),
        "endpoint": endpoint(explanation),
        "notes": explanation.notes,
        "shortfalls": explanation.shortfalls,
        "interrupted": explanation.interrupted(),
        "contestants": each.collect::<Vec<_>>(),
    });
    format!("{value:#}\n")
}

fn contestant(explanation: &Explanation, one: &Explained) -> Value {
    let latency = figures(explanation, one)
        .into_iter()
        .filter(|f| f.part == "latency");
    let latency: Map<String, Value> = latency
        .map(|f| (f.name, json!([number(f.value), number(f.lo), number(f.hi)])))
        .collect();
    let bands = one.bands.iter().map(|slice| {
        let figures = slice_figures(explanation, slice).into_iter();
        let mut members: Map<String, Value> = figures.map(|f| (f.name, number(f.value))).collect();
        members.insert("band".to_owned(), json!(band(slice)));
        Value::Object(members)
    });
    let laws = one.laws.resources.iter().map(|law| {
        json!({
            "resource": law.resource,
            "units": law.units,
            "demand_ms": number(Some(law.demand_ms)),
            "used": number(Some(law.used)),
            "simulated": number(law.seen),
            "full_at": number(law.bound),
        })
    });
    json!({
        "contestant": one.info.name,
        "saturated": one.row.saturated,
        "requests": one.row.requests,
        "latency": latency,
        "bands": bands.collect::<Vec<_>>(),
        "without": one.without.iter().map(without).collect::<Vec<_>>(),
        "together": one.together.as_ref().map(without),
        "laws": laws.collect::<Vec<_>>(),
        "zero_load_ms": number(Some(one.laws.zero_load_ms)),
        "knee": number(one.laws.knee),
    })
}

fn without(without: &Without) -> Value {
    let estimate = |e: Option<Estimate>| {
        let parts = [e.map(|e| e.value), e.map(|e| e.lo), e.map(|e| e.hi)];
        json!(parts.map(number))
    };
    json!({
        "without": without.title,
        "change": without.change,
        "share_of_slowest": number(without.charged),
        "saturated": without.saturated,
        "p99_ms": estimate(without.p99_ms),
        "less_ms": estimate(without.less_ms),
    })
}

fn number(value: Option<f64>) -> Value {
    value.and_then(rounded).map_or(Value::Null, |v| json!(v))
}
