//! Scoring rounds: the round, a unit's sheet, appraisal by criterion, rankings.

mod samples;

use chrono::{DateTime, NaiveDate, Utc};
use domain::round::{Layer, RoundState, ScoreVerdict, SheetState};
use serde::Serialize;

use super::deductions::DeductionRow;
use super::findings::Link;
use super::part::{Choice, Due, Listing, Stage, Tone};
use crate::Form;

/// The rounds.
#[derive(Clone, Debug, Serialize)]
pub struct RoundList {
    /// The list.
    pub list: Listing<RoundRow>,
    /// Where a new one is begun.
    pub new_href: Option<String>,
}

/// A round in the list.
#[derive(Clone, Debug, Serialize)]
pub struct RoundRow {
    /// Its page.
    pub href: String,
    /// Code.
    pub code: String,
    /// Title.
    pub title: String,
    /// The year scored.
    pub year: String,
    /// Where it stands.
    pub state: RoundState,
    /// How that looks.
    pub tone: Tone,
    /// By when the present holder has to act.
    pub due: Option<Due>,
}

/// A round to be prepared.
#[derive(Clone, Debug, Serialize)]
pub struct NewRound {
    /// The form.
    pub form: Form,
    /// Criteria sets.
    pub sets: Vec<Choice>,
    /// Owners, where there is a choice.
    pub owners: Vec<Choice>,
    /// The day whose units they are.
    pub as_of: NaiveDate,
    /// Units to choose from.
    pub units: Vec<Choice>,
    /// Earlier rounds.
    pub rounds: Vec<Choice>,
}

/// A round.
#[derive(Clone, Debug, Serialize)]
pub struct RoundPage {
    /// Code.
    pub code: String,
    /// The year.
    pub year: String,
    /// Who scores.
    pub owner: String,
    /// Title of the set with its edition.
    pub set: String,
    /// A constructed set.
    pub sample: bool,
    /// The day of the units.
    pub as_of: NaiveDate,
    /// Whether a survey is held.
    pub survey_held: bool,
    /// End of self-scoring.
    pub self_due_at: DateTime<Utc>,
    /// Working days of the explanation.
    pub explanation_days: i32,
    /// End of the explanation.
    pub explanation_due_at: Option<DateTime<Utc>>,
    /// End of the appraisal.
    pub appraisal_due_on: NaiveDate,
    /// The council's decision.
    pub decision: Option<String>,
    /// Its date.
    pub decided_on: Option<NaiveDate>,
    /// Last year's round.
    pub previous: Option<Link>,
    /// Where it stands.
    pub stage: Stage,
    /// What the secretary does next.
    pub next: Option<NextAct>,
    /// Own sheets of one of the unit.
    pub own_sheets: Vec<Link>,
    /// Where units are put into peer groups.
    pub groups_href: Option<String>,
    /// Ranking before publication.
    pub ranking_href: Option<String>,
    /// Ranking for everybody.
    pub public_href: Option<String>,
    /// The panel.
    pub panel: Vec<SeatRow>,
    /// Names the panel.
    pub panel_form: Option<PanelForm>,
    /// Changes title and dates.
    pub dates_form: Option<Form>,
    /// Where forms go, without the last part.
    pub href: String,
    /// Sheets handed in.
    pub submitted: usize,
    /// The units.
    pub units: Vec<UnitRow>,
    /// Criteria to appraise.
    pub criteria: Vec<CriterionRow>,
    /// Criteria with values from elsewhere.
    pub given: Vec<CriterionRow>,
}

/// The next verb of a round.
#[derive(Clone, Debug, Serialize)]
pub struct NextAct {
    /// Its code.
    pub verb: String,
    /// Where it goes.
    pub action: String,
    /// The form; none while something is missing.
    pub form: Option<Form>,
    /// What is missing.
    pub lacks: Option<String>,
    /// Asks for the decision.
    pub decision: bool,
}

/// A seat on the panel.
#[derive(Clone, Debug, Serialize)]
pub struct SeatRow {
    /// Who.
    pub person: String,
    /// Which criteria; none means all.
    pub group: Option<String>,
}

/// The form of the panel.
#[derive(Clone, Debug, Serialize)]
pub struct PanelForm {
    /// The form.
    pub form: Form,
    /// Appraisers.
    pub people: Vec<Choice>,
    /// Groups of criteria.
    pub groups: Vec<Choice>,
}

/// A unit of a round.
#[derive(Clone, Debug, Serialize)]
pub struct UnitRow {
    /// Its sheet, for who may see it.
    pub href: Option<String>,
    /// Name on the round's day.
    pub name: String,
    /// Code on the round's day.
    pub code: String,
    /// Where its sheet stands.
    pub state: SheetState,
    /// How that looks.
    pub tone: Tone,
    /// When it was handed in.
    pub submitted_at: Option<DateTime<Utc>>,
}

/// A criterion with how far it is.
#[derive(Clone, Debug, Serialize)]
pub struct CriterionRow {
    /// Its page.
    pub href: String,
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Lines done.
    pub done: u32,
    /// Lines in all.
    pub total: u32,
    /// How that looks.
    pub tone: Tone,
}

/// How a criterion is answered.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    /// `yes_no`, `choice` or `numbers`.
    pub kind: String,
    /// Options of `yes_no` and `choice`.
    pub options: Vec<Choice>,
    /// Figures: name and label.
    pub numbers: Vec<Choice>,
    /// «Not applicable» is allowed.
    pub na: bool,
}

/// A unit's sheet.
#[derive(Clone, Debug, Serialize)]
pub struct ScoreSheet {
    /// The round.
    pub round: Link,
    /// The unit.
    pub unit: String,
    /// A constructed set.
    pub sample: bool,
    /// Where the sheet stands.
    pub state: SheetState,
    /// How that looks.
    pub tone: Tone,
    /// Where the round stands.
    pub stage: Stage,
    /// Own points so far.
    pub points: String,
    /// The most of what is self-scored.
    pub max: String,
    /// What is missing.
    pub missing: Vec<MissingRow>,
    /// Why it cannot be written on.
    pub locked: Option<String>,
    /// Hands it in.
    pub submit: Option<Form>,
    /// Takes it back.
    pub withdraw: Option<Form>,
    /// Fills counted figures in.
    pub prefill: Option<Form>,
    /// The whole sheet.
    pub form: Option<Form>,
    /// Its address.
    pub href: String,
    /// Fields with their rows.
    pub fields: Vec<SheetField>,
    /// Points within reach.
    pub reach: Vec<ReachRow>,
    /// Lines the appraisal changed.
    pub changed: Vec<ChangedLine>,
    /// Until when they are explained.
    pub explain_until: Option<DateTime<Utc>>,
    /// Of a published round: the unit's lost points and what remedies them.
    pub lost_href: Option<String>,
}

/// What a sheet lacks.
#[derive(Clone, Debug, Serialize)]
pub struct MissingRow {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// The row on the page.
    pub anchor: String,
    /// What.
    pub why: String,
}

/// A field of a sheet.
#[derive(Clone, Debug, Serialize)]
pub struct SheetField {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Maximum.
    pub max: String,
    /// Rows.
    pub rows: Vec<SheetRow>,
}

/// A row of a sheet.
#[derive(Clone, Debug, Serialize)]
pub struct SheetRow {
    /// A heading without figures.
    pub group: bool,
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Maximum.
    pub max: String,
    /// How it is answered; none where the unit does not write.
    pub answer: Option<Answer>,
    /// Figures counted elsewhere in the system, each with the first row it was counted from.
    pub counted: Vec<Link>,
    /// What was declared, where it is not written.
    pub declared: Option<String>,
    /// The rule.
    pub rule: String,
    /// With this unit's figures.
    pub words: Option<String>,
    /// What is odd.
    pub warnings: Vec<String>,
    /// Documents that prove it.
    pub evidence: Vec<String>,
    /// They must be there.
    pub evidence_required: bool,
    /// Files brought.
    pub files: u32,
    /// Where they are.
    pub evidence_href: Option<String>,
    /// Own points.
    pub points: Option<String>,
    /// Who scores it when the unit does not.
    pub source: Option<String>,
    /// Written explanation, where it is not written.
    pub note: Option<String>,
    /// What is missing.
    pub missing: Option<String>,
}

/// A step that gains points.
#[derive(Clone, Debug, Serialize)]
pub struct ReachRow {
    /// The row on the page.
    pub anchor: String,
    /// Code and name.
    pub name: String,
    /// What to change.
    pub text: String,
    /// Points gained.
    pub gain: String,
}

/// A line the first appraisal changed or asked about.
#[derive(Clone, Debug, Serialize)]
pub struct ChangedLine {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Own points.
    pub own: Option<String>,
    /// What was said, layer by layer.
    pub said: Vec<SaidRow>,
    /// Explains it.
    pub form: Option<Form>,
    /// A new value may come with it.
    pub answer: Option<Answer>,
}

/// What one layer says.
#[derive(Clone, Debug, Serialize)]
pub struct SaidRow {
    /// The layer.
    pub layer: Layer,
    /// The verdict.
    pub verdict: ScoreVerdict,
    /// Points or figures.
    pub value: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Who, where it is shown.
    pub by: Option<String>,
}

/// One criterion over all units.
#[derive(Clone, Debug, Serialize)]
pub struct AppraisalPage {
    /// The round.
    pub round: Link,
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Maximum.
    pub max: String,
    /// The rule.
    pub rule: String,
    /// Documents that prove it.
    pub evidence: Vec<String>,
    /// Lines done.
    pub done: usize,
    /// Lines in all.
    pub total: usize,
    /// The criterion before.
    pub before: Option<Link>,
    /// The criterion after.
    pub after: Option<Link>,
    /// Where the form goes.
    pub action: String,
    /// The form over all rows; none when nothing can be judged.
    pub form: Option<Form>,
    /// Accept, change, ask.
    pub verdicts: Vec<Choice>,
    /// How it is answered.
    pub answer: Answer,
    /// Lines that «accept the rest» would take.
    pub rest: usize,
    /// Rows.
    pub rows: Vec<AppraisalRow>,
    /// Deductions that findings of inspections propose.
    pub deductions: Vec<DeductionRow>,
}

/// A unit's row.
#[derive(Clone, Debug, Serialize)]
pub struct AppraisalRow {
    /// The unit's id: names its fields.
    pub id: String,
    /// Name.
    pub unit: String,
    /// Code.
    pub code: String,
    /// Where its sheet stands.
    pub state: SheetState,
    /// The reader's own unit: nothing is shown.
    pub own_unit: bool,
    /// Declared figures.
    pub declared: Option<String>,
    /// With the rule.
    pub words: Option<String>,
    /// What is odd.
    pub warnings: Vec<String>,
    /// The unit's note.
    pub note: Option<String>,
    /// Files brought.
    pub files: u32,
    /// Where they are.
    pub evidence_href: Option<String>,
    /// Own points.
    pub own: Option<String>,
    /// What counts now.
    pub now: Option<String>,
    /// What was said after.
    pub said: Vec<SaidRow>,
    /// It can be judged now.
    pub judged: bool,
}

/// Values of a criterion that no unit scores itself.
#[derive(Clone, Debug, Serialize)]
pub struct GivenPage {
    /// The round.
    pub round: Link,
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Maximum.
    pub max: String,
    /// The rule.
    pub rule: String,
    /// Who gives it.
    pub source: String,
    /// Where the form goes.
    pub action: String,
    /// The form.
    pub form: Option<Form>,
    /// How it is answered.
    pub answer: Answer,
    /// Rows.
    pub rows: Vec<AppraisalRow>,
}

/// A place in a ranking.
#[derive(Clone, Debug, Serialize)]
pub struct RankRow {
    /// Rank in its group.
    pub rank: String,
    /// By which rule equal scores stand so.
    pub tie: Option<String>,
    /// The unit.
    pub unit: String,
    /// Its points in detail.
    pub href: String,
    /// Self-score.
    pub own: String,
    /// Appraised.
    pub appraised: String,
    /// Final.
    pub total: String,
    /// Against last year, in words.
    pub previous: String,
    /// Name of the grade.
    pub grade: String,
    /// Its group.
    pub group: Option<String>,
}

/// A table of ranks with what it is made of.
#[derive(Clone, Debug, Serialize)]
pub struct Ranking {
    /// Rows.
    pub rows: Vec<RankRow>,
    /// A constructed set.
    pub sample: bool,
    /// Title of the set.
    pub set: String,
    /// How ties stand.
    pub ties: String,
    /// Number and title of the decision.
    pub decision: Option<String>,
    /// Its date.
    pub decided_on: Option<NaiveDate>,
}

/// The ranking before publication.
#[derive(Clone, Debug, Serialize)]
pub struct RankingPage {
    /// The round.
    pub round: Link,
    /// Where it stands.
    pub state: RoundState,
    /// How that looks.
    pub tone: Tone,
    /// The table.
    pub ranking: Ranking,
    /// Where forms go.
    pub href: String,
    /// Proposes it.
    pub propose: Option<Form>,
    /// An erratum wants a reason.
    pub erratum: bool,
    /// Proposals.
    pub proposals: Vec<ProposalRow>,
    /// What an erratum would change now.
    pub pending: Vec<ChangeRow>,
    /// The public page.
    pub public_href: Option<String>,
}

/// A proposed edition.
#[derive(Clone, Debug, Serialize)]
pub struct ProposalRow {
    /// Edition.
    pub edition: String,
    /// Where it stands.
    pub state: domain::round::PublicationState,
    /// How that looks.
    pub tone: Tone,
    /// Digest.
    pub digest: String,
    /// Who and when.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Why, of an erratum.
    pub reason: Option<String>,
    /// Not before.
    pub not_before: Option<DateTime<Utc>>,
    /// Who approved.
    pub approvals: Vec<String>,
    /// How many must.
    pub required: usize,
    /// Approves it.
    pub approve: Option<Form>,
    /// Publishes it.
    pub release: Option<Form>,
    /// Its address.
    pub href: String,
    /// What it changes in the published edition.
    pub changes: Vec<ChangeRow>,
}

/// A difference between two editions.
#[derive(Clone, Debug, Serialize)]
pub struct ChangeRow {
    /// The unit.
    pub unit: String,
    /// What differs, with the criterion.
    pub what: String,
    /// What it was.
    pub before: String,
    /// What it is.
    pub after: String,
}

/// A unit's points, the most lost first.
#[derive(Clone, Debug, Serialize)]
pub struct UnitPoints {
    /// Back to the ranking.
    pub back: Link,
    /// The unit.
    pub unit: String,
    /// Code.
    pub code: String,
    /// A constructed set.
    pub sample: bool,
    /// Its rank.
    pub rank: String,
    /// Final.
    pub total: String,
    /// Grade.
    pub grade: String,
    /// Base.
    pub base: String,
    /// Bonus.
    pub bonus: String,
    /// Penalty.
    pub penalty: String,
    /// Fields: name, points, maximum, percent.
    pub fields: Vec<FieldRow>,
    /// Lines, the most lost first.
    pub lines: Vec<LineRow>,
    /// Turns lost points into corrective actions.
    pub remedy: Option<RemedyForm>,
}

/// Which lost points become corrective actions.
#[derive(Clone, Debug, Serialize)]
pub struct RemedyForm {
    /// Where it goes.
    pub action: String,
    /// The form.
    pub form: Form,
    /// Criteria on which points were lost and that nothing remedies yet.
    pub codes: Vec<Choice>,
}

/// A field.
#[derive(Clone, Debug, Serialize)]
pub struct FieldRow {
    /// Code and name.
    pub name: String,
    /// Points.
    pub points: Option<String>,
    /// Maximum.
    pub max: Option<String>,
    /// Percent.
    pub percent: Option<String>,
}

/// A line.
#[derive(Clone, Debug, Serialize)]
pub struct LineRow {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Maximum.
    pub max: String,
    /// Points; none where it left the maximum.
    pub points: Option<String>,
    /// Own points.
    pub own: Option<String>,
    /// Lost.
    pub lost: String,
    /// The rule in words.
    pub how: String,
    /// Reasons.
    pub reasons: Vec<String>,
    /// The council changes it.
    pub council: Option<CouncilForm>,
    /// The corrective action about the points lost on it.
    pub remedy: Option<Link>,
}

/// The council's change of a line.
#[derive(Clone, Debug, Serialize)]
pub struct CouncilForm {
    /// Where it goes.
    pub action: String,
    /// The form.
    pub form: Form,
}

/// Published rankings.
#[derive(Clone, Debug, Serialize)]
pub struct PublishedList {
    /// Rows.
    pub rows: Vec<PublishedRow>,
}

/// A published ranking.
#[derive(Clone, Debug, Serialize)]
pub struct PublishedRow {
    /// Its page.
    pub href: String,
    /// Title.
    pub title: String,
    /// Year.
    pub year: String,
    /// Units.
    pub units: usize,
    /// When.
    pub at: Option<DateTime<Utc>>,
    /// A constructed set.
    pub sample: bool,
}

/// A published ranking in full.
#[derive(Clone, Debug, Serialize)]
pub struct PublishedRanking {
    /// Year.
    pub year: String,
    /// The day of the units.
    pub as_of: NaiveDate,
    /// The table.
    pub ranking: Ranking,
    /// Digest.
    pub digest: String,
    /// Edition.
    pub edition: String,
    /// When.
    pub at: Option<DateTime<Utc>>,
    /// The spreadsheet.
    pub file_href: String,
    /// The list.
    pub list_href: String,
    /// Editions after the first, with reasons.
    pub errata: Vec<Erratum>,
    /// Columns of the heat map: code, name with maximum.
    pub heads: Vec<Choice>,
    /// Rows of the heat map.
    pub heat: Vec<HeatRow>,
}

/// A later edition.
#[derive(Clone, Debug, Serialize)]
pub struct Erratum {
    /// Edition.
    pub edition: String,
    /// When.
    pub at: Option<DateTime<Utc>>,
    /// Why.
    pub reason: String,
    /// Digest.
    pub digest: String,
    /// What it changed in the edition before it.
    pub changes: Vec<ChangeRow>,
}

/// A unit in the heat map.
#[derive(Clone, Debug, Serialize)]
pub struct HeatRow {
    /// The unit.
    pub unit: String,
    /// Its points in detail.
    pub href: String,
    /// Cells.
    pub cells: Vec<HeatCell>,
}

/// A cell of the heat map.
#[derive(Clone, Debug, Serialize)]
pub struct HeatCell {
    /// Points.
    pub text: String,
    /// Share of the maximum in five steps, 0 to 4; none where it left the maximum.
    pub step: Option<u8>,
    /// The same as a sign.
    pub sign: String,
}

impl HeatCell {
    /// A cell by thousandths of the maximum.
    #[must_use]
    pub fn of(text: String, permille: Option<i64>) -> Self {
        let step = permille.map(|share| match share {
            ..200 => 0,
            200..500 => 1,
            500..800 => 2,
            800..1000 => 3,
            _ => 4,
        });
        let sign = match step {
            None => "–",
            Some(0) => "○",
            Some(1) => "◔",
            Some(2) => "◑",
            Some(3) => "◕",
            Some(_) => "●",
        };
        Self { text, step, sign: sign.to_owned() }
    }
}
