//! A year of inspections on tỉnh Mẫu, told through the use cases themselves: every state of the chain is there because
//! somebody of the sample world brought it there. All figures are invented (bộ mẫu).

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::checklist::{AnswerType, InspectionKind, Value, Verdict};
use domain::corrective_action::{CauseGroup, CauseOrigin};
use domain::finding::Grade;
use domain::id::{CorrectiveActionId, FindingId, InspectionId, LineId};
use domain::inspection::TeamRole;
use domain::record::{ChecklistState, Subject};
use entities::{checklist, corrective_action, finding, inspection, inspection_line, step};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use uuid::Uuid;

use super::{World, unit_of};
use crate::app::App;
use crate::auth::{Caller, RequestContext, session};
use crate::corrective_actions::{dates, doing, plan as plans};
use crate::error::{Error, Result};
use crate::evidence::{About, attach_files};
use crate::findings::{self, Act as FindingAct, NewFinding};
use crate::http::Version;
use crate::inspections::{lines, plan, team, verbs};
use crate::programmes;

/// Tells the whole year. The clock ends where it began.
pub(super) async fn tell(app: &App, world: &World) -> Result<()> {
    let story = Story { app, world, now: app.store.clock().now() };
    story.programme().await?;
    story.an_mau().await?;
    story.binh_mau().await?;
    story.chau_mau().await?;
    story.an_mau_again().await?;
    story.dong_mau().await?;
    story.own_audit().await?;
    story.at(0);
    super::year::tell(&story).await?;
    super::rounds::tell(&story).await?;
    super::documents::tell(&story).await?;
    super::review::tell(&story).await?;
    app.store.clock().set(story.now);
    Ok(())
}

/// Who tells, where, and when.
pub(super) struct Story<'a> {
    pub(super) app: &'a App,
    pub(super) world: &'a World,
    now: DateTime<Utc>,
}

/// A line that is not in order, and what is found on it.
struct Fault {
    position: usize,
    grade: Grade,
    statement: &'static str,
    recommendation: &'static str,
}

const fn fault(position: usize, grade: Grade, statement: &'static str, recommendation: &'static str) -> Fault {
    Fault { position, grade, statement, recommendation }
}

impl Story<'_> {
    /// Moves the clock to so many days from now.
    pub(super) fn at(&self, days: i64) {
        self.app.store.clock().set(self.now + TimeDelta::days(days));
    }

    pub(super) fn day(&self, days: i64) -> NaiveDate {
        domain::time::vn_date(self.now + TimeDelta::days(days))
    }

    pub(super) async fn who(&self, login: &str) -> Result<Caller> {
        let person = self.world.people.get(login).copied().ok_or(Error::NotFound)?;
        session::caller(self.app, person, None, None, None, RequestContext::default()).await
    }

    async fn programme(&self) -> Result<()> {
        self.at(-175);
        let year = domain::time::vn_date(self.now).format("%Y").to_string().parse().unwrap_or(2026);
        let texts = programmes::Texts {
            title: format!("Kế hoạch kiểm tra cải cách hành chính và áp dụng ISO năm {year} (mẫu)"),
            objective: Some(
                "Đánh giá việc thực hiện nhiệm vụ cải cách hành chính và duy trì hệ thống quản lý chất lượng tại cấp xã."
                    .to_owned(),
            ),
            legal_basis: Some("Kế hoạch cải cách hành chính năm của UBND tỉnh Mẫu".to_owned()),
        };
        let new = programmes::NewProgramme { unit_id: None, year, texts };
        let made = programmes::create(&self.app.store, &self.who("thukyiso").await?, new).await?;
        programmes::approve(&self.app.store, &self.who("lanhdao").await?, made.id, Version(made.version)).await?;
        Ok(())
    }

    /// Plans a visit and names its team.
    async fn planned(
        &self,
        kind: InspectionKind,
        unit: &str,
        on: NaiveDate,
        surprise: bool,
        members: &[(&str, TeamRole)],
    ) -> Result<InspectionId> {
        let list = checklist::Entity::find()
            .filter(checklist::Column::Kind.eq(kind))
            .filter(checklist::Column::State.eq(ChecklistState::Published))
            .one(self.app.store.read())
            .await?
            .ok_or(Error::NotFound)?;
        let planner = if kind == InspectionKind::InternalAudit { "thukyiso.an" } else { "thukyiso" };
        let new = plan::Plan {
            programme_id: None,
            kind,
            owner_unit_id: None,
            unit_id: unit_of(self.world, unit)?,
            checklist_id: list.id,
            planned_on: on,
            surprise,
            frame: plan::Frame {
                legal_basis: Some("Kế hoạch kiểm tra cải cách hành chính năm của Sở Nội vụ tỉnh Mẫu (mẫu)".to_owned()),
                team_decision: Some(
                    "Quyết định số 15/QĐ-SNV của Giám đốc Sở Nội vụ về việc thành lập đoàn kiểm tra (mẫu)".to_owned(),
                ),
                purpose: Some("Kiểm tra việc thực hiện nhiệm vụ cải cách hành chính".to_owned()),
                period_from: Some(on - TimeDelta::days(180)),
                period_to: Some(on - TimeDelta::days(1)),
                place: Some("Trụ sở UBND".to_owned()),
            },
        };
        let made = plan::plan(&self.app.store, &self.who(planner).await?, new).await?;
        let exception = members.iter().any(|(login, _)| *login == "chuyencongtac");
        let namer = if exception { "lanhdao" } else { planner };
        let mut inputs = Vec::new();
        for (login, team_role) in members {
            inputs.push(team::MemberInput {
                person_id: self.world.people.get(*login).copied().ok_or(Error::NotFound)?,
                team_role: *team_role,
                areas: Vec::new(),
                exception_reason: (*login == "chuyencongtac")
                    .then(|| "Không còn chuyên viên nào khác am hiểu hồ sơ đất đai.".to_owned()),
            });
        }
        if !inputs.is_empty() {
            team::set_team(&self.app.store, &self.who(namer).await?, made.id, Version(made.version), inputs).await?;
        }
        Ok(made.id)
    }

    async fn act(&self, login: &str, id: InspectionId, act: verbs::Act) -> Result<()> {
        let row = inspection::Entity::find_by_id(id).one(self.app.store.read()).await?.ok_or(Error::NotFound)?;
        verbs::act(&self.app.store, &self.who(login).await?, id, Version(row.version), act).await?;
        Ok(())
    }

    async fn lines_of(&self, id: InspectionId) -> Result<Vec<inspection_line::Model>> {
        let lines = inspection_line::Entity::find().filter(inspection_line::Column::InspectionId.eq(id));
        Ok(lines.order_by_asc(inspection_line::Column::Position).all(self.app.store.read()).await?)
    }

    /// Answers lines as the lead: faults as not conforming, the rest as conforming, with a value of the line's type.
    async fn answer(&self, id: InspectionId, faults: &[Fault], first: usize) -> Result<()> {
        let operations = self.lines_of(id).await?.into_iter().enumerate().take(first).map(|(position, line)| {
            let fault = faults.iter().find(|fault| fault.position == position && needs_fault(fault.grade));
            lines::Operation {
                client_id: format!("mau-{}", line.id),
                line_id: line.id,
                base_version: line.version,
                device_at: None,
                value: Ok(value_for(line.answer_type, position, fault.is_none())),
                verdict: Some(if fault.is_some() { Verdict::Nonconform } else { Verdict::Conform }),
                note: fault.map(|fault| fault.statement.to_owned()),
                reason: None,
            }
        });
        lines::answer(&self.app.store, &self.who("truongdoan").await?, id, operations.collect()).await?;
        Ok(())
    }

    /// Raises a finding on a line, with a piece of evidence.
    async fn raise(&self, id: InspectionId, fault: &Fault) -> Result<FindingId> {
        let made = self.drafted(id, fault).await?;
        let lead = self.who("truongdoan").await?;
        findings::act(&self.app.store, &lead, made.id, Version(made.version), FindingAct::Raise).await?;
        Ok(made.id)
    }

    async fn drafted(&self, id: InspectionId, fault: &Fault) -> Result<finding::Model> {
        let line = self.lines_of(id).await?.into_iter().nth(fault.position).ok_or(Error::NotFound)?;
        self.attach("truongdoan", Subject::InspectionLine, line.id.0, "Bản chụp hồ sơ kiểm tra (mẫu)").await?;
        let new = NewFinding {
            inspection_id: id,
            line_id: Some(LineId(line.id.0)),
            grade: Some(fault.grade),
            criterion: None,
            statement: Some(fault.statement.to_owned()),
            recommendation: Some(fault.recommendation.to_owned()),
            evidence_ids: Vec::new(),
        };
        findings::draft(&self.app.store, &self.who("truongdoan").await?, new).await
    }

    async fn attach(&self, login: &str, subject: Subject, id: Uuid, caption: &str) -> Result<()> {
        let about = About::check(subject, id, "minh-chung-mau.txt", "text/plain", Some(caption))?;
        let text = format!("Minh chứng mẫu, không phải hồ sơ thật.\n{caption}\n{id}\n");
        attach_files(self.app, &self.who(login).await?, vec![(about, text.into_bytes())]).await?;
        Ok(())
    }

    async fn answer_finding(&self, login: &str, id: FindingId, act: FindingAct) -> Result<()> {
        let row = finding::Entity::find_by_id(id).one(self.app.store.read()).await?.ok_or(Error::NotFound)?;
        findings::act(&self.app.store, &self.who(login).await?, id, Version(row.version), act).await?;
        Ok(())
    }

    /// The action that the answer to a finding has opened.
    async fn action_of(&self, id: FindingId) -> Result<corrective_action::Model> {
        let found = corrective_action::Entity::find().filter(corrective_action::Column::FindingId.eq(id));
        found.order_by_desc(corrective_action::Column::Id).one(self.app.store.read()).await?.ok_or(Error::NotFound)
    }

    async fn steps_of(&self, id: CorrectiveActionId) -> Result<Vec<step::Model>> {
        let steps = step::Entity::find().filter(step::Column::CorrectiveActionId.eq(id));
        Ok(steps.order_by_asc(step::Column::Position).all(self.app.store.read()).await?)
    }

    /// A whole plan, submitted by the head.
    async fn plan_for(&self, finding: FindingId, place: &str, due: NaiveDate) -> Result<corrective_action::Model> {
        let (officer, head, clerk) = (format!("daumoi.{place}"), format!("chutich.{place}"), format!("congchuc.{place}"));
        let doer = self.world.people.get(&clerk).or_else(|| self.world.people.get(&officer)).copied();
        let draft = plans::PlanDraft {
            correction: Some("Gửi thư xin lỗi cho các hồ sơ trễ hạn trong kỳ và công khai kết quả.".to_owned()),
            extent: Some("Đã rà soát các lĩnh vực khác, không có trường hợp tương tự.".to_owned()),
            whys: vec![
                "Công chức không nhận được cảnh báo hồ sơ sắp đến hạn.".to_owned(),
                "Quy trình nội bộ chưa giao người theo dõi thời hạn hằng ngày.".to_owned(),
            ],
            cause_group: Some(CauseGroup::Procedure),
            cause_origin: Some(CauseOrigin::Internal),
            external_agency: None,
            external_letter: None,
            steps: vec![plans::StepDraft {
                id: None,
                action: Some("Sửa quy trình nội bộ, giao một công chức theo dõi thời hạn hằng ngày".to_owned()),
                owner_id: doer,
                due_on: Some(due),
                expected_evidence: Some("Quy trình ban hành lại, sổ theo dõi thời hạn".to_owned()),
            }],
        };
        let open = self.action_of(finding).await?;
        let saved = plans::save_draft(&self.app.store, &self.who(&officer).await?, open.id, Version(open.version), draft).await?;
        plans::submit(&self.app.store, &self.who(&head).await?, saved.id, Version(saved.version)).await
    }

    /// A concluded visit whose findings ended in every way.
    async fn an_mau(&self) -> Result<()> {
        self.at(-165);
        let id = self.planned(InspectionKind::Cchc, "MAU-01", self.day(-150), false, FULL_TEAM).await?;
        self.act("thukydoan", id, verbs::Act::Notify { self_report_due_on: Some(self.day(-152)) }).await?;
        self.at(-153);
        let text = "UBND xã đã hoàn thành 21/25 nhiệm vụ trong kế hoạch, đang thực hiện 04 nhiệm vụ (số liệu mẫu).".to_owned();
        self.act("chutich.an", id, verbs::Act::SubmitSelfReport { text }).await?;
        self.at(-150);
        self.act("truongdoan", id, verbs::Act::Start).await?;
        let faults = [
            fault(
                19,
                Grade::Limitation,
                "3/40 hồ sơ trễ hạn trong kỳ không có thư xin lỗi.",
                "Thực hiện thư xin lỗi với mọi hồ sơ trễ hạn.",
            ),
            fault(
                17,
                Grade::Limitation,
                "Bảng niêm yết thiếu 12 thủ tục mới công bố.",
                "Niêm yết đủ trong 5 ngày làm việc kể từ ngày công bố.",
            ),
            fault(
                15,
                Grade::Limitation,
                "Quy chế làm việc chưa cập nhật theo mô hình hai cấp.",
                "Ban hành lại quy chế làm việc.",
            ),
            fault(
                42,
                Grade::Limitation,
                "Chưa kiểm tra việc chấp hành kỷ luật, kỷ cương trong 6 tháng đầu năm.",
                "Lập kế hoạch và tự kiểm tra hằng quý.",
            ),
        ];
        self.answer(id, &faults, usize::MAX).await?;
        let mut raised = Vec::new();
        for fault in &faults {
            raised.push(self.raise(id, fault).await?);
        }
        self.act("truongdoan", id, verbs::Act::Finish).await?;
        self.act("thukydoan", id, verbs::Act::SignMinutes { unit_signed: true, refusal_reason: None }).await?;
        let [apology, posted, rules, discipline] = raised[..] else { return Ok(()) };
        self.at(-147);
        self.answer_finding("chutich.an", apology, FindingAct::Accept).await?;
        self.answer_finding("chutich.an", posted, FindingAct::Accept).await?;
        self.answer_finding(
            "chutich.an",
            rules,
            FindingAct::Dispute("Quy chế đã ban hành ngày 20/07, chưa kịp gửi đoàn.".to_owned()),
        )
        .await?;
        self.answer_finding("chutich.an", discipline, FindingAct::Dispute("Đã tự kiểm tra nhưng chưa lập biên bản.".to_owned()))
            .await?;
        self.at(-145);
        self.answer_finding(
            "truongdoan",
            rules,
            FindingAct::Withdraw("Đơn vị đã gửi quy chế ban hành đúng ngày nêu.".to_owned()),
        )
        .await?;
        self.answer_finding(
            "truongdoan",
            discipline,
            FindingAct::Uphold("Không có biên bản nên không có căn cứ xác nhận.".to_owned()),
        )
        .await?;
        self.at(-143);
        self.act("truongdoan", id, verbs::Act::Report).await?;
        self.at(-140);
        let conclusion = Some("Đơn vị cơ bản hoàn thành nhiệm vụ; cần khắc phục các tồn tại nêu trong báo cáo.".to_owned());
        self.act("lanhdao", id, verbs::Act::Conclude { conclusion }).await?;
        self.proven(apology).await?;
        self.overdue(posted).await?;
        self.returned(discipline).await
    }

    /// Planned, done, verified, and its effect proven three months later.
    async fn proven(&self, finding: FindingId) -> Result<()> {
        self.at(-138);
        let sent = self.plan_for(finding, "an", self.day(-125)).await?;
        self.at(-136);
        let lead = self.who("truongdoan").await?;
        let running = plans::approve(&self.app.store, &lead, sent.id, Version(sent.version), None).await?;
        self.at(-127);
        let clerk = self.who("congchuc.an").await?;
        let mut version = running.version;
        for step in self.steps_of(running.id).await? {
            self.attach("congchuc.an", Subject::Step, step.id.0, "Quy trình ban hành lại (mẫu)").await?;
            let result = "Đã ban hành lại quy trình, mở sổ theo dõi.".to_owned();
            version = doing::report_done(&self.app.store, &clerk, running.id, step.id, Version(version), result).await?.version;
        }
        self.at(-120);
        let word = doing::Verification {
            accepted: true,
            note: Some("Đã xem quy trình và sổ theo dõi tại đơn vị.".to_owned()),
            rows: Vec::new(),
        };
        let done = doing::verify(&self.app.store, &lead, running.id, Version(version), word).await?;
        let due = done.effectiveness_due_on.unwrap_or_else(|| self.day(-28));
        self.at((due - self.day(0)).num_days() + 1);
        let lead = self.who("truongdoan").await?;
        crate::corrective_actions::fall_due(&self.app.store, due).await?;
        let ready = self.action_of(finding).await?;
        let word = doing::EffectCheck {
            effective: true,
            note: "Ba tháng gần nhất không có hồ sơ trễ hạn thiếu thư xin lỗi.".to_owned(),
            sample: Some("30 hồ sơ lấy mẫu".to_owned()),
        };
        doing::check_effectiveness(&self.app.store, &lead, ready.id, Version(ready.version), word).await?;
        Ok(())
    }

    /// Being done, with a later date granted once, and overdue all the same.
    async fn overdue(&self, finding: FindingId) -> Result<()> {
        self.at(-137);
        let sent = self.plan_for(finding, "an", self.day(-60)).await?;
        self.at(-135);
        let lead = self.who("truongdoan").await?;
        let running = plans::approve(&self.app.store, &lead, sent.id, Version(sent.version), None).await?;
        self.at(-64);
        let step = self.steps_of(running.id).await?.into_iter().next().ok_or(Error::NotFound)?;
        let asked = dates::ExtensionRequest {
            step_id: Some(step.id),
            new_due_on: self.day(-10),
            reason: "Chờ quyết định công bố danh mục thủ tục mới của tỉnh.".to_owned(),
        };
        dates::request(&self.app.store, &self.who("daumoi.an").await?, running.id, Version(running.version), asked).await?;
        self.at(-62);
        let open = entities::extension::Entity::find().one(self.app.store.read()).await?.ok_or(Error::NotFound)?;
        dates::decide(&self.app.store, &lead, open.id, Version(open.version), true, Some("Lý do khách quan.".to_owned())).await?;
        Ok(())
    }

    /// Returned with a remark on its row.
    async fn returned(&self, finding: FindingId) -> Result<()> {
        self.at(-136);
        let sent = self.plan_for(finding, "an", self.day(40)).await?;
        self.at(-134);
        let rows: Vec<plans::RowRemark> = self
            .steps_of(sent.id)
            .await?
            .into_iter()
            .map(|step| plans::RowRemark {
                step_id: step.id,
                remark: "Nêu rõ sổ theo dõi do ai giữ, kiểm tra bao lâu một lần.".to_owned(),
            })
            .collect();
        plans::send_back(&self.app.store, &self.who("truongdoan").await?, sent.id, Version(sent.version), None, rows).await?;
        Ok(())
    }

    /// An ISO check with an exception to independence: one plan waits for approval, one was never filed.
    async fn binh_mau(&self) -> Result<()> {
        self.at(-45);
        let members = [
            ("truongdoan", TeamRole::LeadInspector),
            ("chuyencongtac", TeamRole::Inspector),
            ("thukydoan", TeamRole::TeamSecretary),
        ];
        let id = self.planned(InspectionKind::IsoCheck, "MAU-02", self.day(-30), false, &members).await?;
        self.act("thukydoan", id, verbs::Act::Notify { self_report_due_on: None }).await?;
        self.at(-30);
        self.act("truongdoan", id, verbs::Act::Start).await?;
        let faults = [
            fault(
                3,
                Grade::Minor,
                "Danh sách bên quan tâm chưa có cơ quan phối hợp giải quyết đất đai.",
                "Bổ sung danh sách, xác định yêu cầu.",
            ),
            fault(
                63,
                Grade::Major,
                "Không có bằng chứng đã đánh giá nội bộ trong năm.",
                "Tổ chức đánh giá nội bộ trước ngày công bố lại.",
            ),
            fault(40, Grade::Observation, "Hồ sơ lưu chưa xếp theo thứ tự thời gian.", "Sắp xếp lại khi chỉnh lý."),
        ];
        self.answer(id, &faults, usize::MAX).await?;
        let mut raised = Vec::new();
        for fault in &faults {
            raised.push(self.raise(id, fault).await?);
        }
        self.act("truongdoan", id, verbs::Act::Finish).await?;
        self.act("thukydoan", id, verbs::Act::SignMinutes { unit_signed: true, refusal_reason: None }).await?;
        self.at(-28);
        for finding in &raised {
            self.answer_finding("chutich.binh", *finding, FindingAct::Accept).await?;
        }
        self.at(-25);
        self.act("truongdoan", id, verbs::Act::Report).await?;
        self.at(-22);
        let conclusion = Some("Hệ thống được duy trì; phải đánh giá nội bộ trước khi công bố lại.".to_owned());
        self.act("lanhdao", id, verbs::Act::Conclude { conclusion }).await?;
        self.at(-18);
        let first = raised.first().copied().ok_or(Error::NotFound)?;
        self.plan_for(first, "binh", self.day(20)).await?;
        Ok(())
    }

    /// A visit in full swing: a third of the lines judged, a finding raised and another still a draft.
    async fn chau_mau(&self) -> Result<()> {
        self.at(-12);
        let id = self.planned(InspectionKind::Cchc, "MAU-03", self.day(0), false, FULL_TEAM).await?;
        self.act("thukydoan", id, verbs::Act::Notify { self_report_due_on: None }).await?;
        self.at(0);
        self.act("truongdoan", id, verbs::Act::Start).await?;
        let faults = [
            fault(7, Grade::Limitation, "Báo cáo quý III gửi chậm 4 ngày.", "Gửi báo cáo định kỳ đúng hạn."),
            fault(19, Grade::Limitation, "Hồ sơ trễ hạn không có thư xin lỗi.", "Thực hiện thư xin lỗi với mọi hồ sơ trễ hạn."),
        ];
        self.answer(id, &faults, 24).await?;
        let [late, apology] = &faults;
        self.raise(id, late).await?;
        self.drafted(id, apology).await?;
        Ok(())
    }

    /// A surprise visit to the first commune finds the same fault again; the unit disputes.
    async fn an_mau_again(&self) -> Result<()> {
        self.at(-4);
        let id = self.planned(InspectionKind::Cchc, "MAU-01", self.day(-3), true, FULL_TEAM).await?;
        self.at(-3);
        self.act("truongdoan", id, verbs::Act::Start).await?;
        let faults =
            [fault(17, Grade::Limitation, "Bảng niêm yết vẫn thiếu 05 thủ tục mới công bố.", "Niêm yết đủ ngay trong tuần.")];
        self.answer(id, &faults, usize::MAX).await?;
        let mut again = None;
        for fault in &faults {
            again = Some(self.raise(id, fault).await?);
        }
        self.act("truongdoan", id, verbs::Act::Finish).await?;
        self.at(-2);
        if let Some(finding) = again {
            let reason = "05 thủ tục này mới công bố ngày hôm trước, chưa hết hạn niêm yết.".to_owned();
            self.answer_finding("chutich.an", finding, FindingAct::Dispute(reason)).await?;
        }
        Ok(())
    }

    /// Next week's visit: the unit has been told.
    async fn dong_mau(&self) -> Result<()> {
        self.at(-3);
        let id = self.planned(InspectionKind::Cchc, "MAU-04", self.day(7), false, FULL_TEAM).await?;
        self.act("thukydoan", id, verbs::Act::Notify { self_report_due_on: Some(self.day(4)) }).await
    }

    /// The first commune's own audit: in the programme, nobody named yet.
    async fn own_audit(&self) -> Result<()> {
        self.at(-1);
        self.planned(InspectionKind::InternalAudit, "MAU-01-HCC", self.day(21), false, &[]).await?;
        Ok(())
    }
}

/// The team of most visits.
const FULL_TEAM: &[(&str, TeamRole)] =
    &[("truongdoan", TeamRole::LeadInspector), ("thanhvien", TeamRole::Inspector), ("thukydoan", TeamRole::TeamSecretary)];

/// Whether a finding of this grade stands on a line that does not conform.
fn needs_fault(grade: Grade) -> bool {
    matches!(grade, Grade::Major | Grade::Minor | Grade::Limitation)
}

/// An invented value of the line's type. One ratio is declared above 1, as a real report once was.
fn value_for(kind: AnswerType, position: usize, good: bool) -> Option<Value> {
    Some(match kind {
        AnswerType::YesNo => Value::YesNo { value: good },
        AnswerType::Number => Value::Number { value: "95.5".to_owned() },
        AnswerType::Ratio if position % 5 == 2 => Value::Ratio { numerator: 484, denominator: 482 },
        AnswerType::Ratio => Value::Ratio { numerator: 1769, denominator: 1774 },
        AnswerType::Count => Value::Count { value: 12 },
        AnswerType::Amount => Value::Amount { value: 125_000_000 },
        AnswerType::Sample if good => Value::Sample { population: 1774, drawn: 30, failed: 0, failed_ids: Vec::new() },
        AnswerType::Sample => Value::Sample { population: 1774, drawn: 40, failed: 3, failed_ids: Vec::new() },
        AnswerType::Text => return None,
    })
}
