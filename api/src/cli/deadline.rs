//! `chuan deadline`: counts a term by the calendar that comes with the program; needs no database.

use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use domain::calendar::{DeadlineKind, DeadlineUnit};
use domain::time::{vn_day, weekday_vi};

/// A term to be counted.
#[derive(Debug, Args)]
pub struct Deadline {
    /// The day of the event; it does not count itself.
    #[arg(long)]
    from: NaiveDate,
    /// How many.
    #[arg(long)]
    n: u32,
    /// day | working_day | month | year
    #[arg(long, value_parser = parse_unit)]
    unit: DeadlineUnit,
    /// Count by the calendar as it was published by this day.
    #[arg(long)]
    known_on: Option<NaiveDate>,
    /// by: the last day belongs to it; before: it must be done earlier.
    #[arg(long, default_value = "by", value_parser = parse_kind)]
    kind: DeadlineKind,
    /// How to answer.
    #[arg(long, default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Text,
    Json,
}

fn parse_unit(text: &str) -> Result<DeadlineUnit, String> {
    text.parse().map_err(|_unknown: domain::draft::UnknownCode| "day, working_day, month, year".to_owned())
}

fn parse_kind(text: &str) -> Result<DeadlineKind, String> {
    text.parse().map_err(|_unknown: domain::draft::UnknownCode| "by, before".to_owned())
}

/// Counts, and gives what to print.
pub fn run(question: &Deadline) -> anyhow::Result<String> {
    let calendar = api::calendar::data::embedded(question.known_on)?;
    let found = super::said(calendar.deadline(question.from, question.n, question.unit, question.kind).map_err(Into::into))?;
    Ok(match question.format {
        Format::Json => format!("{}\n", serde_json::to_string_pretty(&found)?),
        Format::Text => {
            let mut text = format!("{}, {}\n", weekday_vi(chrono::Datelike::weekday(&found.due)), vn_day(found.due));
            text += &format!("{}\n", found.explanation);
            for day in &found.skipped {
                text += &format!("  bỏ qua {}: {}\n", vn_day(day.date), day.reason);
            }
            text
        }
    })
}
