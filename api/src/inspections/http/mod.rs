//! The JSON API of this area: a thin adapter over its use cases.

mod lines;
mod record;

use chrono::NaiveDate;
use domain::checklist::InspectionKind;
use domain::id::{ChecklistId, InspectionId, PersonId, ProgrammeId, UnitId};
use domain::inspection::{InspectionState, TeamRole};
use entities::inspection;
use poem::web::Data;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

use super::plan::{Frame, Plan, TextChange};
use super::team::MemberInput;
use super::verbs::{Act, act};
use super::{Filter, Listed, plan, team};
use crate::app::App;
use crate::auth::{Auth, Caller, Either, can};
use crate::error::Result;
use crate::http::{One, Page, Slice, Version, link};

pub use lines::InspectionLinesApi;
pub use record::{Inspection, InspectionRow};

/// Operations on inspections.
#[derive(Debug)]
pub struct InspectionsApi;

/// The inspecting side: who plans, and the team.
type PlansOrRuns = Either<can::PlanInspections, can::RunInspections>;
/// Both sides: texts of the papers are the team's, the planner's, the authority's, and the unit's own opinion.
type WritesTexts = Either<PlansOrRuns, can::SignForUnit>;

/// An inspection to be planned.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct NewInspection {
    /// The programme it belongs to.
    pub programme_id: Option<ProgrammeId>,
    /// Kind.
    pub kind: InspectionKind,
    /// The unit that inspects; may be left out by who plans for one unit only.
    pub owner_unit_id: Option<UnitId>,
    /// The unit inspected.
    pub unit_id: UnitId,
    /// A published checklist of the same kind.
    pub checklist_id: ChecklistId,
    /// The day of the visit.
    pub planned_on: NaiveDate,
    /// Without notice.
    #[oai(default)]
    pub surprise: bool,
    /// Căn cứ, one a line.
    pub legal_basis: Option<String>,
    /// Number and date of the decision on the team.
    pub team_decision: Option<String>,
    /// Purpose.
    pub purpose: Option<String>,
    /// First day of the period under check.
    pub period_from: Option<NaiveDate>,
    /// Last day of the period under check.
    pub period_to: Option<NaiveDate>,
    /// Where.
    pub place: Option<String>,
}

/// Texts to be changed; what is left out stays, an empty text empties.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct InspectionTexts {
    /// Căn cứ, one a line.
    pub legal_basis: Option<String>,
    /// Number and date of the decision on the team.
    pub team_decision: Option<String>,
    /// Purpose.
    pub purpose: Option<String>,
    /// Where.
    pub place: Option<String>,
    /// First day of the period under check.
    pub period_from: Option<NaiveDate>,
    /// Last day of the period under check.
    pub period_to: Option<NaiveDate>,
    /// Copies of the minutes.
    pub copies: Option<i32>,
    /// Strengths.
    pub strengths: Option<String>,
    /// Limitations.
    pub limitations: Option<String>,
    /// Causes.
    pub causes: Option<String>,
    /// Kiến nghị, yêu cầu.
    pub requests: Option<String>,
    /// What the inspected unit says: by its head, or taken down by lead or team secretary.
    pub unit_opinion: Option<String>,
    /// The conclusion, by the ordering authority.
    pub conclusion: Option<String>,
}

/// The team.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct TeamInput {
    /// Its members, exactly one of them the lead.
    pub members: Vec<TeamMemberInput>,
}

/// A member to be named.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct TeamMemberInput {
    /// The person.
    pub person_id: PersonId,
    /// Their part.
    pub team_role: TeamRole,
    /// Area codes given to them; empty means all.
    #[oai(default)]
    pub areas: Vec<String>,
    /// Why they take part although they are not independent; the ordering authority's word.
    pub exception_reason: Option<String>,
}

/// A reason.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct InspectionReason {
    /// Why.
    pub reason: String,
}

/// The notice.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct Notice {
    /// By when the unit's self-report is asked for; absent when it is not.
    pub self_report_due_on: Option<NaiveDate>,
}

/// The unit's self-report.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct SelfReport {
    /// The report.
    pub text: String,
}

/// The signature under the minutes.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct Signature {
    /// The unit signed.
    pub unit_signed: bool,
    /// Why not.
    pub refusal_reason: Option<String>,
}

/// The conclusion.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct ConclusionInput {
    /// The conclusion; may have been written before.
    pub conclusion: Option<String>,
}

/// Another day.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct Postponement {
    /// The new day.
    pub planned_on: NaiveDate,
    /// Why.
    pub reason: String,
}

impl From<NewInspection> for Plan {
    fn from(new: NewInspection) -> Self {
        let NewInspection {
            programme_id,
            kind,
            owner_unit_id,
            unit_id,
            checklist_id,
            planned_on,
            surprise,
            legal_basis,
            team_decision,
            purpose,
            period_from,
            period_to,
            place,
        } = new;
        let frame = Frame { legal_basis, team_decision, purpose, period_from, period_to, place };
        Self { programme_id, kind, owner_unit_id, unit_id, checklist_id, planned_on, surprise, frame }
    }
}

impl From<InspectionTexts> for TextChange {
    fn from(texts: InspectionTexts) -> Self {
        let InspectionTexts {
            legal_basis,
            team_decision,
            purpose,
            place,
            period_from,
            period_to,
            copies,
            strengths,
            limitations,
            causes,
            requests,
            unit_opinion,
            conclusion,
        } = texts;
        Self {
            legal_basis,
            team_decision,
            purpose,
            place,
            period_from,
            period_to,
            copies,
            strengths,
            limitations,
            causes,
            requests,
            unit_opinion,
            conclusion,
        }
    }
}

impl From<TeamMemberInput> for MemberInput {
    fn from(member: TeamMemberInput) -> Self {
        let TeamMemberInput { person_id, team_role, areas, exception_reason } = member;
        Self { person_id, team_role, areas, exception_reason }
    }
}

/// The record after a change, as the caller sees it.
async fn shown(app: &App, caller: &Caller, row: &inspection::Model) -> Result<One<Inspection>> {
    let record = super::get(app.store.read(), caller, row.id).await?;
    let version = record.row.version;
    Ok(One::found(Inspection::new(app, record), version))
}

async fn moved(app: &App, caller: &Caller, id: InspectionId, seen: Version, what: Act) -> Result<One<Inspection>> {
    let row = act(&app.store, caller, id, seen, what).await?;
    shown(app, caller, &row).await
}

#[OpenApi]
impl InspectionsApi {
    /// List inspections
    ///
    /// Those the caller sees, the latest day first.
    #[oai(path = "/inspections", method = "get", operation_id = "list_inspections")]
    #[expect(clippy::too_many_arguments, reason = "query parameters")]
    async fn list_inspections(
        &self,
        auth: Auth<can::ReadInspections>,
        app: Data<&App>,
        state: Query<Option<InspectionState>>,
        kind: Query<Option<InspectionKind>>,
        unit_id: Query<Option<UnitId>>,
        year: Query<Option<i32>>,
        mine: Query<Option<bool>>,
        q: Query<Option<String>>,
        limit: Query<Option<u64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<InspectionRow>>> {
        let slice = Slice::new(limit.0, cursor.0.as_deref())?;
        let filter =
            Filter { state: state.0, kind: kind.0, unit_id: unit_id.0, year: year.0, mine: mine.0.unwrap_or(false), q: q.0 };
        let path = link(
            "/api/v1/inspections",
            &[
                ("state", filter.state.map(|state| state.to_string())),
                ("kind", filter.kind.map(|kind| kind.to_string())),
                ("unit_id", filter.unit_id.map(|unit| unit.to_string())),
                ("year", filter.year.map(|year| year.to_string())),
                ("mine", filter.mine.then(|| "true".to_owned())),
                ("q", filter.q.clone()),
            ],
        );
        let rows = super::list(app.store.read(), &auth, &filter, &slice).await?;
        let key = |listed: &Listed| (listed.row.planned_on.to_string().into(), listed.row.id.0);
        let (items, next) = slice.page(rows, &path, key, InspectionRow::from);
        Ok(Json(Page { items, next }))
    }

    /// Plan an inspection
    ///
    /// Gets its number (`KT-2026-001`, internal audits `DG-2026-001`) and remembers the last visit.
    #[oai(path = "/inspections", method = "post", operation_id = "create_inspection")]
    async fn create_inspection(
        &self,
        auth: Auth<can::PlanInspections>,
        app: Data<&App>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
        body: Json<NewInspection>,
    ) -> Result<One<Inspection>> {
        let row = plan::plan(&app.store, &auth, body.0.into()).await?;
        let record = super::get(app.store.read(), &auth, row.id).await?;
        let version = record.row.version;
        Ok(One::made(Inspection::new(&app, record), version))
    }

    /// Get an inspection
    #[oai(path = "/inspections/:id", method = "get", operation_id = "get_inspection")]
    async fn get_inspection(
        &self,
        auth: Auth<can::ReadInspections>,
        app: Data<&App>,
        id: Path<InspectionId>,
    ) -> Result<One<Inspection>> {
        let record = super::get(app.store.read(), &auth, id.0).await?;
        let version = record.row.version;
        Ok(One::found(Inspection::new(&app, record), version))
    }

    /// Write texts of the papers
    ///
    /// Each text has its writers and its time; the others stay.
    #[oai(path = "/inspections/:id", method = "patch", operation_id = "update_inspection")]
    async fn update_inspection(
        &self,
        auth: Auth<WritesTexts>,
        app: Data<&App>,
        id: Path<InspectionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<InspectionTexts>,
    ) -> Result<One<Inspection>> {
        let row = plan::write_texts(&app.store, &auth, id.0, seen.0, body.0.into()).await?;
        shown(&app, &auth, &row).await
    }

    /// Name the team
    ///
    /// Exactly one lead. Who is not independent of the unit needs an exception by the ordering authority.
    #[oai(path = "/inspections/:id/set_team", method = "post", operation_id = "set_inspection_team")]
    async fn set_inspection_team(
        &self,
        auth: Auth<can::PlanInspections>,
        app: Data<&App>,
        id: Path<InspectionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<TeamInput>,
    ) -> Result<One<Inspection>> {
        let members = body.0.members.into_iter().map(MemberInput::from).collect();
        let row = team::set_team(&app.store, &auth, id.0, seen.0, members).await?;
        shown(&app, &auth, &row).await
    }

    /// Except a member from independence
    ///
    /// The ordering authority's act, with the reason, for this inspection only.
    #[oai(path = "/inspections/:id/members/:person_id/exception", method = "post", operation_id = "except_inspection_member")]
    async fn except_inspection_member(
        &self,
        auth: Auth<can::OrderInspections>,
        app: Data<&App>,
        id: Path<InspectionId>,
        person_id: Path<PersonId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<InspectionReason>,
    ) -> Result<One<Inspection>> {
        let row = team::except(&app.store, &auth, id.0, seen.0, person_id.0, body.0.reason).await?;
        shown(&app, &auth, &row).await
    }

    /// Tell the unit
    #[oai(path = "/inspections/:id/notify", method = "post", operation_id = "notify_inspection")]
    async fn notify_inspection(
        &self,
        auth: Auth<PlansOrRuns>,
        app: Data<&App>,
        id: Path<InspectionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<Notice>,
    ) -> Result<One<Inspection>> {
        moved(&app, &auth, id.0, seen.0, Act::Notify { self_report_due_on: body.0.self_report_due_on }).await
    }

    /// Send the self-report
    ///
    /// The head of the inspected unit.
    #[oai(path = "/inspections/:id/submit_self_report", method = "post", operation_id = "submit_inspection_self_report")]
    async fn submit_inspection_self_report(
        &self,
        auth: Auth<can::SignForUnit>,
        app: Data<&App>,
        id: Path<InspectionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<SelfReport>,
    ) -> Result<One<Inspection>> {
        moved(&app, &auth, id.0, seen.0, Act::SubmitSelfReport { text: body.0.text }).await
    }

    /// Send the self-report back
    #[oai(path = "/inspections/:id/return_self_report", method = "post", operation_id = "return_inspection_self_report")]
    async fn return_inspection_self_report(
        &self,
        auth: Auth<can::RunInspections>,
        app: Data<&App>,
        id: Path<InspectionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<InspectionReason>,
    ) -> Result<One<Inspection>> {
        moved(&app, &auth, id.0, seen.0, Act::ReturnSelfReport { reason: body.0.reason }).await
    }

    /// Open the visit
    ///
    /// Takes the inspection's own copy of its checklist.
    #[oai(path = "/inspections/:id/start", method = "post", operation_id = "start_inspection")]
    async fn start_inspection(
        &self,
        auth: Auth<can::RunInspections>,
        app: Data<&App>,
        id: Path<InspectionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
    ) -> Result<One<Inspection>> {
        moved(&app, &auth, id.0, seen.0, Act::Start).await
    }

    /// End the field work
    #[oai(path = "/inspections/:id/finish", method = "post", operation_id = "finish_inspection")]
    async fn finish_inspection(
        &self,
        auth: Auth<can::RunInspections>,
        app: Data<&App>,
        id: Path<InspectionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
    ) -> Result<One<Inspection>> {
        moved(&app, &auth, id.0, seen.0, Act::Finish).await
    }

    /// Sign the minutes
    ///
    /// A unit that refuses is recorded with its reason.
    #[oai(path = "/inspections/:id/sign_minutes", method = "post", operation_id = "sign_inspection_minutes")]
    async fn sign_inspection_minutes(
        &self,
        auth: Auth<can::RunInspections>,
        app: Data<&App>,
        id: Path<InspectionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<Signature>,
    ) -> Result<One<Inspection>> {
        let Signature { unit_signed, refusal_reason } = body.0;
        moved(&app, &auth, id.0, seen.0, Act::SignMinutes { unit_signed, refusal_reason }).await
    }

    /// Hand in the report
    #[oai(path = "/inspections/:id/report", method = "post", operation_id = "report_inspection")]
    async fn report_inspection(
        &self,
        auth: Auth<can::RunInspections>,
        app: Data<&App>,
        id: Path<InspectionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
    ) -> Result<One<Inspection>> {
        moved(&app, &auth, id.0, seen.0, Act::Report).await
    }

    /// Conclude
    ///
    /// The ordering authority, who is neither in the team nor the head of the unit.
    #[oai(path = "/inspections/:id/conclude", method = "post", operation_id = "conclude_inspection")]
    async fn conclude_inspection(
        &self,
        auth: Auth<can::OrderInspections>,
        app: Data<&App>,
        id: Path<InspectionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<ConclusionInput>,
    ) -> Result<One<Inspection>> {
        moved(&app, &auth, id.0, seen.0, Act::Conclude { conclusion: body.0.conclusion }).await
    }

    /// Close the case
    #[oai(path = "/inspections/:id/close", method = "post", operation_id = "close_inspection")]
    async fn close_inspection(
        &self,
        auth: Auth<PlansOrRuns>,
        app: Data<&App>,
        id: Path<InspectionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
    ) -> Result<One<Inspection>> {
        moved(&app, &auth, id.0, seen.0, Act::Close).await
    }

    /// Give the visit up
    #[oai(path = "/inspections/:id/cancel", method = "post", operation_id = "cancel_inspection")]
    async fn cancel_inspection(
        &self,
        auth: Auth<can::PlanInspections>,
        app: Data<&App>,
        id: Path<InspectionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<InspectionReason>,
    ) -> Result<One<Inspection>> {
        moved(&app, &auth, id.0, seen.0, Act::Cancel { reason: body.0.reason }).await
    }

    /// Move the visit to another day
    ///
    /// A unit that was told must be told again.
    #[oai(path = "/inspections/:id/reschedule", method = "post", operation_id = "reschedule_inspection")]
    async fn reschedule_inspection(
        &self,
        auth: Auth<PlansOrRuns>,
        app: Data<&App>,
        id: Path<InspectionId>,
        #[oai(name = "If-Match")] seen: Header<Version>,
        body: Json<Postponement>,
    ) -> Result<One<Inspection>> {
        let Postponement { planned_on, reason } = body.0;
        moved(&app, &auth, id.0, seen.0, Act::Reschedule { planned_on, reason }).await
    }
}
