//! Visits under way, put there directly: how they come about is tested where they are made.

use api::clock::Clock;
use domain::checklist::{AnswerType, InspectionKind, Verdict};
use domain::id::{EvidenceId, InspectionId, LineId, PersonId, UnitId};
use domain::inspection::{InspectionState, TeamRole};
use domain::record::{ChecklistState, Subject};
use entities::{blob, checklist, evidence, inspection, inspection_line, inspection_member};
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait as _, EntityTrait as _, IntoActiveModel as _};
use serde_json::json;
use tests::TestApp;
use uuid::Uuid;

/// A visit of Sở Nội vụ to a unit: truongdoan leads, thanhvien inspects.
pub struct Visit {
    pub id: String,
    pub line: String,
}

/// A visit under way with one line, code `B1.1` (clause 8.5.1 in audits).
pub async fn visit(app: &TestApp, kind: InspectionKind, unit: &str) -> Visit {
    let id = InspectionId(Uuid::now_v7());
    let now = now(&app.clock);
    let list = checklist::Model {
        id: Uuid::now_v7().into(),
        code: format!("DM-{id}"),
        kind,
        title: "Danh mục kiểm tra".into(),
        edition: None,
        note: None,
        source: None,
        sample: true,
        version_no: 1,
        state: ChecklistState::Published,
        version: 1,
        created_at: now,
    };
    let list = list.into_active_model().insert(app.app.store.read()).await.unwrap();
    let row = inspection::Model {
        id,
        code: format!("KT-{id}"),
        programme_id: None,
        kind,
        owner_unit_id: unit_id(app, "MAU-SNV").await,
        unit_id: unit_id(app, unit).await,
        checklist_id: list.id,
        state: InspectionState::InProgress,
        surprise: false,
        legal_basis: None,
        team_decision: None,
        purpose: None,
        period_from: None,
        period_to: None,
        planned_on: now.date_naive(),
        place: None,
        notified_at: Some(now),
        self_report_due_on: None,
        self_report: None,
        started_at: Some(now),
        finished_at: None,
        reported_at: None,
        concluded_at: None,
        strengths: None,
        limitations: None,
        causes: None,
        requests: None,
        unit_opinion: None,
        refusal_reason: None,
        conclusion: None,
        copies: 2,
        cancel_reason: None,
        previous_id: None,
        created_by_id: person_id(app, "thukyiso").await,
        version: 1,
        created_at: now,
    };
    row.into_active_model().insert(app.app.store.read()).await.unwrap();
    for (login, team_role) in [("truongdoan", TeamRole::LeadInspector), ("thanhvien", TeamRole::Inspector)] {
        join(app, id, login, team_role).await;
    }
    let line = LineId(Uuid::now_v7());
    let row = inspection_line::Model {
        id: line,
        inspection_id: id,
        position: 0,
        code: "B1.1".into(),
        area_code: "B".into(),
        area_name: "Tiếp nhận hồ sơ".into(),
        clause: (kind == InspectionKind::InternalAudit).then(|| "8.5.1".into()),
        question: "Hồ sơ trễ hạn có thư xin lỗi không?".into(),
        evidence: json!([]),
        answer_type: AnswerType::YesNo,
        metric: None,
        phrases: json!(["Hồ sơ trễ hạn không có thư xin lỗi."]),
        value: None,
        verdict: Some(Verdict::Nonconform),
        note: Some("3 trong 40 hồ sơ trễ hạn không có thư xin lỗi.".into()),
        reason: None,
        conflicted: false,
        answered_by_id: None,
        answered_at: None,
        previous_line_id: None,
        version: 1,
    };
    row.into_active_model().insert(app.app.store.read()).await.unwrap();
    Visit { id: id.to_string(), line: line.to_string() }
}

/// Puts someone into a team.
pub async fn join(app: &TestApp, id: InspectionId, login: &str, team_role: TeamRole) {
    let row = inspection_member::Model {
        inspection_id: id,
        person_id: person_id(app, login).await,
        team_role,
        areas: json!([]),
        conflict: None,
        exception_reason: None,
        exception_by_id: None,
        exception_at: None,
    };
    row.into_active_model().insert(app.app.store.read()).await.unwrap();
}

/// Moves a visit on.
pub async fn move_visit(app: &TestApp, visit: &Visit, state: InspectionState) {
    let change = inspection::ActiveModel { id: Set(visit.id.parse().unwrap()), state: Set(state), ..Default::default() };
    inspection::Entity::update(change).exec(app.app.store.read()).await.unwrap();
}

/// Attaches a file to a record.
pub async fn prove(app: &TestApp, subject: Subject, id: &str, by: &str, unit: &str) -> String {
    let now = now(&app.clock);
    let sha256 = Uuid::now_v7().simple().to_string();
    let blob = blob::Model { sha256: sha256.clone(), size: 3, stored_at: now };
    blob.into_active_model().insert(app.app.store.read()).await.unwrap();
    let evidence_id = EvidenceId(Uuid::now_v7());
    let row = evidence::Model {
        id: evidence_id,
        blob_sha256: sha256,
        file_name: "anh-bang-niem-yet.jpg".into(),
        media_type: "image/jpeg".into(),
        size: 3,
        caption: None,
        unit_id: unit_id(app, unit).await,
        subject,
        subject_id: id.parse().unwrap(),
        uploaded_by_id: person_id(app, by).await,
        created_at: now,
        removed_at: None,
        remove_reason: None,
        version: 1,
    };
    row.into_active_model().insert(app.app.store.read()).await.unwrap();
    evidence_id.to_string()
}

pub async fn unit_id(app: &TestApp, code: &str) -> UnitId {
    app.unit(code).await.parse().unwrap()
}

pub async fn person_id(app: &TestApp, login: &str) -> PersonId {
    app.person(login).await.parse().unwrap()
}

fn now(clock: &Clock) -> chrono::DateTime<chrono::Utc> {
    clock.now()
}
