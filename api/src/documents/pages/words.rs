//! Words, choices and tones that the pages of documents share.

use std::collections::BTreeMap;

use domain::document::content::TimeCheck;
use domain::document::content::TimeVerdict;
use domain::document::control::{OfferState, Validity};
use domain::document::{DocumentKind, DocumentState, RequestSource, RevisionState, TextForm};
use domain::draft::Problems;
use domain::id::{PersonId, UnitId};
use domain::permission::{Permission, Role};
use domain::record::Subject;
use entities::{assignment, document, person, revision};
use render::Form;
use render::views::documents::TimeShown;
use render::views::findings::Link;
use render::views::part::{Choice, Tone};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::super::revisions::{Ground, Task, numbers_of};
use crate::app::App;
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::findings::pages::choices;
use crate::units::alive;
use crate::web::{self, say};

/// The list of controlled documents.
pub const LIST: &str = "/quy-trinh";

/// Most choices of one field.
pub const MOST_CHOICES: u64 = 500;

pub const fn tone(state: DocumentState) -> Tone {
    match state {
        DocumentState::Preparing => Tone::Info,
        DocumentState::InForce => Tone::Good,
        DocumentState::Withdrawn => Tone::Neutral,
    }
}

pub const fn revision_tone(state: RevisionState) -> Tone {
    use RevisionState as S;
    match state {
        S::Proposed | S::Approved => Tone::Warn,
        S::Draft | S::InReview | S::InApproval => Tone::Info,
        S::Effective => Tone::Good,
        S::Superseded | S::Withdrawn | S::Archived | S::Cancelled => Tone::Neutral,
    }
}

pub const fn offer_tone(state: OfferState) -> Tone {
    match state {
        OfferState::Pending => Tone::Warn,
        OfferState::Overdue => Tone::Bad,
        OfferState::Acknowledged => Tone::Good,
        OfferState::Void => Tone::Neutral,
    }
}

pub const fn validity_tone(validity: Validity) -> Tone {
    match validity {
        Validity::NotYet => Tone::Info,
        Validity::InForce => Tone::Good,
        Validity::Expiring => Tone::Warn,
        Validity::Expired | Validity::Replaced => Tone::Bad,
    }
}

/// Code and title of a document, as links read.
pub fn name_of(row: &document::Model) -> String {
    row.code.as_ref().map_or_else(|| row.title.clone(), |code| format!("{code} {}", row.title))
}

/// A link to a document.
pub fn document_link(row: &document::Model) -> Link {
    Link { href: web::link_to(Subject::Document, row.id.0), text: name_of(row) }
}

/// `01/00`, or the code of the request.
pub fn number_of(row: &revision::Model) -> String {
    numbers_of(row).map_or_else(|| row.request_code.clone().unwrap_or_default(), |numbers| numbers.to_string())
}

/// What a revision is called: code of its document and its number.
pub fn title_of(app: &App, parent: &document::Model, row: &revision::Model) -> String {
    let name = parent.code.clone().unwrap_or_else(|| parent.title.clone());
    let which = match (numbers_of(row), &row.request_code) {
        (Some(numbers), _) => say(app, "document.number_of", &[("number", numbers.to_string())]),
        (None, code) => say(app, "document.request_of", &[("code", code.clone().unwrap_or_default())]),
    };
    format!("{name} · {which}")
}

pub fn sources(app: &App) -> Vec<Choice> {
    choices(app, RequestSource::KEY, RequestSource::ALL)
}

pub fn kinds(app: &App) -> Vec<Choice> {
    choices(app, DocumentKind::KEY, DocumentKind::ALL)
}

pub fn text_forms(app: &App) -> Vec<Choice> {
    choices(app, TextForm::KEY, TextForm::ALL)
}

/// People who work on documents at a unit or below it, by name.
pub async fn staff(db: &impl ConnectionTrait, caller: &Caller, unit: UnitId) -> Result<Vec<Choice>> {
    let roles = Role::ALL.iter().copied().filter(|role| role.grants(Permission::WorkOnDocuments));
    let held: Vec<PersonId> = assignment::Entity::find()
        .select_only()
        .column(assignment::Column::PersonId)
        .distinct()
        .filter(assignment::Column::Role.is_in(roles))
        .filter(assignment::Column::UnitId.in_subquery(super::super::below(unit)))
        .filter(alive(assignment::Column::ValidFrom, assignment::Column::ValidTo, caller.today))
        .limit(MOST_CHOICES)
        .into_tuple()
        .all(db)
        .await?;
    let rows = person::Entity::find()
        .filter(person::Column::Id.is_in(held))
        .filter(person::Column::DisabledAt.is_null())
        .order_by_asc(person::Column::FullName)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| Choice::new(row.id.to_string(), row.full_name)).collect())
}

/// Why a revision is wanted, as a form says it.
///
/// # Errors
/// Everything missing.
pub fn ground_of(form: &Form) -> Result<Ground> {
    let mut problems = Problems::new();
    let source = form.value("request_source").parse::<RequestSource>();
    problems.check(source.is_err(), "request_source", "required");
    problems.text("reason", form.value("reason"), 2_000);
    problems.finish()?;
    let text = |name: &str| Some(form.value(name).to_owned());
    Ok(Ground {
        source: source.map_err(|_unknown| Error::field("request_source", "required"))?,
        source_ref: text("source_ref"),
        reason: form.value("reason").to_owned(),
        changed_part: text("changed_part"),
        summary: text("summary"),
    })
}

/// Who drafts, until when and in which form.
///
/// # Errors
/// Everything missing.
pub fn task_of(form: &Form) -> Result<Task> {
    let mut problems = Problems::new();
    let (drafter_id, due_on) = drafter_of(form, &mut problems);
    let kept = form.value("text_form").parse::<TextForm>();
    problems.check(kept.is_err(), "text_form", "required");
    problems.finish()?;
    Ok(Task {
        drafter_id,
        due_on,
        form: kept.map_err(|_unknown| Error::field("text_form", "required"))?,
        new_issue: form.value("new_issue") == "yes",
    })
}

/// Who drafts, until when; nobody where `drafter_id` is a problem.
pub fn drafter_of(form: &Form, problems: &mut Problems) -> (PersonId, Option<chrono::NaiveDate>) {
    let drafter_id = form.value("drafter_id").parse::<PersonId>();
    problems.check(drafter_id.is_err(), "drafter_id", "required");
    (drafter_id.unwrap_or(PersonId(uuid::Uuid::nil())), optional_date(form, "draft_due_on", problems))
}

/// A date that may be left out.
pub fn optional_date(form: &Form, name: &str, problems: &mut Problems) -> Option<chrono::NaiveDate> {
    let typed = form.value(name).trim();
    let date = typed.parse().ok();
    problems.check(!typed.is_empty() && date.is_none(), name, "expected_date");
    date
}

/// The fields of tasks and grounds, as use cases name them, under the names of the forms.
pub fn task_field(field: &str) -> String {
    match field {
        "due_on" => "draft_due_on",
        "source" => "request_source",
        "code" => "document_code",
        other => other,
    }
    .to_owned()
}

/// Step times against limits, as pages show them.
pub fn times_shown(checks: &[TimeCheck]) -> Vec<TimeShown> {
    let number = |hundredths: i64| {
        let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    let shown = |check: &TimeCheck| TimeShown {
        case: check.case.clone(),
        unit: check.unit,
        limit: number(check.limit),
        total: check.total.map(number),
        verdict: check.verdict,
        tone: match check.verdict {
            TimeVerdict::Equal => Tone::Good,
            TimeVerdict::Below => Tone::Info,
            TimeVerdict::Above => Tone::Bad,
            TimeVerdict::NotComparable => Tone::Warn,
        },
    };
    checks.iter().map(shown).collect()
}

/// A part of a text in words: its name in the catalogue, else itself (a heading).
pub fn part_name(app: &App, name: &str) -> String {
    let key = format!("text_part.{name}");
    if app.renderer.catalogue().has(&key) { say(app, &key, &[]) } else { name.to_owned() }
}

/// Names by id, for those that are shown.
pub type Names = BTreeMap<PersonId, String>;
