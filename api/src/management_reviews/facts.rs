//! The inputs of a management review as facts: collected from what the system holds on a day, kept as a snapshot.
//!
//! A fact is numbers and texts under a key; the key's sentence (`review_fact.<key>`) words it. The records behind a fact
//! are kept by kind and id only: who may not read one never learns its name.

use std::collections::BTreeMap;

use chrono::{Datelike as _, Months, NaiveDate};
use domain::checklist::InspectionKind;
use domain::corrective_action::CorrectiveActionState;
use domain::document::control::ProcedureChange;
use domain::dossier::{Bound, Counter, Measure};
use domain::finding::{FindingState, Grade};
use domain::id::{ManagementReviewId, UnitId};
use domain::inspection::InspectionState;
use domain::management_review::{DecisionState, ReviewState, ReviewTopic};
use domain::objective::{Direction, ObjectiveState};
use domain::record::Subject;
use domain::scoring::Exact;
use domain::time::{vn_date, vn_day};
use entities::{
    administrative_procedure, corrective_action, external_document, finding, inspection, management_review, quality_objective,
    review_decision, round, sheet, unit, unit_succession,
};
use render::{Catalogue, Lang};
use sea_orm::sea_query::{ExprTrait as _, Query};
use sea_orm::{ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::corrective_actions::tally;
use crate::documents::registers::kept_for;
use crate::error::Result;
use crate::findings::read::{below, shortened};
use crate::rounds::publish;

/// Records kept behind one fact; the number itself counts all.
const MOST_ROWS: usize = 50;
/// Decisions or objectives told one by one.
const MOST_TOLD: usize = 40;

/// Texts of a fact that say which days its numbers speak of: two days, a whole year, or up to a day.
const COUNTED_FROM: &str = "counted_from";
const COUNTED_TO: &str = "counted_to";
const COUNTED_YEAR: &str = "counted_year";
const COUNTED_ON: &str = "counted_on";

/// A record behind a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// What kind of record.
    pub subject: Subject,
    /// Its id.
    pub id: Uuid,
}

/// One fact of an input.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// Its stable key.
    pub key: String,
    /// What tells it apart from others of its key: an id, a code.
    #[serde(default)]
    pub of: String,
    /// Numbers by name, exact decimals.
    #[serde(default)]
    pub numbers: BTreeMap<String, String>,
    /// Texts by name.
    #[serde(default)]
    pub texts: BTreeMap<String, String>,
    /// The records it was counted from, at most 50.
    #[serde(default)]
    pub rows: Vec<Row>,
}

impl Fact {
    fn new(key: &str) -> Self {
        Self { key: key.to_owned(), ..Self::default() }
    }

    fn of(mut self, of: impl ToString) -> Self {
        self.of = of.to_string();
        self
    }

    fn number(mut self, name: &str, value: impl ToString) -> Self {
        self.numbers.insert(name.to_owned(), value.to_string());
        self
    }

    fn text(mut self, name: &str, value: impl Into<String>) -> Self {
        self.texts.insert(name.to_owned(), value.into());
        self
    }

    /// Says which days its numbers speak of; part of the sentence.
    fn counted(self, (from, to): (NaiveDate, NaiveDate)) -> Self {
        self.text(COUNTED_FROM, vn_day(from)).text(COUNTED_TO, vn_day(to))
    }

    fn rows(mut self, subject: Subject, ids: impl IntoIterator<Item = Uuid>) -> Self {
        self.rows.extend(ids.into_iter().take(MOST_ROWS).map(|id| Row { subject, id }));
        self
    }

    /// The fact as a sentence, as papers and pages say it.
    #[must_use]
    pub fn worded(&self, catalogue: &Catalogue) -> String {
        let number = |text: &String| text.parse::<Exact>().map_or_else(|_| text.clone(), |exact| exact.vn_short());
        let numbers = self.numbers.iter().map(|(name, value)| (name.as_str(), number(value)));
        let texts = self.texts.iter().map(|(name, value)| (name.as_str(), value.clone()));
        let params: Vec<(&str, String)> = numbers.chain(texts).collect();
        let said = catalogue.get(Lang::Vi, &format!("review_fact.{}", self.key), &params);
        let of = |name: &'static str| self.texts.get(name).map(|day| (name, day.clone()));
        let (key, days) = match (of(COUNTED_FROM).zip(of(COUNTED_TO)), of(COUNTED_YEAR), of(COUNTED_ON)) {
            (Some((from, to)), ..) => ("review_counted.between", vec![from, to]),
            (None, Some(year), _) => ("review_counted.year", vec![year]),
            (None, None, Some(on)) => ("review_counted.on", vec![on]),
            (None, None, None) => return said,
        };
        catalogue.get(Lang::Vi, key, &[vec![("said", said)], days].concat())
    }

    fn is_same_fact(&self, other: &Self) -> bool {
        self.key == other.key && self.of == other.of
    }

    /// The same numbers up to a later day are no change.
    fn says_the_same(&self, other: &Self) -> bool {
        let texts = |fact: &Self| {
            let mut texts = fact.texts.clone();
            texts.remove(COUNTED_TO);
            texts
        };
        self.numbers == other.numbers && texts(self) == texts(other)
    }
}

/// What differs between two takings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The fact as it was; none when it is new.
    pub before: Option<Fact>,
    /// The fact as it is; none when it is gone.
    pub after: Option<Fact>,
}

/// What differs between two takings of one input, in the order of the later one.
#[must_use]
pub fn changes(before: &[Fact], after: &[Fact]) -> Vec<Change> {
    let of = |facts: &[Fact], fact: &Fact| facts.iter().find(|one| one.is_same_fact(fact)).cloned();
    let new = after.iter().filter_map(|fact| match of(before, fact) {
        Some(old) if old.says_the_same(fact) => None,
        old => Some(Change { before: old, after: Some(fact.clone()) }),
    });
    let gone = before.iter().filter(|fact| of(after, fact).is_none());
    new.chain(gone.map(|fact| Change { before: Some(fact.clone()), after: None })).collect()
}

/// Of which unit, over which days, facts are taken.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    /// The review; its own decisions are not those of an earlier one.
    pub review: ManagementReviewId,
    /// The unit.
    pub unit: UnitId,
    /// Its year, for what can be counted by year only.
    pub year: i32,
    /// First day.
    pub from: NaiveDate,
    /// The day they are taken.
    pub to: NaiveDate,
}

impl Span {
    fn has(&self, day: NaiveDate) -> bool {
        (self.from..=self.to).contains(&day)
    }

    const fn days(&self) -> (NaiveDate, NaiveDate) {
        (self.from, self.to)
    }

    /// The quarters it touches: dossier reports are of periods.
    fn quarters(&self) -> (NaiveDate, NaiveDate) {
        let first = |day: NaiveDate| NaiveDate::from_ymd_opt(day.year(), day.month0() / 3 * 3 + 1, 1).unwrap_or(day);
        let next = first(self.to).checked_add_months(Months::new(3));
        (first(self.from), next.and_then(|day| day.pred_opt()).unwrap_or(self.to))
    }

    fn instants(&self) -> (chrono::DateTime<chrono::Utc>, chrono::DateTime<chrono::Utc>) {
        let begin = |day: NaiveDate| {
            let midnight = day.and_time(chrono::NaiveTime::MIN).and_local_timezone(domain::time::vietnam()).single();
            midnight.map(|at| at.to_utc()).unwrap_or_default()
        };
        (begin(self.from), begin(self.to.succ_opt().unwrap_or(self.to)))
    }
}

/// The facts of a topic. Not limited to anybody's scope: figures of a unit are for its own review, and the records
/// behind them are shown only to who may read them. What is not published yet is in none of them.
///
/// # Errors
/// The database's.
pub async fn collect(db: &impl ConnectionTrait, topic: ReviewTopic, span: &Span) -> Result<Vec<Fact>> {
    match topic {
        ReviewTopic::PreviousActions => previous_actions(db, span).await,
        ReviewTopic::Changes => changed(db, span).await,
        ReviewTopic::Satisfaction => satisfaction(db, span).await,
        ReviewTopic::Objectives => objectives(db, span).await,
        ReviewTopic::Conformity => conformity(db, span).await,
        ReviewTopic::Nonconformities => nonconformities(db, span).await,
        ReviewTopic::Measurements => measurements(db, span).await,
        ReviewTopic::Audits => audits(db, span).await,
        ReviewTopic::Improvement => improvement(db, span).await,
        ReviewTopic::InterestedParties | ReviewTopic::Providers | ReviewTopic::Resources | ReviewTopic::Risks => Ok(Vec::new()),
    }
}

/// Decisions of the concluded review before this one, and those of earlier ones that are still open.
async fn previous_actions(db: &impl ConnectionTrait, span: &Span) -> Result<Vec<Fact>> {
    let reviews = management_review::Entity::find()
        .filter(management_review::Column::UnitId.eq(span.unit))
        .filter(management_review::Column::State.eq(ReviewState::Concluded))
        .filter(management_review::Column::Id.ne(span.review))
        .order_by_desc(management_review::Column::OnDate)
        .order_by_desc(management_review::Column::Id)
        .all(db)
        .await?;
    let Some(latest) = reviews.first() else { return Ok(vec![Fact::new("no_previous_review")]) };
    let decisions = review_decision::Entity::find()
        .filter(review_decision::Column::ReviewId.is_in(reviews.iter().map(|row| row.id)))
        .order_by_asc(review_decision::Column::ReviewId)
        .order_by_asc(review_decision::Column::Position)
        .all(db)
        .await?;
    let found = finding::Entity::find()
        .filter(finding::Column::ReviewDecisionId.is_in(decisions.iter().map(|row| row.id)))
        .all(db)
        .await?;
    let actions = corrective_action::Entity::find()
        .filter(corrective_action::Column::FindingId.is_in(found.iter().map(|row| row.id)))
        .order_by_desc(corrective_action::Column::Id)
        .all(db)
        .await?;
    let action_of = |decision: &review_decision::Model| {
        let finding = found.iter().find(|row| row.review_decision_id == Some(decision.id))?;
        actions.iter().find(|action| action.finding_id == finding.id)
    };
    let (mut told, mut counts) = (Vec::new(), BTreeMap::<&str, u32>::new());
    for decision in &decisions {
        let action = action_of(decision);
        let late = decision.due_on < span.to;
        let key = match (decision.state, action.map(|action| action.state)) {
            (DecisionState::Confirmed, _) => "done",
            (DecisionState::Reported, _) => "reported",
            (DecisionState::Open, _) if late => "late",
            (DecisionState::Open, _) => "open",
            (DecisionState::Remedied, Some(CorrectiveActionState::ClosedEffective)) => "action_closed",
            (DecisionState::Remedied, _) => "in_action",
        };
        let settled = matches!(key, "done" | "action_closed");
        if settled && decision.review_id != latest.id {
            continue;
        }
        *counts.entry(key).or_default() += 1;
        if told.len() < MOST_TOLD {
            let fact = Fact::new(&format!("decision_{key}"))
                .of(decision.id)
                .text("text", shortened(&decision.content, 300))
                .text("due", vn_day(decision.due_on))
                .text("action", action.map(|action| action.code.clone()).unwrap_or_default())
                .rows(Subject::ManagementReview, [decision.review_id.0])
                .rows(Subject::CorrectiveAction, action.map(|action| action.id.0));
            told.push(fact);
        }
    }
    let count = |key: &str| counts.get(key).copied().unwrap_or_default();
    let head = Fact::new("previous_decisions")
        .text("review", latest.code.clone())
        .number("total", counts.values().sum::<u32>())
        .number("done", count("done") + count("action_closed"))
        .number("reported", count("reported"))
        .number("in_action", count("in_action"))
        .number("open", count("open") + count("late"))
        .number("late", count("late"))
        .rows(Subject::ManagementReview, [latest.id.0]);
    Ok([vec![head], told].concat())
}

/// Changes of external documents, of administrative procedures, of units.
async fn changed(db: &impl ConnectionTrait, span: &Span) -> Result<Vec<Fact>> {
    let (from, to) = (span.from, span.to);
    let documents = external_document::Entity::find()
        .filter(kept_for(external_document::Column::UnitId, span.unit))
        .filter(
            Condition::any()
                .add(external_document::Column::EffectiveFrom.between(from, to))
                .add(external_document::Column::EffectiveTo.between(from, to)),
        )
        .order_by_asc(external_document::Column::Id)
        .all(db)
        .await?;
    let begun = documents.iter().filter(|row| row.effective_from.is_some_and(|day| span.has(day))).count();
    let ended = documents.iter().filter(|row| row.effective_to.is_some_and(|day| span.has(day))).count();
    let documents = Fact::new("external_documents")
        .number("begun", begun)
        .number("ended", ended)
        .rows(Subject::ExternalDocument, documents.iter().map(|row| row.id.0));
    let procedures = administrative_procedure::Entity::find()
        .filter(kept_for(administrative_procedure::Column::UnitId, span.unit))
        .filter(administrative_procedure::Column::ChangedOn.between(from, to))
        .order_by_asc(administrative_procedure::Column::Id)
        .all(db)
        .await?;
    let of = |change: ProcedureChange| procedures.iter().filter(|row| row.last_change == change).count();
    let procedures = Fact::new("procedures")
        .number("new", of(ProcedureChange::New))
        .number("amended", of(ProcedureChange::Amended))
        .number("replaced", of(ProcedureChange::Replaced))
        .number("abolished", of(ProcedureChange::Abolished))
        .rows(Subject::AdministrativeProcedure, procedures.iter().map(|row| row.id.0));
    let passed = unit_succession::Entity::find()
        .filter(unit_succession::Column::HappenedOn.between(from, to))
        .filter(
            Condition::any()
                .add(unit_succession::Column::ToUnitId.in_subquery(below(span.unit)))
                .add(unit_succession::Column::FromUnitId.in_subquery(below(span.unit))),
        )
        .all(db)
        .await?;
    let begun = unit::Entity::find()
        .filter(unit::Column::Id.in_subquery(below(span.unit)))
        .filter(unit::Column::ValidFrom.between(from, to))
        .all(db)
        .await?;
    let units = Fact::new("units")
        .number("passed", passed.len())
        .number("begun", begun.len())
        .rows(Subject::Unit, passed.iter().map(|row| row.from_unit_id.0).chain(begun.iter().map(|row| row.id.0)));
    Ok(vec![documents, procedures, units])
}

/// Surveys, petitions, ratings.
async fn satisfaction(db: &impl ConnectionTrait, span: &Span) -> Result<Vec<Fact>> {
    let mut facts = Vec::new();
    for (row, _, seen) in crate::surveys::outcomes(db, span.unit, span.year).await? {
        let fact = Fact::new("survey").of(row.id).text("title", row.title).number("mean", seen.mean_text());
        let fact = fact.text(COUNTED_YEAR, span.year.to_string());
        facts.push(fact.number("forms", seen.forms).rows(Subject::Survey, [row.id.0]));
    }
    if facts.is_empty() {
        facts.push(Fact::new("no_survey").text("year", span.year.to_string()));
    }
    let counts = crate::year_work::counts::counts_between(db, span.unit, span.days()).await?;
    let find = |name: &str| counts.iter().find(|count| count.name == name);
    let value = |name: &str| find(name).map(|count| count.value).unwrap_or_default();
    let rows = find("petitions.received").map(|count| count.rows.clone()).unwrap_or_default();
    facts.push(
        Fact::new("petitions")
            .number("received", value("petitions.received"))
            .number("answered", value("petitions.answered"))
            .number("on_time", value("petitions.answered_on_time"))
            .number("late", value("petitions.late"))
            .counted(span.days())
            .rows(Subject::WorkItem, rows.iter().map(|id| id.0)),
    );
    let (first, last) = span.quarters();
    let totals = crate::dossiers::totals(db, span.unit, first, last).await?;
    let exact = |counter| totals.figures.get(counter).filter(|figure| figure.bound == Bound::Exact).map(|figure| figure.value);
    if let (Some(rated), Some(dissatisfied)) = (exact(Counter::Rated), exact(Counter::Dissatisfied)) {
        let fact = Fact::new("ratings").number("rated", rated).number("dissatisfied", dissatisfied);
        let fact = fact.counted(totals.covered.unwrap_or((first, last)));
        facts.push(fact.rows(Subject::DossierReport, totals.counted.iter().map(|id| id.0)));
    }
    Ok(facts)
}

/// Objectives of the year, and those evaluated in the span.
async fn objectives(db: &impl ConnectionTrait, span: &Span) -> Result<Vec<Fact>> {
    use quality_objective::Column;
    let (from, to) = span.instants();
    let rows = quality_objective::Entity::find()
        .filter(Column::UnitId.in_subquery(below(span.unit)))
        .filter(Column::State.is_in([ObjectiveState::Approved, ObjectiveState::Evaluated]))
        .filter(
            Condition::any().add(Column::Year.eq(span.year)).add(Column::EvaluatedAt.gte(from).and(Column::EvaluatedAt.lt(to))),
        )
        .order_by_asc(Column::Year)
        .order_by_asc(Column::Code)
        .all(db)
        .await?;
    if rows.is_empty() {
        return Ok(vec![Fact::new("no_objectives").text("year", span.year.to_string())]);
    }
    let listed = crate::objectives::with_last(db, rows).await?;
    let of = |wanted: Option<bool>| listed.iter().filter(|one| one.row.met == wanted).count();
    let head = Fact::new("objectives")
        .number("total", listed.len())
        .number("met", of(Some(true)))
        .number("missed", of(Some(false)))
        .number("running", of(None))
        .text(COUNTED_YEAR, span.year.to_string())
        .rows(Subject::QualityObjective, listed.iter().map(|one| one.row.id.0));
    let mut facts = vec![head];
    for one in listed.into_iter().take(MOST_TOLD) {
        let row = one.row;
        let key = match (row.met, &one.last) {
            (Some(true), _) => "objective_met",
            (Some(false), _) => "objective_missed",
            (None, Some(_)) => "objective_running",
            (None, None) => "objective_unmeasured",
        };
        let sign = match row.direction {
            Direction::AtLeast => "≥",
            Direction::AtMost => "≤",
            Direction::Exactly => "=",
        };
        let fact = Fact::new(key)
            .of(row.id)
            .text("code", row.code)
            .text("text", shortened(&row.goal, 200))
            .text("sign", sign)
            .text("unit", row.measure_unit)
            .text("why", row.explanation.unwrap_or_default())
            .number("target", row.target)
            .number("value", one.last.as_ref().map(|last| crate::objectives::shown_value(last).to_string()).unwrap_or_default());
        let fact = match &one.last {
            Some(last) => fact.text(COUNTED_ON, vn_day(last.measured_on)),
            None => fact,
        };
        facts.push(fact.rows(Subject::QualityObjective, [row.id.0]));
    }
    Ok(facts)
}

/// Dossiers of the quarters the span touches, as far as reports speak of them; tasks and reports of the span.
async fn conformity(db: &impl ConnectionTrait, span: &Span) -> Result<Vec<Fact>> {
    let (first, last) = span.quarters();
    let totals = crate::dossiers::totals(db, span.unit, first, last).await?;
    let mut facts = Vec::new();
    match totals.figures.share(Measure::OnTimeOfResolved) {
        Some(share) => {
            let late = totals.figures.get(Counter::OverdueDone).map(|figure| figure.value).unwrap_or_default();
            let pending = totals.figures.get(Counter::InProcessOverdue).map(|figure| figure.value).unwrap_or_default();
            facts.push(
                Fact::new("dossiers")
                    .number("resolved", share.denominator)
                    .number("on_time", share.numerator)
                    .number("percent", share.percent())
                    .number("late", late)
                    .number("pending_late", pending)
                    .counted(totals.covered.unwrap_or((first, last)))
                    .rows(Subject::DossierReport, totals.counted.iter().map(|id| id.0)),
            );
        }
        None => facts.push(Fact::new("no_dossiers").counted((first, Ord::min(last, span.to)))),
    }
    for (from, to) in totals.gaps.into_iter().filter(|(from, _)| *from <= span.to && !totals.counted.is_empty()) {
        let fact = Fact::new("dossier_gap").of(from).text("from", vn_day(from)).text("to", vn_day(Ord::min(to, span.to)));
        facts.push(fact);
    }
    let counts = crate::year_work::counts::counts_between(db, span.unit, span.days()).await?;
    let find = |name: &str| counts.iter().find(|count| count.name == name);
    let value = |name: &str| find(name).map(|count| count.value).unwrap_or_default();
    for (key, planned, names) in [
        ("tasks", "tasks.planned", ["tasks.done", "tasks.done_on_time", "tasks.late"]),
        ("reports", "reports.planned", ["reports.on_time", "reports.late", "reports.missing"]),
    ] {
        let rows = find(planned).map(|count| count.rows.clone()).unwrap_or_default();
        let fact = names.iter().fold(Fact::new(key).number("planned", value(planned)), |fact, name| {
            fact.number(name.rsplit('.').next().unwrap_or_default(), value(name))
        });
        facts.push(fact.counted(span.days()).rows(Subject::WorkItem, rows.iter().map(|id| id.0)));
    }
    Ok(facts)
}

/// Findings that stand, raised in the span, of the unit and those below it; decisions of reviews are no findings of faults.
async fn raised(db: &impl ConnectionTrait, span: &Span) -> Result<Vec<finding::Model>> {
    let (from, to) = span.instants();
    Ok(finding::Entity::find()
        .filter(finding::Column::UnitId.in_subquery(below(span.unit)))
        .filter(finding::Column::RaisedAt.gte(from).and(finding::Column::RaisedAt.lt(to)))
        .filter(finding::Column::State.is_not_in([FindingState::Draft, FindingState::Withdrawn]))
        .filter(finding::Column::ReviewDecisionId.is_null())
        .order_by_asc(finding::Column::Code)
        .all(db)
        .await?)
}

async fn nonconformities(db: &impl ConnectionTrait, span: &Span) -> Result<Vec<Fact>> {
    let found: Vec<finding::Model> = raised(db, span).await?.into_iter().filter(|row| row.grade.needs_action()).collect();
    let of = |grade: Grade| found.iter().filter(|row| row.grade == grade).count();
    let open = found.iter().filter(|row| !row.state.is_final()).count();
    let faults = Fact::new("findings")
        .number("total", found.len())
        .number("major", of(Grade::Major))
        .number("minor", of(Grade::Minor))
        .number("limitation", of(Grade::Limitation))
        .number("open", open)
        .number("repeated", found.iter().filter(|row| row.repeat_of_id.is_some()).count())
        .rows(Subject::Finding, found.iter().map(|row| row.id.0));
    let standing = tally::standing(db, span.unit, (span.from, span.to), span.to).await?;
    let shown = standing.open.iter().chain(&standing.effective).chain(&standing.reopened);
    let actions = Fact::new("actions")
        .number("open", standing.open.len())
        .number("overdue", standing.overdue.len())
        .number("effective", standing.effective.len())
        .number("reopened", standing.reopened.len())
        .rows(Subject::CorrectiveAction, shown.map(|id| id.0));
    Ok(vec![faults, actions])
}

/// Published scores of this year and the last; nothing of a round that is not published, whoever asks.
async fn measurements(db: &impl ConnectionTrait, span: &Span) -> Result<Vec<Fact>> {
    let scored = Query::select()
        .column(sheet::Column::RoundId)
        .from(sheet::Entity)
        .and_where(sheet::Column::UnitId.eq(span.unit))
        .to_owned();
    let rounds = round::Entity::find()
        .filter(round::Column::Id.in_subquery(scored))
        .filter(round::Column::Year.between(span.year - 1, span.year))
        .order_by_asc(round::Column::Year)
        .order_by_asc(round::Column::Id)
        .all(db)
        .await?;
    let mut facts = Vec::new();
    for row in rounds {
        // The one door to published results: editions that were published, nothing else.
        let Some((_, snapshot)) = publish::published(db, row.id).await? else { continue };
        let Some(part) = snapshot.units.iter().find(|part| part.unit_id == span.unit) else { continue };
        let peers = snapshot.units.iter().filter(|other| other.group == part.group).count();
        let grade = part.grade.as_ref().and_then(|code| snapshot.set.grades.iter().find(|(known, _)| known == code));
        facts.push(
            Fact::new("published_score")
                .of(row.id)
                .text("round", snapshot.round.title.clone())
                .text("grade", grade.map(|(_, name)| name.clone()).unwrap_or_else(|| "–".to_owned()))
                .number("score", part.total.clone())
                .number("rank", part.rank)
                .number("units", peers)
                .rows(Subject::Round, [row.id.0]),
        );
    }
    if facts.is_empty() {
        facts.push(Fact::new("no_published_score"));
    }
    let counts = crate::year_work::counts::counts_between(db, span.unit, span.days()).await?;
    let find = |name: &str| counts.iter().find(|count| count.name == name);
    let value = |name: &str| find(name).map(|count| count.value).unwrap_or_default();
    let rows = find("self_checks.checked").map(|count| count.rows.clone()).unwrap_or_default();
    facts.push(
        Fact::new("self_checks")
            .number("checked", value("self_checks.checked"))
            .number("found", value("self_checks.found"))
            .number("fixed", value("self_checks.fixed"))
            .counted(span.days())
            .rows(Subject::WorkItem, rows.iter().map(|id| id.0)),
    );
    Ok(facts)
}

/// Inspections of the unit whose result is out, by kind.
async fn audits(db: &impl ConnectionTrait, span: &Span) -> Result<Vec<Fact>> {
    let (from, to) = span.instants();
    let visits = inspection::Entity::find()
        .filter(inspection::Column::UnitId.in_subquery(below(span.unit)))
        .filter(inspection::Column::ReportedAt.gte(from).and(inspection::Column::ReportedAt.lt(to)))
        .order_by_asc(inspection::Column::Code)
        .all(db)
        .await?;
    // The unit learns the result of an inspection with its conclusion.
    let out = |row: &inspection::Model| {
        row.state.is_reported() && !(row.kind.has_conclusion() && row.state == InspectionState::Reported)
    };
    let visits: Vec<inspection::Model> = visits.into_iter().filter(out).collect();
    let found = finding::Entity::find()
        .filter(finding::Column::InspectionId.is_in(visits.iter().map(|row| row.id)))
        .filter(finding::Column::State.is_not_in([FindingState::Draft, FindingState::Withdrawn]))
        .all(db)
        .await?;
    let mut facts = Vec::new();
    for kind in InspectionKind::ALL.iter().copied() {
        let of: Vec<&inspection::Model> = visits.iter().filter(|row| row.kind == kind).collect();
        if of.is_empty() && kind != InspectionKind::InternalAudit {
            continue;
        }
        let of_kind = |row: &&finding::Model| row.inspection_id.is_some_and(|id| of.iter().any(|visit| visit.id == id));
        let findings = found.iter().filter(of_kind).filter(|row| row.grade.needs_action()).count();
        let remarks = found.iter().filter(of_kind).filter(|row| matches!(row.grade, Grade::Observation | Grade::Opportunity));
        facts.push(
            Fact::new(&format!("audits_{kind}"))
                .number("visits", of.len())
                .number("findings", findings)
                .number("remarks", remarks.count())
                .rows(Subject::Inspection, of.iter().map(|row| row.id.0)),
        );
    }
    Ok(facts)
}

/// Observations and opportunities that are still open.
async fn improvement(db: &impl ConnectionTrait, span: &Span) -> Result<Vec<Fact>> {
    let rows = finding::Entity::find()
        .filter(finding::Column::UnitId.in_subquery(below(span.unit)))
        .filter(finding::Column::RaisedAt.is_not_null())
        .filter(finding::Column::Grade.is_in([Grade::Observation, Grade::Opportunity]))
        .filter(finding::Column::State.is_not_in([FindingState::Draft, FindingState::Withdrawn, FindingState::Closed]))
        .filter(finding::Column::ReviewDecisionId.is_null())
        .order_by_asc(finding::Column::Code)
        .all(db)
        .await?;
    let head = Fact::new("open_remarks")
        .number("observations", rows.iter().filter(|row| row.grade == Grade::Observation).count())
        .number("opportunities", rows.iter().filter(|row| row.grade == Grade::Opportunity).count())
        .rows(Subject::Finding, rows.iter().map(|row| row.id.0));
    let told = rows.iter().take(MOST_TOLD).map(|row| {
        let fact = Fact::new("open_remark").of(row.id).text("code", row.code.clone());
        let on = row.raised_at.map(vn_date).map(vn_day).unwrap_or_default();
        fact.text("text", crate::findings::read::title(row)).text("on", on).rows(Subject::Finding, [row.id.0])
    });
    Ok(std::iter::once(head).chain(told).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taking_inputs_anew_says_what_changed() {
        let old = [
            Fact::new("findings").number("total", 3),
            Fact::new("survey").of("a").number("mean", "90.00"),
            Fact::new("tasks").number("planned", 5),
        ];
        let new = [
            Fact::new("findings").number("total", 4),
            Fact::new("tasks").number("planned", 5),
            Fact::new("survey").of("b").number("mean", "90.00"),
        ];
        let found = changes(&old, &new);
        let keys: Vec<_> = found
            .iter()
            .map(|change| {
                let of = |fact: &Option<Fact>| fact.as_ref().map(|fact| format!("{}{}", fact.key, fact.of));
                (of(&change.before), of(&change.after))
            })
            .collect();
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(keys, [(some("findings"), some("findings")), (None, some("surveyb")), (some("surveya"), None)]);
        assert!(changes(&new, &new).is_empty());
    }
}
