//! Commands that the program suggests, as they would be typed: with what was typed in place of the scenario's name, and all flags that the
//! suggestion does not change.

use clap::ValueEnum;

use super::super::args::{Format, Global};
use crate::experiment::Study;

/// What was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked<'a> {
    /// The command.
    pub command: &'a str,
    /// The scenario, by name or path.
    pub scenario: &'a str,
    /// Flags that only this command has, and that decide no figure.
    pub flags: Vec<String>,
}

impl<'a> Asked<'a> {
    /// A command without such flags.
    #[must_use]
    pub fn new(command: &'a str, scenario: &'a str) -> Self {
        Self {
            command,
            scenario,
            flags: Vec::new(),
        }
    }
}

/// A study names its scenario by its stem; a command that shall be repeated has to say what was typed.
///
/// `flags` are those of `global` that are to be repeated.
pub fn repeat_as_asked(global: &Global, study: &mut Study, asked: &Asked, flags: &[String]) {
    let command = asked.command;
    let named = format!("`crossover {command} {}", study.scenario);
    for shortfall in &mut study.shortfalls {
        let mut typed = format!("`crossover {command} {}", quoted(asked.scenario));
        for over in global.set.iter().filter(|over| !replaced(over, shortfall)) {
            typed.push_str(&format!(" --set {}", quoted(over)));
        }
        for flag in flags {
            // A suggestion may change it.
            let name = flag.split_once(' ').map_or(flag.as_str(), |(name, _)| name);
            if !shortfall.contains(&format!(" {name} ")) {
                typed.push_str(&format!(" {flag}"));
            }
        }
        *shortfall = shortfall.replace(&named, &typed);
    }
}

/// Whether a suggestion says something else in place of this override. Lengths exclude each other.
fn replaced(over: &str, suggestion: &str) -> bool {
    let key = over.split_once('=').map_or(over, |(key, _)| key).trim();
    let says = |key: &str| {
        suggestion.contains(&format!("--set {key}="))
            || suggestion.contains(&format!("--set '{key}="))
    };
    says(key) || key == "run.duration" && says("run.requests")
}

/// The flags that were given and decide what comes out, as they are typed.
pub fn deciding(global: &Global) -> Vec<String> {
    let flags = [
        global.seed.map(|n| format!("--seed {n}")),
        global.replications.map(|n| format!("--replications {n}")),
        global.precision.map(|p| format!("--precision {p}")),
    ];
    flags.into_iter().flatten().collect()
}

/// The flags that were given and decide where and how.
pub fn surrounding(global: &Global, asked: &Asked) -> Vec<String> {
    let format = global.format.to_possible_value();
    let format = format.filter(|_| global.format != Format::Table);
    let out = global.out.as_ref().map(|out| out.display().to_string());
    let flags = [
        global.threads.map(|n| format!("--threads {n}")),
        out.map(|out| format!("--out {}", quoted(&out))),
        format.map(|format| format!("--format {}", format.get_name())),
        global.quiet.then(|| "--quiet".to_owned()),
        global.assert_slo.then(|| "--assert-slo".to_owned()),
    ];
    let flags = flags.into_iter().flatten();
    flags.chain(asked.flags.iter().cloned()).collect()
}

/// As a shell takes it.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::report::fixture;

    fn typed(line: &str) -> Global {
        super::super::super::args::Args::parse_from(line.split(' ')).global
    }

    #[test]
    fn commands_to_repeat_are_as_typed() {
        let mut global = typed("crossover");
        global.set = vec![
            "arrivals.rate=400/s".to_owned(),
            "title=\"it's\"".to_owned(),
        ];
        let mut study = fixture::compare();
        let asked = Asked::new("compare", "my files/quickstart.toml");
        repeat_as_asked(&global, &mut study, &asked, &[]);
        assert!(
            study.shortfalls[0].ends_with(
                r#"`crossover compare 'my files/quickstart.toml' --set arrivals.rate=400/s --set 'title="it'\''s"' --replications 40`"#
            ),
            "{}",
            study.shortfalls[0]
        );
    }

    #[test]
    fn other_flags_are_carried_over() {
        let global = typed(
            "crossover --seed 7 --replications 4 --out=my/results -q --set run.duration=5s --set arrivals.rate=9/s",
        );
        let asked = Asked {
            flags: vec!["--baseline before".to_owned()],
            ..Asked::new("run", "head-of-line")
        };
        let mut study = fixture::small();
        study.shortfalls = vec![format!(
            "few: `crossover run {} --set 'arrivals.rate=[\"1/s\"]' --set run.requests=5000`",
            study.scenario
        )];
        let flags = [deciding(&global), surrounding(&global, &asked)].concat();
        repeat_as_asked(&global, &mut study, &asked, &flags);
        assert_eq!(
            study.shortfalls[0],
            "few: `crossover run head-of-line --seed 7 --replications 4 --out my/results --quiet --baseline before \
             --set 'arrivals.rate=[\"1/s\"]' --set run.requests=5000`"
        );
    }
}
