//! Files with a mistake in them: the schema refuses what the reader refuses for its structure, and nothing that the reader takes.

use proptest::prelude::*;
use serde_json::json;

use super::*;

/// Whether a message is about structure: an unknown key, a missing one, a wrong kind of value. In a file that is put over others what is
/// missing may be beneath.
pub(super) fn structural(message: &str, over: bool) -> bool {
    const BEGIN: [&str; 12] = [
        "unknown key",
        "unknown word",
        "unknown unit",
        "unknown distribution",
        "unknown kind of executor",
        "expected a whole number of at",
        "expected a number of zero",
        "a step does one thing",
        "this step does nothing",
        "this step needs",
        "the scenario has no",
        "there is no figure",
    ];
    const WITHIN: [&str; 6] = [
        ", found ",
        "` has no unit",
        " is not a number with a unit",
        " is negative",
        "` goes with `",
        " needs a unit of time",
    ];
    let missing = message.contains(" has no `")
        && !message.contains("endpoint")
        && (!over || message.starts_with("this "));
    let beneath = over && message == "expected a list of steps, found a table";
    let within = || WITHIN.iter().any(|part| message.contains(part));
    !beneath && (missing || BEGIN.iter().any(|part| message.starts_with(part)) || within())
}

/// A place in a file: names of keys, or positions in lists.
type Path = Vec<String>;

/// All places of a file but the whole.
fn places(value: &Value, at: &Path, found: &mut Vec<Path>) {
    let mut inner = |name: String, value: &Value| {
        let mut at = at.clone();
        at.push(name);
        found.push(at.clone());
        places(value, &at, found);
    };
    match value {
        Value::Object(table) => table
            .iter()
            .for_each(|(name, value)| inner(name.clone(), value)),
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                inner(i.to_string(), item);
            }
        }
        _ => {}
    }
}

fn at<'v>(value: &'v mut Value, path: &[String]) -> Option<&'v mut Value> {
    path.iter().try_fold(value, |value, name| match value {
        Value::Object(table) => table.get_mut(name),
        Value::Array(items) => items.get_mut(name.parse::<usize>().ok()?),
        _ => None,
    })
}

/// A mistake, if it can be made there.
#[derive(Clone, Debug)]
enum Mistake {
    /// A key is missing.
    Drop,
    /// A key that there is not.
    Add,
    /// Another value.
    Change(Value),
}

fn mistakes() -> Vec<Mistake> {
    let values = [
        json!("no such thing"),
        json!("2ms"),
        json!("2 fortnights"),
        json!("-2ms"),
        json!("400/s"),
        json!("64KiB"),
        json!("40MB/s"),
        json!("5%"),
        json!("exp(2ms)"),
        json!("gamma(2ms)"),
        json!("zipf(9, s=1)"),
        json!(1),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(true),
        json!([]),
        json!({}),
        json!({ "zzz": 1 }),
        json!([[]]),
    ];
    let mut all: Vec<Mistake> = values.into_iter().map(Mistake::Change).collect();
    all.extend([Mistake::Drop, Mistake::Add]);
    all
}

/// The file with a mistake. Not another file as a whole; nor another value where what it must be is said elsewhere: a parameter,
/// a limit, which is in the unit of its figure, and a collector's amounts, which are all bytes or all objects.
fn make(file: &Value, path: &[String], mistake: &Mistake) -> Option<Value> {
    let limit = |name: &String| ["below", "above"].contains(&name.as_str());
    let change = matches!(mistake, Mistake::Change(_));
    let param = path.first().is_some_and(|name| name == "params");
    let amounts = ["allocates", "young", "request", "copies", "old"];
    let amount =
        matches!(path, [.., table, key] if table == "gc" && amounts.contains(&key.as_str()));
    if change && (param || amount || path.last().is_none_or(limit)) {
        return None;
    }
    let mut file = file.clone();
    match mistake {
        Mistake::Drop => {
            let (name, table) = path.split_last()?;
            at(&mut file, table)?.as_object_mut()?.remove(name)?;
        }
        Mistake::Add => {
            let table = at(&mut file, path)?.as_object_mut()?;
            table.insert("zzz".to_owned(), json!(1));
        }
        Mistake::Change(value) => *at(&mut file, path)? = value.clone(),
    }
    Some(file)
}

/// What schema and reader say of a file, if they do not agree.
fn disagreement(validator: &Validator, kind: FileKind, file: &Value) -> Option<String> {
    let schema = validator.refuses(kind, file);
    let over = kind == FileKind::Scenario || file.get("model").is_some();
    let reader = read(kind, file).err();
    let structure = reader.iter().flat_map(Diagnostics::all);
    let structure = structure
        .map(|d| &d.message)
        .find(|message| structural(message, over));
    match (schema, &reader, structure) {
        (Some(schema), None, _) => Some(format!("only the schema refuses: {schema}")),
        (None, _, Some(message)) => Some(format!("only the reader refuses: {message}")),
        _ => None,
    }
}

/// Every mistake at every place of some small files that say much.
#[test]
fn on_every_mistake_in_some_files() {
    let validator = Validator::new();
    let (mut made, mut wrong) = (0, Vec::new());
    for name in [
        "hello",
        "worker-threads",
        "node-worker-threads",
        "hosts/linux-vm",
        "silent-clients",
    ] {
        let file = files()
            .find(|file| file.name == name)
            .expect("it is embedded");
        let kind = FileKind::of_embedded(file.path);
        let file = value(file.text);
        let mut all = vec![Path::new()];
        places(&file, &Path::new(), &mut all);
        for path in &all {
            for mistake in mistakes() {
                let Some(file) = make(&file, path, &mistake) else {
                    continue;
                };
                made += 1;
                if let Some(said) = disagreement(&validator, kind, &file) {
                    wrong.push(format!("{name} {} {mistake:?}: {said}", path.join(".")));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {made}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(made > 2000, "{made}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn on_any_mistake_in_any_file(
        file in prop::sample::select(files().collect::<Vec<_>>()),
        place in any::<prop::sample::Index>(),
        mistake in prop::sample::select(mistakes()),
    ) {
        thread_local!(static VALIDATOR: Validator = Validator::new());
        let kind = FileKind::of_embedded(file.path);
        let whole = value(file.text);
        let mut all = vec![Path::new()];
        places(&whole, &Path::new(), &mut all);
        let path = &all[place.index(all.len())];
        if let Some(wrong) = make(&whole, path, &mistake) {
            let said = VALIDATOR.with(|validator| disagreement(validator, kind, &wrong));
            prop_assert!(said.is_none(), "{} {}: {}", file.name, path.join("."), said.unwrap_or_default());
        }
    }
}
