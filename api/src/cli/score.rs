//! `chuan score`: scores an inputs file by a set file; needs no database.

use std::path::PathBuf;

use api::criteria::{self, report};
use clap::{Args, ValueEnum};
use domain::scoring::{Tree, UnitScore, file};
use render::{Catalogue, Lang};

/// Units to be scored.
#[derive(Debug, Args)]
pub struct Score {
    /// Criteria set (YAML or JSON, format 1).
    #[arg(long)]
    set: PathBuf,
    /// Declared figures of units (YAML or JSON, format 1).
    #[arg(long)]
    inputs: PathBuf,
    /// How to answer.
    #[arg(long, default_value = "table")]
    format: Format,
    /// Compare with the `expected` blocks of the inputs; any difference is an error.
    #[arg(long)]
    check: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Json,
    Table,
}

/// Scores, and gives what to print.
pub fn run(question: &Score) -> anyhow::Result<String> {
    let read = |path: &PathBuf| std::fs::read_to_string(path).map_err(|error| anyhow::anyhow!("{}: {error}", path.display()));
    let set = super::said(criteria::usable_set(&read(&question.set)?))?;
    let inputs = super::said(criteria::tree("inputs", &read(&question.inputs)?))?;
    let units = super::said(file::read_inputs(&set, &inputs).map_err(Into::into))?;
    let (units, expected): (Vec<_>, Vec<_>) = units.into_iter().unzip();
    let scores = super::said(criteria::score_all(&set, &units).map_err(Into::into))?;
    let groups: Vec<_> = units.iter().map(|unit| unit.group.clone()).collect();
    let ranks = criteria::ranks(&set, &scores, &groups);
    let catalogue = Catalogue::embedded()?;
    let scored: Vec<_> =
        scores.iter().zip(ranks).map(|(score, rank)| report::scored(&set, score, Some(rank), &catalogue, Lang::Vi)).collect();
    if question.check {
        let mut wrong = Vec::new();
        for (scored, expected) in scored.iter().zip(expected) {
            if let Some(expected) = expected {
                differences(&scored.id, &serde_json::to_value(scored)?, expected, &mut wrong);
            }
        }
        anyhow::ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
    match question.format {
        Format::Json => Ok(format!("{}\n", serde_json::to_string_pretty(&serde_json::json!({ "units": scored }))?)),
        Format::Table => Ok(table(&set, &scores, &scored, &catalogue)),
    }
}

/// What the file expects and the score does not give.
fn differences(place: &str, found: &serde_json::Value, expected: &Tree, wrong: &mut Vec<String>) {
    match expected {
        Tree::Map(entries) => {
            for (key, expected) in entries {
                let inner = found.get(&key.text).unwrap_or(&serde_json::Value::Null);
                differences(&format!("{place}/{}", key.text), inner, expected, wrong);
            }
        }
        expected => {
            let expected = criteria::yaml::to_json(expected);
            if *found != expected {
                wrong.push(format!("{place}: chờ đợi {expected}, tính được {found}"));
            }
        }
    }
}

fn table(set: &domain::scoring::CriteriaSet, scores: &[UnitScore], scored: &[report::Scored], catalogue: &Catalogue) -> String {
    let mut text = format!("{}\n", set.title);
    let places = set.places();
    for (score, scored) in scores.iter().zip(scored) {
        text += &format!("\n== {}\n", score.id);
        for line in &score.lines {
            text += &format!("{:<10} {}\n", line.code, report::words(catalogue, Lang::Vi, &line.result.how));
            for warning in &line.result.warnings {
                text += &format!("{:<10} ! {}\n", "", report::warning(catalogue, Lang::Vi, &warning.said));
            }
        }
        for field in &score.fields {
            let percent = field.percent.as_ref().map_or_else(String::new, |percent| format!("{} %", percent.vn(2)));
            text +=
                &format!("{:<10} {:>8} / {:>8} {percent:>10}\n", field.code, field.achieved.vn(places), field.maximum.vn(places));
        }
        let say = |key: &str| catalogue.get(Lang::Vi, &format!("score.{key}"), &[]);
        for (key, value) in [
            ("achieved", &score.achieved),
            ("maximum", &score.maximum),
            ("base", &score.base),
            ("bonus", &score.bonus),
            ("penalty", &score.penalty),
            ("final", &score.total),
        ] {
            text += &format!("{}: {}\n", say(key), value.vn(places));
        }
        text += &format!("{}: {}\n", say("grade"), score.grade.as_deref().unwrap_or("–"));
        text += &format!("{}: {}\n", say("rank"), scored.rank.map_or_else(|| "–".to_owned(), |rank| rank.to_string()));
    }
    text
}
