//! A list costs the same number of statements however long it is.

use domain::checklist::InspectionKind;
use domain::corrective_action::{CorrectiveActionState, StepState};
use domain::finding::{FindingState, Grade};
use domain::id::{InspectionId, LineId, ManagementReviewId};
use domain::permission::{Role, Span};
use domain::record::{MailState, PaperKind, ProgrammeState, ReportState, Subject};
use entities::{
    answer, api_token, assignment, calendar_day, corrective_action, finding, inspection_line, mail, membership, programme,
    reminder, report, step,
};
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, EntityTrait as _, IntoActiveModel as _};
use serde_json::json;
use tests::TestApp;
use uuid::Uuid;

use crate::support::{Visit, person_id, prove, unit_id, visit};

/// The records that the lists about one record are about.
struct First {
    visit: Visit,
    finding: String,
    action: String,
    review: ManagementReviewId,
}

/// One more of everything that a list shows, the `n`-th; lines, answers and files also in `first`.
async fn one_more(app: &TestApp, n: usize, first: Option<&First>) -> First {
    crate::criteria::one_more(app, n).await;
    crate::documents::one_more(app, n).await;
    crate::objectives::one_more(app, n).await;
    let review = crate::management_reviews::one_more(app, n).await;
    let db = app.app.store.read();
    let (now, unit, owner) = (app.clock.now(), unit_id(app, "MAU-01").await, unit_id(app, "MAU-SNV").await);
    let lead = person_id(app, "truongdoan").await;
    let visit = visit(app, InspectionKind::Cchc, "MAU-01").await;
    let line: LineId = visit.line.parse().unwrap();
    let raised = finding::ActiveModel {
        id: Set(app.clock.id().into()),
        code: Set(format!("PH-2026-9{n:03}")),
        search_text: Set("phat hien".to_owned()),
        kind: Set(InspectionKind::Cchc),
        inspection_id: Set(Some(visit.id.parse().unwrap())),
        line_id: Set(Some(line)),
        line_code: Set(Some("B1.1".to_owned())),
        owner_unit_id: Set(owner),
        unit_id: Set(unit),
        grade: Set(Grade::ALL[0]),
        statement: Set(Some("Hồ sơ trễ hạn không có thư xin lỗi.".to_owned())),
        state: Set(FindingState::ActionRequired),
        raised_at: Set(Some(now)),
        created_by_id: Set(lead),
        version: Set(1),
        created_at: Set(now),
        ..Default::default()
    };
    let raised = raised.insert(db).await.unwrap();
    let action = corrective_action::ActiveModel {
        id: Set(app.clock.id().into()),
        code: Set(format!("KP-2026-9{n:03}")),
        finding_id: Set(raised.id),
        owner_unit_id: Set(owner),
        unit_id: Set(unit),
        state: Set(CorrectiveActionState::InExecution),
        correction: Set(Some("Gửi thư xin lỗi.".to_owned())),
        whys: Set(json!(["Quên gửi thư"])),
        plan_due_on: Set("2026-12-01".parse().unwrap()),
        effectiveness_months: Set(3),
        verifier_id: Set(Some(lead)),
        approved_at: Set(Some(now)),
        return_count: Set(0),
        version: Set(1),
        created_at: Set(now),
        ..Default::default()
    };
    let action = action.insert(db).await.unwrap();
    let doing = step::ActiveModel {
        id: Set(app.clock.id().into()),
        corrective_action_id: Set(action.id),
        position: Set(1),
        action: Set("Phân công người gửi thư".to_owned()),
        owner_id: Set(Some(person_id(app, "congchuc.an").await)),
        due_on: Set(Some("2026-11-10".parse().unwrap())),
        state: Set(StepState::Open),
        ..Default::default()
    };
    let doing = doing.insert(db).await.unwrap();
    prove(app, Subject::Finding, &raised.id.to_string(), "truongdoan", "MAU-01").await;
    prove(app, Subject::Step, &doing.id.to_string(), "congchuc.an", "MAU-01").await;
    let plan = programme::Model {
        id: app.clock.id().into(),
        code: format!("CT-{}", 1990 + n),
        year: 1990 + i32::try_from(n).unwrap(),
        unit_id: owner,
        title: format!("Chương trình {n}"),
        objective: None,
        legal_basis: None,
        state: ProgrammeState::Draft,
        approved_by_id: None,
        approved_at: None,
        version: 1,
        created_at: now,
    };
    plan.into_active_model().insert(db).await.unwrap();
    staff(app, n).await;
    crate::conformity::one_more(app, n, &format!("THU-{n}")).await;
    let own = First { visit, finding: raised.id.to_string(), action: action.id.to_string(), review };
    within(app, n, first.unwrap_or(&own)).await;
    own
}

/// A unit, a person in another one with a role, and what is kept for the lead.
async fn staff(app: &TestApp, n: usize) {
    let db = app.app.store.read();
    let (root, unit, now) = (unit_id(app, "MAU").await, unit_id(app, "MAU-01").await, app.clock.now());
    let lead = person_id(app, "truongdoan").await;
    let today: chrono::NaiveDate = "2026-11-16".parse().unwrap();
    let person = app.app.store.write(api::store::Writer::Cli, move |tx| async move {
        let new = api::units::NewUnit {
            code: format!("THU-{n}"),
            kind_code: "xa".to_owned(),
            name: format!("Xã Thử {n}"),
            parent_id: Some(root),
            valid_from: today,
            valid_to: None,
            source: None,
            sample: true,
        };
        api::units::create(&tx, new).await?;
        let new = api::people::NewPerson {
            full_name: format!("Người thứ {n}"),
            email: None,
            login: format!("nguoi.{n}"),
            password_hash: "không đăng nhập".to_owned(),
            sample: true,
        };
        Ok(api::people::create(&tx, new).await?.id)
    });
    let person = person.await.unwrap();
    let member = membership::Model {
        id: app.clock.id().into(),
        person_id: person,
        unit_id: unit,
        position: None,
        valid_from: today,
        valid_to: None,
        version: 1,
    };
    member.into_active_model().insert(db).await.unwrap();
    let role = assignment::Model {
        id: app.clock.id().into(),
        person_id: person,
        role: Role::Employee,
        unit_id: unit,
        span: Span::Own,
        valid_from: today,
        valid_to: None,
        granted_by_id: None,
        reason: None,
        version: 1,
        created_at: now,
    };
    role.into_active_model().insert(db).await.unwrap();
    let token = api_token::Model {
        id: app.clock.id().into(),
        person_id: lead,
        name: format!("Kịch bản {n}"),
        token_hash: format!("{n:064}"),
        permissions: json!(["read_reference"]),
        created_at: now,
        expires_at: now + chrono::TimeDelta::days(30),
        used_at: None,
        revoked_at: None,
        version: 1,
    };
    token.into_active_model().insert(db).await.unwrap();
    let sent = mail::Model {
        id: app.clock.id().into(),
        person_id: lead,
        kind: "digest".to_owned(),
        on_date: today,
        state: MailState::Sent,
        address: Some("truongdoan@example.vn".to_owned()),
        subject: Some(format!("Việc đến hạn {n}")),
        text: None,
        html: None,
        message_id: format!("<{n}@example.vn>"),
        attempts: 1,
        last_error: None,
        created_at: now,
        sent_at: Some(now),
        dedup_key: format!("thu-{n}"),
    };
    let sent = sent.into_active_model().insert(db).await.unwrap();
    let told = reminder::Model {
        id: app.clock.id().into(),
        rule: "due".to_owned(),
        subject: Subject::Unit,
        subject_id: Uuid::now_v7(),
        stage: "due".to_owned(),
        due_on: today,
        person_id: lead,
        mail_id: Some(sent.id),
        superseded: false,
        planned_on: today,
        created_at: now,
    };
    told.into_active_model().insert(db).await.unwrap();
    let day = calendar_day::Model {
        id: app.clock.id().into(),
        on_date: today + chrono::TimeDelta::days(i64::try_from(n).unwrap() + 14),
        kind: domain::calendar::DayKind::ALL[0],
        name: format!("Ngày nghỉ {n}"),
        source: None,
        trust: "entered".to_owned(),
        published_on: None,
        version: 1,
    };
    day.into_active_model().insert(db).await.unwrap();
}

/// One more of what hangs on the first records: lines with findings and evidence, answers, files, papers.
async fn within(app: &TestApp, n: usize, first: &First) {
    let db = app.app.store.read();
    let (lead, now) = (person_id(app, "truongdoan").await, app.clock.now());
    let first_line: LineId = first.visit.line.parse().unwrap();
    let row = inspection_line::Entity::find_by_id(first_line).one(db).await.unwrap().unwrap();
    let line = LineId(Uuid::now_v7());
    let position = i32::try_from(n).unwrap() + 1;
    let more = inspection_line::Model {
        id: line,
        position,
        code: format!("B9.{n}"),
        answered_by_id: Some(lead),
        answered_at: Some(now),
        ..row
    };
    more.into_active_model().insert(db).await.unwrap();
    prove(app, Subject::InspectionLine, &line.to_string(), "truongdoan", "MAU-01").await;
    prove(app, Subject::InspectionLine, &first.visit.line, "truongdoan", "MAU-01").await;
    let found =
        finding::Entity::find_by_id(first.finding.parse::<domain::id::FindingId>().unwrap()).one(db).await.unwrap().unwrap();
    let more = finding::Model { id: app.clock.id().into(), code: format!("PH-2026-8{n:03}"), line_id: Some(line), ..found };
    more.into_active_model().insert(db).await.unwrap();
    let word = answer::Model {
        id: app.clock.id().into(),
        line_id: first_line,
        seq: i64::try_from(n).unwrap(),
        client_id: format!("máy-{n}"),
        base_version: 1,
        device_at: None,
        at: now,
        person_id: lead,
        value: None,
        verdict: None,
        note: None,
        reason: None,
        conflict: false,
    };
    word.into_active_model().insert(db).await.unwrap();
    let inspection_id: InspectionId = first.visit.id.parse().unwrap();
    let paper = report::Model {
        id: app.clock.id().into(),
        kind: PaperKind::ALL[0],
        inspection_id,
        state: ReportState::Failed,
        draft: true,
        data: json!({}),
        template_version: None,
        font_hash: None,
        pages: None,
        blob_sha256: None,
        error: Some("thử".to_owned()),
        requested_by_id: lead,
        requested_at: now,
        ready_at: None,
    };
    paper.into_active_model().insert(db).await.unwrap();
}

#[tokio::test]
async fn every_list_costs_the_same_statements_with_three_rows_and_with_twenty() {
    let app = TestApp::start().await;
    let first = one_more(&app, 1, None).await;
    for n in 2..=3 {
        one_more(&app, n, Some(&first)).await;
    }
    let First { visit, action, review, .. } = &first;
    let root = app.unit("MAU").await;
    let api = [
        ("quantri", format!("units?parent={root}&on=2026-11-16")),
        ("quantri", "people?q=nguoi%20thu".to_owned()),
        ("quantri", "assignments?limit=100".to_owned()),
        ("quantri", "events?limit=100".to_owned()),
        ("truongdoan", "tokens".to_owned()),
        ("truongdoan", "mails".to_owned()),
        ("truongdoan", "reminders".to_owned()),
        ("truongdoan", "work".to_owned()),
        ("congchuc.an", "work".to_owned()),
        ("congchuc.an", "calendar/days?year=2026".to_owned()),
        ("thukyiso", "checklists".to_owned()),
        ("thukyiso", "programmes".to_owned()),
        ("thukyhoidong", "criteria-sets".to_owned()),
        ("thukyhoidong", "index-results?index=qd766".to_owned()),
        ("thukyiso", "inspections".to_owned()),
        ("thukyiso.an", "quality-objectives".to_owned()),
        ("thukyiso.an", "management-reviews".to_owned()),
        ("thukyiso.an", format!("management-reviews/{review}/papers")),
        ("chutich.an", "findings".to_owned()),
        ("chutich.an", "corrective-actions".to_owned()),
        ("thukyiso.an", "conformity-declarations".to_owned()),
        ("thukyiso.an", "conformity-certificates".to_owned()),
        ("quantri", "conformity-units?limit=100".to_owned()),
        ("truongdoan", "findings".to_owned()),
        ("truongdoan", "corrective-actions".to_owned()),
        ("truongdoan", format!("corrective-actions/{action}/examples")),
        ("truongdoan", format!("inspections/{}/lines", visit.id)),
        ("truongdoan", format!("inspections/{}/lines/{}/answers", visit.id, visit.line)),
        ("truongdoan", format!("reports?inspection_id={}", visit.id)),
        ("truongdoan", format!("evidence?subject=inspection_line&subject_id={}", visit.line)),
    ];
    let pages = [
        ("quantri", format!("/don-vi?thuoc={root}&ngay=2026-11-16")),
        ("quantri", "/nhan-su?q=nguoi%20thu".to_owned()),
        ("quantri", "/nhat-ky".to_owned()),
        ("quantri", "/lich".to_owned()),
        ("truongdoan", "/".to_owned()),
        ("congchuc.an", "/".to_owned()),
        ("truongdoan", "/tai-khoan".to_owned()),
        ("hethong", "/thu".to_owned()),
        ("thukyiso", "/danh-muc".to_owned()),
        ("thukyiso", "/chuong-trinh".to_owned()),
        ("thukyhoidong", "/bo-tieu-chi".to_owned()),
        ("thukyhoidong", "/chi-so-766".to_owned()),
        ("thukyiso", "/kiem-tra".to_owned()),
        ("chutich.an", "/phat-hien".to_owned()),
        ("chutich.an", "/khac-phuc".to_owned()),
        ("thukyiso.an", "/quy-trinh".to_owned()),
        ("thukyiso.an", "/quy-trinh/van-ban-ngoai".to_owned()),
        ("thukyiso.an", "/quy-trinh/thu-tuc-hanh-chinh".to_owned()),
        ("thukyiso.an", "/quy-trinh/ra-soat".to_owned()),
        ("thukyiso.an", "/".to_owned()),
        ("thukyiso.an", "/muc-tieu".to_owned()),
        ("thukyiso.an", "/xem-xet-lanh-dao".to_owned()),
        ("thukyiso.an", format!("/xem-xet-lanh-dao/{review}")),
        ("thukyiso.an", "/cong-khai/thu-tuc".to_owned()),
        ("quantri", "/cong-bo".to_owned()),
        ("thukyiso.an", "/cong-bo/danh-sach".to_owned()),
        ("thukyiso.an", "/cong-khai/cong-bo".to_owned()),
        ("thukyiso.an", "/quy-trinh/thay-doi-tthc".to_owned()),
        ("thukyiso.an", "/quy-trinh/danh-muc/master".to_owned()),
        ("thukyiso.an", "/quy-trinh/danh-muc/external".to_owned()),
        ("thukyiso.an", "/quy-trinh/danh-muc/records".to_owned()),
        ("thukyiso.an", "/quy-trinh/danh-muc/distribution".to_owned()),
        ("thukyiso.an", "/quy-trinh/danh-muc/requests".to_owned()),
        ("truongdoan", format!("/kiem-tra/{}", visit.id)),
        ("truongdoan", format!("/kiem-tra/{}/van-ban", visit.id)),
        ("truongdoan", format!("/minh-chung/inspection_line/{}", visit.line)),
    ];
    let mut clients = Vec::new();
    for (login, path) in api {
        clients.push((app.sign_in(login).await, format!("{login} /api/v1/{path}"), format!("/api/v1/{path}")));
    }
    for path in crate::documents::LISTS {
        let path = format!("/api/v1/{path}");
        clients.push((app.sign_in("thukyiso.an").await, path.clone(), path));
    }
    for (login, path) in pages {
        clients.push((app.browse(login).await, format!("{login} {path}"), path));
    }
    let measure = async || {
        let mut costs = Vec::new();
        for (client, _, path) in &clients {
            client.get(path).await.expect(200);
            let before = app.statements();
            let answer = client.get(path).await.expect(200);
            costs.push((app.statements() - before, answer.bytes.len()));
        }
        costs
    };
    let short = measure().await;
    for n in 4..=20 {
        one_more(&app, n, Some(&first)).await;
    }
    let long = measure().await;
    let mut wrong = Vec::new();
    for ((_, name, _), ((few, small), (many, big))) in clients.iter().zip(short.into_iter().zip(long)) {
        if many != few || few == 0 {
            wrong.push(format!("{name}: {few} statements, then {many}"));
        }
        if big <= small {
            wrong.push(format!("{name}: does not show the new rows ({small} bytes, then {big})"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The control: a reader that asks once a row is seen as one.
#[tokio::test]
async fn the_count_of_statements_sees_a_question_for_each_row() {
    let app = TestApp::start().await;
    let before = app.statements();
    for code in ["MAU-01", "MAU-02", "MAU-03"] {
        app.unit(code).await;
    }
    assert_eq!(app.statements() - before, 3);
}

#[tokio::test]
async fn a_code_that_looks_like_a_date_is_paged_as_text_and_a_made_up_cursor_harms_nothing() {
    let app = TestApp::start().await;
    let admin = app.sign_in("quantri").await;
    let parent = app.unit("MAU").await;
    for code in ["2026-11-16", "2026-11-17", "2026-11-18"] {
        let body = json!({"code": code, "kind": "phong", "name": format!("Phòng {code}"), "parent_id": parent});
        admin.post("/api/v1/units", body).await.expect(201);
    }
    let (mut codes, mut next) = (Vec::new(), Some("/api/v1/units?limit=1".to_owned()));
    while let Some(path) = next.filter(|_| codes.len() < 3) {
        let page = admin.get(&path).await.expect(200).json();
        codes.push(page["items"][0]["code"].as_str().unwrap().to_owned());
        next = page["next"].as_str().map(str::to_owned);
    }
    assert_eq!(codes, ["2026-11-16", "2026-11-17", "2026-11-18"]);
    let made_up = json!([17, Uuid::nil()]).to_string();
    let cursor: String = made_up.bytes().map(|byte| format!("{byte:02x}")).collect();
    let keeper = app.sign_in("thukyiso").await;
    for list in ["units", "inspections", "findings", "corrective-actions", "programmes"] {
        keeper.get(&format!("/api/v1/{list}?cursor={cursor}")).await.expect(200);
    }
}
