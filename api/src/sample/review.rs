//! Quality objectives of xã An Mẫu, and its management review of the last weeks, told through the use cases. All figures
//! and words are invented (bộ mẫu).

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate};
use domain::id::{ManagementReviewId, QualityObjectiveId};
use domain::management_review::{DecisionDraft, DecisionKind, ReviewTopic};
use domain::objective::{Bind, Direction, Draft, Frequency, StepDraft};
use entities::{management_review, quality_objective, review_decision};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use super::story::Story;
use super::unit_of;
use crate::error::{Error, Result};
use crate::http::Version;
use crate::management_reviews::{self as reviews, Meeting, Minutes, Plan, decisions, paper};
use crate::objectives::{self, Act, Measured, NewResult};

const SECRETARY: &str = "thukyiso.an";
const HEAD: &str = "chutich.an";
const OFFICER: &str = "daumoi.an";
/// How many days ago the review was held.
const HELD: i64 = -20;

/// Tells the objectives of this year, and a concluded review.
pub(super) async fn tell(story: &Story<'_>) -> Result<()> {
    let teller = Teller { story, year: story.day(0).year() };
    teller.objectives().await?;
    teller.review().await?;
    story.at(0);
    Ok(())
}

struct Teller<'a> {
    story: &'a Story<'a>,
    year: i32,
}

impl Teller<'_> {
    /// So many days ago, but never in the year before.
    fn past(&self, days: i64) -> NaiveDate {
        let day = self.story.day(-days);
        if day.year() == self.year { day } else { self.story.day(0) }
    }

    async fn objectives(&self) -> Result<()> {
        let year_end = NaiveDate::from_ymd_opt(self.year, 12, 31).unwrap_or_default();
        let step = |action: &str, owner: Option<&str>, due_on: NaiveDate| StepDraft {
            action: action.to_owned(),
            owner_id: owner.and_then(|login| self.story.world.people.get(login).copied()),
            owner_text: owner.is_none().then(|| "Văn phòng HĐND và UBND xã".to_owned()),
            due_on: Some(due_on),
        };
        let on_time = Draft {
            year: self.year,
            goal: "Hồ sơ thủ tục hành chính được giải quyết đúng hạn và trước hạn (mẫu)".to_owned(),
            measure: "Tỷ lệ hồ sơ giải quyết đúng hạn và trước hạn".to_owned(),
            measure_unit: "%".to_owned(),
            direction: Direction::AtLeast,
            target: "98.5".to_owned(),
            baseline: Some("97.2".to_owned()),
            frequency: Frequency::Quarter,
            bind: Some(Bind::DossiersOnTime),
            steps: vec![
                step("Rà soát hồ sơ sắp đến hạn vào đầu giờ mỗi ngày", Some("congchuc.an"), year_end),
                step("Họp rút kinh nghiệm về hồ sơ quá hạn lĩnh vực đất đai", None, self.past(10)),
            ],
        };
        let satisfied = Draft {
            goal: "Người dân, tổ chức hài lòng về sự phục vụ (mẫu)".to_owned(),
            measure: "Mức độ hài lòng theo khảo sát".to_owned(),
            target: "90".to_owned(),
            baseline: None,
            frequency: Frequency::Year,
            bind: Some(Bind::Satisfaction),
            steps: vec![step("Bố trí phiếu khảo sát tại quầy và mã quét", Some(OFFICER), year_end)],
            ..on_time.clone()
        };
        let returned = Draft {
            goal: "Giảm hồ sơ phải bổ sung nhiều lần (mẫu)".to_owned(),
            measure: "Số hồ sơ phải bổ sung từ lần thứ hai".to_owned(),
            measure_unit: "hồ sơ".to_owned(),
            direction: Direction::AtMost,
            target: "12".to_owned(),
            baseline: Some("31".to_owned()),
            frequency: Frequency::HalfYear,
            bind: None,
            steps: vec![step("Niêm yết mẫu hồ sơ điền sẵn", None, self.past(60))],
            ..on_time.clone()
        };
        self.story.at(-120);
        let store = &self.story.app.store;
        let mut made = Vec::new();
        for draft in [on_time, satisfied, returned] {
            let row = objectives::create(store, &self.story.who(SECRETARY).await?, None, draft).await?;
            made.push(row.id);
        }
        // The third waits for its approval.
        let [on_time, satisfied, _] = made.as_slice() else { return Err(Error::NotFound) };
        for id in [on_time, satisfied] {
            let row = self.objective(*id).await?;
            objectives::act(store, &self.story.who(HEAD).await?, *id, Version(row.version), Act::Approve).await?;
        }
        self.story.at(-30);
        let row = self.objective(*on_time).await?;
        let result = NewResult {
            measured_on: None,
            measured: Measured::Counted,
            note: Some("Ghi từ số liệu hồ sơ đã nhập (mẫu)".to_owned()),
        };
        objectives::record(store, &self.story.who(OFFICER).await?, *on_time, Version(row.version), result).await?;
        Ok(())
    }

    async fn objective(&self, id: QualityObjectiveId) -> Result<quality_objective::Model> {
        quality_objective::Entity::find_by_id(id).one(self.story.app.store.read()).await?.ok_or(Error::NotFound)
    }

    async fn row(&self, id: ManagementReviewId) -> Result<management_review::Model> {
        management_review::Entity::find_by_id(id).one(self.story.app.store.read()).await?.ok_or(Error::NotFound)
    }

    async fn version(&self, id: ManagementReviewId) -> Result<Version> {
        Ok(Version(self.row(id).await?.version))
    }

    async fn review(&self) -> Result<()> {
        let (store, person) = (&self.story.app.store, |login: &str| self.story.world.people.get(login).copied());
        let known = |login: &str| person(login).ok_or(Error::NotFound);
        self.story.at(HELD - 15);
        let secretary = self.story.who(SECRETARY).await?;
        let plan = Plan {
            on_date: self.story.day(HELD),
            place: Some("Phòng họp số 1, trụ sở UBND xã An Mẫu".to_owned()),
            chair_id: known(HEAD)?,
            secretary_id: known(SECRETARY)?,
            participant_ids: vec![known(OFFICER)?, known("congchuc.an")?],
            others: Some("Giám đốc Trung tâm Phục vụ hành chính công xã".to_owned()),
            period_from: None,
        };
        let id = reviews::plan(store, &secretary, None, None, plan).await?.id;
        self.story.at(HELD - 3);
        let secretary = self.story.who(SECRETARY).await?;
        reviews::take_inputs(store, &secretary, id, self.version(id).await?).await?;
        let remarks: BTreeMap<ReviewTopic, Option<String>> = [
            (ReviewTopic::Conformity, "Hồ sơ quá hạn tập trung ở lĩnh vực đất đai, do chờ kết quả phối hợp."),
            (ReviewTopic::Providers, "Đơn vị cung cấp phần mềm một cửa đáp ứng thời gian xử lý sự cố đã cam kết."),
            (ReviewTopic::Resources, "Quầy tiếp nhận thiếu 01 máy quét; một công chức đang nghỉ chế độ."),
            (ReviewTopic::Risks, "Đã phân công người thay thế khi công chức vắng; rủi ro mất kết nối chưa có phương án."),
        ]
        .map(|(topic, text)| (topic, Some(format!("{text} (mẫu)"))))
        .into();
        reviews::remark(store, &secretary, id, self.version(id).await?, remarks).await?;
        self.story.at(HELD);
        let secretary = self.story.who(SECRETARY).await?;
        let meeting = Meeting {
            held_on: self.story.day(HELD),
            opened: "08:00".to_owned(),
            closed: "10:30".to_owned(),
            place: None,
            participant_ids: None,
            others: None,
        };
        reviews::hold(store, &secretary, id, self.version(id).await?, meeting).await?;
        let unit = unit_of(self.story.world, "MAU-01")?;
        let centre = unit_of(self.story.world, "MAU-01-HCC")?;
        let decision = |kind, content: &str, unit_id, login: &str, due: i64, resources: Option<&str>| DecisionDraft {
            kind: Some(kind),
            content: content.to_owned(),
            unit_id: Some(unit_id),
            owner_id: person(login),
            due_on: Some(self.story.day(due)),
            resources: resources.map(str::to_owned),
        };
        let minutes = Minutes {
            discussion: Some(
                "Các ý kiến thống nhất với số liệu đầu vào do thư ký trình bày (mẫu).\nĐề nghị xử lý dứt điểm hồ sơ đất đai quá hạn và bố trí đủ thiết bị tại quầy tiếp nhận (mẫu)."
                    .to_owned(),
            ),
            conclusion: Some("Hệ thống quản lý chất lượng vẫn thích hợp, thỏa đáng và có hiệu lực (mẫu).".to_owned()),
            decisions: vec![
                decision(
                    DecisionKind::SystemChange,
                    "Rà soát thời gian từng bước của quy trình đất đai và ban hành lại (mẫu)",
                    unit,
                    OFFICER,
                    40,
                    None,
                ),
                decision(
                    DecisionKind::Resources,
                    "Mua 01 máy quét cho quầy tiếp nhận (mẫu)",
                    centre,
                    "congchuc.an",
                    15,
                    Some("12 triệu đồng, chi thường xuyên"),
                ),
                decision(
                    DecisionKind::Improvement,
                    "Niêm yết mã quét để đánh giá mức độ hài lòng tại từng quầy (mẫu)",
                    centre,
                    OFFICER,
                    -8,
                    None,
                ),
            ],
        };
        reviews::write(store, &secretary, id, self.version(id).await?, minutes).await?;
        reviews::conclude(store, &self.story.who(HEAD).await?, id, self.version(id).await?).await?;
        paper::request(self.story.app, &secretary, id).await?;
        self.follow_up(id).await
    }

    /// The first decision becomes a corrective action, the last one is done and confirmed.
    async fn follow_up(&self, id: ManagementReviewId) -> Result<()> {
        let store = &self.story.app.store;
        let decided = review_decision::Entity::find()
            .filter(review_decision::Column::ReviewId.eq(id))
            .order_by_asc(review_decision::Column::Position)
            .all(store.read())
            .await?;
        let [first, _, last] = decided.as_slice() else { return Err(Error::NotFound) };
        self.story.at(HELD + 2);
        decisions::remedy(store, &self.story.who(SECRETARY).await?, first.id, Version(first.version)).await?;
        self.story.at(-9);
        let note = "Đã niêm yết tại 04 quầy (mẫu).".to_owned();
        let report = decisions::Act::Report { note };
        let row = decisions::act(store, &self.story.who(OFFICER).await?, last.id, Version(last.version), report).await?;
        self.story.at(-7);
        let confirm = decisions::Act::Confirm;
        decisions::act(store, &self.story.who(SECRETARY).await?, last.id, Version(row.version), confirm).await?;
        Ok(())
    }
}
