//! A visit to xã An Mẫu as rows, in any state: what the tests of evidence, papers and work start from.

use chrono::{DateTime, NaiveDate, Utc};
use domain::checklist::{AnswerType, InspectionKind, Verdict};
use domain::corrective_action::{CorrectiveActionState, StepState};
use domain::finding::{FindingState, Grade};
use domain::id::{CorrectiveActionId, FindingId, InspectionId, LineId, PaperId, StepId};
use domain::inspection::{InspectionState, TeamRole};
use domain::record::{ChecklistState, PaperKind};
use entities::{checklist, corrective_action, finding, inspection, inspection_line, inspection_member, paper, step};
use sea_orm::{ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _};
use serde_json::json;
use tests::TestApp;

/// Ids of the rows.
pub struct Visit {
    pub inspection: InspectionId,
    pub lines: Vec<LineId>,
    pub finding: FindingId,
    pub action: CorrectiveActionId,
    pub step: StepId,
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

macro_rules! insert {
    ($app:expr, $row:expr) => {
        $row.into_active_model().reset_all().insert($app.app.store.read()).await.unwrap()
    };
}

/// Puts a visit into the database. `index` tells several apart.
pub async fn visit(app: &TestApp, index: u32, kind: InspectionKind, state: InspectionState) -> Visit {
    let (owner, unit) = (app.unit("MAU-SNV").await.parse().unwrap(), app.unit("MAU-01").await.parse().unwrap());
    let lead = app.person("truongdoan").await.parse().unwrap();
    let checklist = insert!(
        app,
        checklist::Model {
            id: app.clock.id().into(),
            code: format!("DM-{index}"),
            kind,
            title: "Danh mục kiểm tra công tác cải cách hành chính".into(),
            edition: None,
            note: None,
            source: None,
            sample: true,
            version_no: 1,
            state: ChecklistState::Published,
            version: 1,
            created_at: app.clock.now(),
        }
    );
    let started = state >= InspectionState::InProgress && state != InspectionState::Cancelled;
    let finished = state >= InspectionState::FieldworkDone && state != InspectionState::Cancelled;
    let row = insert!(
        app,
        inspection::Model {
            id: app.clock.id().into(),
            code: format!("KT-2026-{index:03}"),
            programme_id: None,
            kind,
            owner_unit_id: owner,
            unit_id: unit,
            checklist_id: checklist.id,
            state,
            surprise: false,
            legal_basis: Some(
                "Căn cứ Kế hoạch số 12/KH-UBND ngày 15/01/2026 của UBND tỉnh Mẫu về cải cách hành chính năm 2026".into()
            ),
            team_decision: Some("Quyết định số 45/QĐ-SNV ngày 02/11/2026 của Sở Nội vụ tỉnh Mẫu".into()),
            purpose: Some("Kiểm tra công tác cải cách hành chính năm 2026".into()),
            period_from: Some(day("2026-01-01")),
            period_to: Some(day("2026-10-31")),
            planned_on: day("2026-11-16"),
            place: Some("Trụ sở UBND xã An Mẫu".into()),
            notified_at: Some(at("2026-11-09T01:00:00Z")),
            self_report_due_on: None,
            self_report: None,
            started_at: started.then(|| at("2026-11-16T01:00:00Z")),
            finished_at: finished.then(|| at("2026-11-16T09:30:00Z")),
            reported_at: None,
            concluded_at: None,
            strengths: Some("Bộ phận Một cửa bố trí đủ công chức.".into()),
            limitations: None,
            causes: Some("Công chức mới nhận nhiệm vụ.".into()),
            requests: Some("Rà soát bảng niêm yết thủ tục hành chính.".into()),
            unit_opinion: None,
            refusal_reason: None,
            conclusion: None,
            copies: 3,
            cancel_reason: None,
            previous_id: None,
            created_by_id: lead,
            version: 1,
            created_at: app.clock.now(),
        }
    );
    let team =
        [("truongdoan", TeamRole::LeadInspector), ("thanhvien", TeamRole::Inspector), ("thukydoan", TeamRole::TeamSecretary)];
    for (login, team_role) in team {
        let _ = insert!(
            app,
            inspection_member::Model {
                inspection_id: row.id,
                person_id: app.person(login).await.parse().unwrap(),
                team_role,
                areas: json!([]),
                conflict: None,
                exception_reason: None,
                exception_by_id: None,
                exception_at: None,
            }
        );
    }
    let lines = lines(app, &row).await;
    let raised = insert!(
        app,
        finding::Model {
            id: app.clock.id().into(),
            code: format!("PH-2026-{index:03}"),
            kind,
            inspection_id: Some(row.id),
            line_id: Some(lines[1]),
            line_code: Some("CD-02".into()),
            clause: None,
            area_code: Some("I".into()),
            owner_unit_id: owner,
            unit_id: unit,
            grade: if kind == InspectionKind::Cchc { Grade::Limitation } else { Grade::Minor },
            criterion: Some("Nghị định số 61/2018/NĐ-CP, Điều 14".into()),
            statement: Some("Hồ sơ trễ hạn không có thư xin lỗi.".into()),
            recommendation: Some("Thực hiện thư xin lỗi với mọi hồ sơ trễ hạn.".into()),
            state: FindingState::Raised,
            created_by_id: lead,
            raised_at: Some(at("2026-11-16T03:00:00Z")),
            confirmed_by_id: Some(lead),
            confirmed_at: Some(at("2026-11-16T03:00:00Z")),
            answer_due_on: Some(day("2026-11-20")),
            answered_by_id: None,
            answered_at: None,
            dispute_reason: None,
            decided_by_id: None,
            decision_reason: None,
            appeal_reason: None,
            appealed_at: None,
            appeal_decided_at: None,
            regrade_reason: None,
            repeat_of_id: None,
            search_text: String::new(),
            version: 1,
            created_at: app.clock.now(),
            sheet_line_id: None,
            revision_id: None,
            review_decision_id: None,
        }
    );
    let action = insert!(
        app,
        corrective_action::Model {
            id: app.clock.id().into(),
            code: format!("KP-2026-{index:03}"),
            finding_id: raised.id,
            owner_unit_id: owner,
            unit_id: unit,
            state: CorrectiveActionState::InExecution,
            correction: None,
            extent: None,
            whys: json!([]),
            cause_group: None,
            cause_origin: None,
            external_agency: None,
            external_letter: None,
            plan_due_on: day("2026-11-27"),
            due_on: None,
            effectiveness_months: 3,
            effectiveness_due_on: None,
            verifier_id: Some(lead),
            submitted_by_id: None,
            submitted_at: None,
            return_remark: None,
            return_count: 0,
            approved_by_id: None,
            approved_at: None,
            verified_by_id: None,
            verified_at: None,
            verification_note: None,
            effect_by_id: None,
            effect_at: None,
            effect_note: None,
            effect_sample: None,
            reopened_from_id: None,
            cancel_reason: None,
            version: 1,
            created_at: app.clock.now(),
        }
    );
    let step = insert!(
        app,
        step::Model {
            id: app.clock.id().into(),
            corrective_action_id: action.id,
            position: 1,
            action: "Gửi thư xin lỗi".into(),
            owner_id: Some(app.person("congchuc.an").await.parse().unwrap()),
            due_on: Some(day("2026-12-01")),
            expected_evidence: None,
            state: StepState::Open,
            remark: None,
            result: None,
            done_by_id: None,
            done_at: None,
        }
    );
    Visit { inspection: row.id, lines, finding: raised.id, action: action.id, step: step.id }
}

async fn lines(app: &TestApp, visit: &inspection::Model) -> Vec<LineId> {
    let lead = app.person("truongdoan").await.parse().unwrap();
    let rows = [
        ("CD-01", "I", "Chỉ đạo, điều hành", AnswerType::YesNo, json!({"type": "yes_no", "value": true}), Verdict::Conform),
        (
            "CD-02",
            "I",
            "Chỉ đạo, điều hành",
            AnswerType::Ratio,
            json!({"type": "ratio", "numerator": 482, "denominator": 484}),
            Verdict::Nonconform,
        ),
        (
            "TC-01",
            "II",
            "Cải cách thủ tục hành chính",
            AnswerType::Count,
            json!({"type": "count", "value": 12}),
            Verdict::Partial,
        ),
    ];
    let mut ids = Vec::new();
    for (position, (code, area, name, answer_type, value, verdict)) in rows.into_iter().enumerate() {
        let row = insert!(
            app,
            inspection_line::Model {
                id: app.clock.id().into(),
                inspection_id: visit.id,
                position: i32::try_from(position).unwrap() + 1,
                code: code.into(),
                area_code: area.into(),
                area_name: name.into(),
                clause: None,
                question: format!("Nội dung kiểm tra {code}"),
                evidence: json!([]),
                answer_type,
                metric: None,
                phrases: json!([]),
                value: Some(value),
                verdict: Some(verdict),
                note: Some("Đã xem hồ sơ lưu.".into()),
                reason: None,
                conflicted: false,
                answered_by_id: Some(lead),
                answered_at: Some(at("2026-11-16T02:00:00Z")),
                previous_line_id: None,
                version: 2,
            }
        );
        ids.push(row.id);
    }
    ids
}

/// Moves a visit to a state.
pub async fn set_state(app: &TestApp, visit: &Visit, state: InspectionState) {
    let change = inspection::ActiveModel { id: sea_orm::Set(visit.inspection), state: sea_orm::Set(state), ..Default::default() };
    change.update(app.app.store.read()).await.unwrap();
}

/// Signs a paper at an instant.
pub async fn sign(app: &TestApp, visit: &Visit, kind: PaperKind, signed: &str) {
    let _ = insert!(
        app,
        paper::Model {
            id: PaperId(app.clock.id()),
            inspection_id: visit.inspection,
            kind,
            number: None,
            symbol: None,
            issued_on: None,
            signed_at: Some(at(signed)),
            registered_by_id: None,
            version: 1,
        }
    );
}

/// Events of one kind.
pub async fn events(app: &TestApp, kind: &str) -> usize {
    let rows = entities::event::Entity::find().filter(entities::event::Column::Kind.eq(kind)).all(app.app.store.read());
    rows.await.unwrap().len()
}
