//! The JSON API of this area: a thin adapter over its use cases.

use domain::id::{SurveyFormId, SurveyId, UnitId};
use domain::survey::{AnswerOption, Answers, Instrument, OVERALL, Question, SurveyChannel, SurveyState, Unseen};
use entities::survey;
use poem::web::Data;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Enum, Object, OpenApi};

use super::{Filter, Listed, NewForms, NewSurvey, UnitResult};
use crate::app::App;
use crate::auth::{Auth, can};
use crate::error::Result;
use crate::http::{One, Page, Slice, Version, link};

/// Operations of this area.
#[derive(Debug)]
pub struct SurveysApi;

/// An answer that may be given.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct SurveyOption {
    /// Short code, as `A`.
    pub code: String,
    /// Its words.
    pub label: String,
    /// Percent of the full points, 0 to 100.
    pub percent: i32,
}

/// A question.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct SurveyQuestion {
    /// Short code.
    pub code: String,
    /// Its words.
    pub text: String,
}

/// A survey of a year, for the unit that holds it and everything below.
#[derive(Debug, Object)]
pub struct Survey {
    /// Id.
    pub id: SurveyId,
    /// The unit that holds it.
    pub unit_id: UnitId,
    /// The year.
    pub year: i32,
    /// Code of the instrument; its counts are named `survey.<code>.<option>`.
    pub code: String,
    /// Title.
    pub title: String,
    /// The answers, best first.
    pub options: Vec<SurveyOption>,
    /// The questions; without any a form is one overall answer.
    pub questions: Vec<SurveyQuestion>,
    /// Where it stands.
    pub state: SurveyState,
    /// Version for `If-Match`.
    pub version: i64,
}

/// A survey to be held.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct NewSurveyBody {
    /// The unit that holds it; may be left out by who does so for one unit only.
    pub unit_id: Option<UnitId>,
    /// The year.
    pub year: i32,
    /// Code of the instrument: letters, digits, dashes; one of its kind in a year.
    pub code: String,
    /// Title.
    pub title: String,
    /// The answers; A 100, B 60, C 20, D 0 when left out.
    pub options: Option<Vec<SurveyOption>>,
    /// The questions; none when left out.
    pub questions: Option<Vec<SurveyQuestion>>,
}

/// An answer of a form, or how many forms gave it.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct GivenAnswer {
    /// The question; left out where the instrument has none.
    pub question: Option<String>,
    /// The option.
    pub option: String,
    /// How many forms say so; 1 when left out.
    pub count: Option<u32>,
}

/// One filled form, or counts from paper. Nothing about who answered.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct NewSurveyForms {
    /// The unit that was judged; may be left out by who enters for one unit only.
    pub unit_id: Option<UnitId>,
    /// How they came in.
    pub channel: SurveyChannel,
    /// The answers: every form answers every question.
    pub answers: Vec<GivenAnswer>,
}

/// An entry as it may be shown: what it says is not.
#[derive(Debug, Object)]
pub struct SurveyEntry {
    /// Its id, to take it back.
    pub id: SurveyFormId,
    /// The unit that was judged.
    pub unit_id: UnitId,
    /// How many forms it stands for.
    pub forms: u32,
}

/// The forms were entered.
#[derive(Debug, ApiResponse)]
pub enum Entered {
    /// The entry without its answers.
    #[oai(status = 201)]
    Made(Json<SurveyEntry>),
}

/// An entry in the list.
#[derive(Debug, Object)]
pub struct ListedSurveyEntry {
    /// Its id, to take it back.
    pub id: SurveyFormId,
    /// The unit that was judged.
    pub unit_id: UnitId,
    /// How it came in.
    pub channel: SurveyChannel,
    /// How many forms it stands for.
    pub forms: u32,
    /// Whether it was taken back.
    pub taken_back: bool,
}

impl From<Listed> for ListedSurveyEntry {
    fn from(listed: Listed) -> Self {
        let Listed { entry, channel, taken_back } = listed;
        Self { id: entry.id, unit_id: entry.unit_id, channel, forms: entry.forms, taken_back }
    }
}

/// Why an entry is taken back.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct SurveyReason {
    /// Why.
    pub reason: String,
}

/// Why a result is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub enum Hidden {
    /// Forms are still taken.
    Open,
    /// Fewer than 5 valid forms (chưa đủ 5 phiếu).
    TooFew,
}

/// How many answers chose an option.
#[derive(Debug, Object)]
pub struct OptionCount {
    /// The option.
    pub option: String,
    /// Answers, over all questions.
    pub count: u64,
}

/// The result of one unit.
#[derive(Debug, Object)]
pub struct SurveyResult {
    /// The unit.
    pub unit_id: UnitId,
    /// Forms entered.
    pub forms: u64,
    /// Why there is no result to see.
    pub hidden: Option<Hidden>,
    /// The mean percent, two decimals.
    pub mean_percent: Option<String>,
    /// Answers by option.
    pub options: Option<Vec<OptionCount>>,
}

/// The results of a survey by unit.
#[derive(Debug, Object)]
pub struct SurveyResults {
    /// One for each unit that has forms.
    pub items: Vec<SurveyResult>,
}

impl Survey {
    fn of(row: survey::Model) -> Result<Self> {
        let Instrument { options, questions } = super::instrument(&row)?;
        let option = |AnswerOption { code, label, percent }| SurveyOption { code, label, percent };
        let question = |Question { code, text }| SurveyQuestion { code, text };
        Ok(Self {
            id: row.id,
            unit_id: row.unit_id,
            year: row.year,
            code: row.code,
            title: row.title,
            options: options.into_iter().map(option).collect(),
            questions: questions.into_iter().map(question).collect(),
            state: row.state,
            version: row.version,
        })
    }
}

impl From<UnitResult> for SurveyResult {
    fn from(UnitResult { unit_id, forms, outcome }: UnitResult) -> Self {
        let hidden = outcome.as_ref().err().map(|why| match why {
            Unseen::Open => Hidden::Open,
            Unseen::TooFew => Hidden::TooFew,
        });
        let seen = outcome.ok();
        Self {
            unit_id,
            forms,
            hidden,
            mean_percent: seen.as_ref().map(domain::survey::Outcome::mean_text),
            options: seen.map(|seen| seen.options.into_iter().map(|(option, count)| OptionCount { option, count }).collect()),
        }
    }
}

fn instrument_of(options: Option<Vec<SurveyOption>>, questions: Option<Vec<SurveyQuestion>>) -> Instrument {
    let question = |SurveyQuestion { code, text }| Question { code, text };
    let option = |SurveyOption { code, label, percent }| AnswerOption { code, label, percent };
    let usual = Instrument::usual(questions.unwrap_or_default().into_iter().map(question).collect());
    match options {
        Some(options) => Instrument { options: options.into_iter().map(option).collect(), ..usual },
        None => usual,
    }
}

fn answers_of(given: Vec<GivenAnswer>) -> Answers {
    let mut answers = Answers::new();
    for GivenAnswer { question, option, count } in given {
        let question = question.unwrap_or_else(|| OVERALL.to_owned());
        let sum = answers.entry(question).or_default().entry(option).or_default();
        *sum = sum.saturating_add(count.unwrap_or(1));
    }
    answers
}

#[OpenApi]
impl SurveysApi {
    /// List surveys
    #[oai(path = "/surveys", method = "get", operation_id = "list_surveys")]
    async fn list_surveys(
        &self,
        auth: Auth<can::ReadFigures>,
        app: Data<&App>,
        year: Query<Option<i32>>,
        state: Query<Option<SurveyState>>,
        limit: Query<Option<u64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<Survey>>> {
        let slice = Slice::new(limit.0, cursor.0.as_deref())?;
        let filter = Filter { year: year.0, state: state.0 };
        let path = link(
            "/api/v1/surveys",
            &[("year", filter.year.map(|year| year.to_string())), ("state", filter.state.map(|state| state.to_string()))],
        );
        let rows = super::list(app.store.read(), &auth, &filter, &slice).await?;
        let (items, next) = slice.page(rows, &path, |row| (row.year.into(), row.id.0), Survey::of);
        Ok(Json(Page { items: items.into_iter().collect::<Result<_>>()?, next }))
    }

    /// Get a survey
    #[oai(path = "/surveys/:id", method = "get", operation_id = "get_survey")]
    async fn get_survey(&self, auth: Auth<can::ReadFigures>, app: Data<&App>, id: Path<SurveyId>) -> Result<One<Survey>> {
        let row = super::find(app.store.read(), &auth, id.0).await?;
        let version = row.version;
        Ok(One::found(Survey::of(row)?, version))
    }

    /// Get the results of a survey by unit
    ///
    /// Shown to nobody before the survey is closed, and never over fewer than 5 forms of a unit. There are no sums over
    /// units, since a sum would tell the unit that is hidden.
    #[oai(path = "/surveys/:id/results", method = "get", operation_id = "get_survey_results")]
    async fn get_survey_results(
        &self,
        auth: Auth<can::ReadFigures>,
        app: Data<&App>,
        id: Path<SurveyId>,
    ) -> Result<Json<SurveyResults>> {
        let db = app.store.read();
        let row = super::find(db, &auth, id.0).await?;
        let items = super::results(db, &auth, &row).await?.into_iter().map(SurveyResult::from).collect();
        Ok(Json(SurveyResults { items }))
    }

    /// Open a survey for a unit and everything below it
    #[oai(path = "/surveys", method = "post", operation_id = "create_survey")]
    async fn create_survey(
        &self,
        auth: Auth<can::AssignTasks>,
        app: Data<&App>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
        body: Json<NewSurveyBody>,
    ) -> Result<One<Survey>> {
        let NewSurveyBody { unit_id, year, code, title, options, questions } = body.0;
        let new = NewSurvey { unit_id, year, code, title, instrument: instrument_of(options, questions) };
        let row = super::open(&app.store, &auth, new).await?;
        let version = row.version;
        Ok(One::made(Survey::of(row)?, version))
    }

    /// Close a survey
    ///
    /// No more forms are taken; results may be seen.
    #[oai(path = "/surveys/:id/close", method = "post", operation_id = "close_survey")]
    async fn close_survey(
        &self,
        auth: Auth<can::AssignTasks>,
        app: Data<&App>,
        id: Path<SurveyId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
    ) -> Result<One<Survey>> {
        let row = super::close(&app.store, &auth, id.0, seen.0).await?;
        let version = row.version;
        Ok(One::found(Survey::of(row)?, version))
    }

    /// Enter forms: one filled form, or counts from paper
    #[oai(path = "/surveys/:id/forms", method = "post", operation_id = "create_survey_forms")]
    async fn create_survey_forms(
        &self,
        auth: Auth<can::EnterSurveyForms>,
        app: Data<&App>,
        id: Path<SurveyId>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
        body: Json<NewSurveyForms>,
    ) -> Result<Entered> {
        let NewSurveyForms { unit_id, channel, answers } = body.0;
        let new = NewForms { unit_id, channel, answers: answers_of(answers) };
        let entry = super::enter(&app.store, &auth, id.0, new).await?;
        Ok(Entered::Made(Json(SurveyEntry { id: entry.id, unit_id: entry.unit_id, forms: entry.forms })))
    }

    /// List the entries of a survey
    ///
    /// Of the units one enters for, the latest first. What they say is not shown.
    #[oai(path = "/surveys/:id/forms", method = "get", operation_id = "list_survey_forms")]
    async fn list_survey_forms(
        &self,
        auth: Auth<can::EnterSurveyForms>,
        app: Data<&App>,
        id: Path<SurveyId>,
        limit: Query<Option<u64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<ListedSurveyEntry>>> {
        let slice = Slice::new(limit.0, cursor.0.as_deref())?;
        let row = super::find(app.store.read(), &auth, id.0).await?;
        let rows = super::entries(app.store.read(), &auth, row.id, &slice).await?;
        let path = format!("/api/v1/surveys/{}/forms", row.id);
        let key = |listed: &Listed| (serde_json::json!(row.id), listed.entry.id.0);
        let (items, next) = slice.page(rows, &path, key, ListedSurveyEntry::from);
        Ok(Json(Page { items, next }))
    }

    /// Take back a wrong entry
    ///
    /// While the survey is open. The entry stays, with an entry that takes it back.
    #[oai(path = "/surveys/:id/forms/:form/take-back", method = "post", operation_id = "take_back_survey_forms")]
    async fn take_back_survey_forms(
        &self,
        auth: Auth<can::EnterSurveyForms>,
        app: Data<&App>,
        id: Path<SurveyId>,
        form: Path<SurveyFormId>,
        body: Json<SurveyReason>,
    ) -> Result<Entered> {
        let entry = super::take_back(&app.store, &auth, id.0, form.0, body.0.reason).await?;
        Ok(Entered::Made(Json(SurveyEntry { id: entry.id, unit_id: entry.unit_id, forms: entry.forms })))
    }
}
