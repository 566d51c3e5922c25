//! Two scoring rounds of tỉnh Mẫu on the constructed set, told through the use cases: last year's,
//! published, and this year's, in which the communes are scoring themselves. Figures are invented,
//! but for those that `sample-units.yaml` marks as taken from an article.

use std::collections::BTreeMap;

use chrono::Datelike as _;
use domain::id::{CriteriaSetId, RoundId, SheetId, UnitId};
use domain::record::CriteriaSetState;
use domain::round::{RoundVerb, ScoreVerdict};
use domain::scoring::{CriteriaSet, Exact, ScoreSource};
use entities::{criteria_set, round, sheet};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::{Value as Json, json};

use super::story::Story;
use super::unit_of;
use crate::criteria::yaml;
use crate::error::{Error, Result};
use crate::http::Version;
use crate::rounds::appraise::{self, Given, Judgement};
use crate::rounds::counted::{Counted, counted};
use crate::rounds::sheets::{self, LineInput};
use crate::rounds::{self, Dates, Decision, NewRound, Seat, publish};

const FIGURES: &str = include_str!("../../../data/sample-units.yaml");
/// Communes, who fills their sheets in and who hands them in.
const COMMUNES: [(&str, &str, &str); 3] =
    [("MAU-01", "daumoi.an", "chutich.an"), ("MAU-02", "daumoi.binh", "chutich.binh"), ("MAU-03", "daumoi.chau", "chutich.chau")];

/// What one commune declares other than the first.
fn changed(unit: &str) -> Vec<(&'static str, Json)> {
    match unit {
        "MAU-02" => vec![
            ("1.1.3", json!({"done": 25, "planned": 25})),
            ("1.5", json!({"on_time": 62, "assigned": 70})),
            ("3.3.3", json!({"repeated_requests": 0})),
            ("7.1", json!({"signed": 471, "issued": 482})),
        ],
        "MAU-03" => vec![
            ("1.1.1", json!("khong_kip_thoi")),
            ("2.3", json!({"faulty_docs": 5})),
            ("7.3", json!({"online": 702, "received": 1774})),
            ("9.2", json!(true)),
        ],
        _ => Vec::new(),
    }
}

/// Whether a declared figure is another than the one that was counted.
fn differs(declared: &Json, counted: &BTreeMap<String, Counted>) -> bool {
    counted.iter().any(|(input, one)| {
        let figure = declared.get(input).map(|figure| figure.as_str().map_or_else(|| figure.to_string(), str::to_owned));
        figure.is_some_and(|figure| figure != one.value.to_string())
    })
}

/// Tells both rounds.
pub(super) async fn tell(story: &Story<'_>) -> Result<()> {
    let set_row = criteria_set::Entity::find()
        .filter(criteria_set::Column::Sample.eq(true))
        .filter(criteria_set::Column::State.eq(CriteriaSetState::Published))
        .one(story.app.store.read())
        .await?
        .ok_or(Error::NotFound)?;
    let (_, set) = rounds::set_of(story.app.store.read(), set_row.id).await?;
    let figures = yaml::to_json(&yaml::read(FIGURES).map_err(|broken| Error::Internal(broken.into()))?);
    let values = figures.pointer("/units/0/values").and_then(Json::as_object).cloned().unwrap_or_default();
    let values: BTreeMap<String, Json> = values.into_iter().collect();
    let teller = Teller { story, set_id: set_row.id, set, values };
    let last = teller.last_year().await?;
    teller.this_year(last).await
}

struct Teller<'a> {
    story: &'a Story<'a>,
    set_id: CriteriaSetId,
    set: CriteriaSet,
    values: BTreeMap<String, Json>,
}

impl Teller<'_> {
    async fn open(&self, year: i32, begin: i64, due: i64, previous: Option<RoundId>) -> Result<RoundId> {
        self.story.at(begin);
        let (store, secretary) = (&self.story.app.store, self.story.who("thukyhoidong").await?);
        let due_on = self.story.day(due);
        let end = due_on.and_hms_opt(17, 0, 0).and_then(|end| end.and_local_timezone(domain::time::vietnam()).single());
        let new = NewRound {
            title: format!("Chấm điểm chỉ số cải cách hành chính cấp xã năm {year} (mẫu)"),
            year,
            set_id: self.set_id,
            owner_unit_id: None,
            as_of: self.story.day(begin),
            survey_held: true,
            unit_ids: Vec::new(),
            dates: Dates {
                self_due_at: end.map_or_else(|| store.clock().now(), |end| end.to_utc()),
                explanation_days: 5,
                appraisal_due_on: self.story.day(due + 30),
            },
            approvals_required: 2,
            previous_id: previous,
        };
        let made = rounds::create(store, &secretary, new).await?;
        let mut seats = Vec::new();
        for login in ["thamdinh1", "thamdinh2"] {
            let person_id = self.story.who(login).await?.person;
            seats.push(Seat { person_id, group: String::new() });
        }
        let made = rounds::set_panel(store, &secretary, made.id, Version(made.version), seats).await?;
        self.act(made.id, RoundVerb::Open, Decision::default()).await?;
        Ok(made.id)
    }

    async fn act(&self, id: RoundId, verb: RoundVerb, decision: Decision) -> Result<()> {
        let store = &self.story.app.store;
        let row = round::Entity::find_by_id(id).one(store.read()).await?.ok_or(Error::NotFound)?;
        rounds::act(store, &self.story.who("thukyhoidong").await?, id, Version(row.version), verb, decision).await?;
        Ok(())
    }

    async fn sheet(&self, id: RoundId, unit: UnitId) -> Result<SheetId> {
        let row = sheet::Entity::find()
            .filter(sheet::Column::RoundId.eq(id))
            .filter(sheet::Column::UnitId.eq(unit))
            .one(self.story.app.store.read())
            .await?;
        row.map(|row| row.id).ok_or(Error::NotFound)
    }

    /// Fills in the first `lines` lines of a sheet; all of them are handed in. A sheet still being written takes the
    /// figures that are counted; one that is handed in keeps its own, and says why where they differ.
    async fn self_score(&self, id: RoundId, (unit, officer, head): (&str, &str, &str), lines: usize) -> Result<()> {
        let store = &self.story.app.store;
        let unit_id = unit_of(self.story.world, unit)?;
        let sheet = self.sheet(id, unit_id).await?;
        let row = round::Entity::find_by_id(id).one(store.read()).await?.ok_or(Error::NotFound)?;
        let counted = counted(store.read(), &self.set, unit_id, row.year, self.story.day(0)).await?;
        let mut values = self.values.clone();
        values.extend(changed(unit).into_iter().map(|(code, value)| (code.to_owned(), value)));
        let own: Vec<_> = self.set.leaves().into_iter().filter(|placed| placed.leaf.self_scored).collect();
        let inputs = own.iter().take(lines).map(|placed| {
            let code = &placed.node.code;
            let mut value = values.get(code).cloned().unwrap_or_default();
            let differs = counted.get(code).is_some_and(|counted| differs(&value, counted));
            if let (Some(counted), Some(numbers), true) = (counted.get(code), value.as_object_mut(), lines < own.len()) {
                numbers.extend(counted.iter().map(|(input, one)| (input.clone(), json!(one.value))));
            }
            LineInput {
                code: code.clone(),
                version: None,
                value,
                note: Some("Hồ sơ minh chứng lưu tại Văn phòng HĐND và UBND (mẫu).".to_owned()),
                override_reason: (differs && lines >= own.len())
                    .then(|| "Số khai theo báo cáo tổng kết năm, khác số đã đếm trên hệ thống (mẫu).".to_owned()),
            }
        });
        let row = sheets::write(store, &self.story.who(officer).await?, sheet, inputs.collect()).await?;
        if lines >= own.len() {
            sheets::submit(store, &self.story.who(head).await?, sheet, Version(row.version)).await?;
        }
        Ok(())
    }

    fn everywhere(&self) -> Result<Vec<(&'static str, UnitId)>> {
        ["MAU-01", "MAU-02", "MAU-03", "MAU-04"].into_iter().map(|code| Ok((code, unit_of(self.story.world, code)?))).collect()
    }

    async fn enter(&self, id: RoundId) -> Result<()> {
        let mut given = Vec::new();
        for (_, unit_id) in self.everywhere()? {
            for placed in self.set.leaves().into_iter().filter(|placed| placed.leaf.source != ScoreSource::Appraisal) {
                let value = self.values.get(&placed.node.code).cloned().unwrap_or_default();
                given
                    .push(Given { unit_id, code: placed.node.code.clone(), value, reason: Some("Số liệu mẫu".to_owned()) });
            }
        }
        appraise::enter(&self.story.app.store, &self.story.who("thukyhoidong").await?, id, given).await?;
        Ok(())
    }

    /// The first appraisal: what was declared is accepted, but for one line; who did not hand in gets nothing.
    async fn appraise(&self, id: RoundId) -> Result<()> {
        let appraiser = self.story.who("thamdinh1").await?;
        let units = self.everywhere()?;
        for placed in self.set.leaves().into_iter().filter(|placed| placed.leaf.source == ScoreSource::Appraisal) {
            let code = placed.node.code.as_str();
            let judge = |(unit, unit_id): &(&str, UnitId)| {
                let nothing = |reason: &str| Judgement {
                    unit_id: *unit_id,
                    verdict: ScoreVerdict::Changed,
                    value: None,
                    points: Some(Exact::zero()),
                    reason: Some(reason.to_owned()),
                };
                match (*unit, code) {
                    ("MAU-04", _) => nothing("Đơn vị không nộp phiếu tự chấm điểm."),
                    ("MAU-02", "1.1.3") => Judgement {
                        value: Some(json!({"done": 22, "planned": 25})),
                        points: None,
                        ..nothing("03 nhiệm vụ chưa có sản phẩm theo kế hoạch.")
                    },
                    _ if !placed.leaf.self_scored => nothing("Không có trường hợp nào."),
                    _ => {
                        Judgement { unit_id: *unit_id, verdict: ScoreVerdict::Accepted, value: None, points: None, reason: None }
                    }
                }
            };
            let judgements = units.iter().map(judge).collect();
            appraise::appraise(&self.story.app.store, &appraiser, id, code.to_owned(), judgements).await?;
        }
        Ok(())
    }

    /// Last year's round, from its opening to its publication.
    async fn last_year(&self) -> Result<RoundId> {
        let store = &self.story.app.store;
        let year = self.story.day(0).year() - 1;
        let id = self.open(year, -150, -140, None).await?;
        self.story.at(-145);
        for commune in COMMUNES {
            self.self_score(id, commune, usize::MAX).await?;
        }
        self.enter(id).await?;
        self.story.at(-139);
        self.act(id, RoundVerb::CloseSelfScoring, Decision::default()).await?;
        self.appraise(id).await?;
        self.act(id, RoundVerb::Release, Decision::default()).await?;
        self.story.at(-138);
        let sheet = self.sheet(id, unit_of(self.story.world, "MAU-02")?).await?;
        let text = "Đã bổ sung sản phẩm của 02 nhiệm vụ (mẫu).".to_owned();
        let value = Some(json!({"done": 24, "planned": 25}));
        sheets::explain(store, &self.story.who("daumoi.binh").await?, sheet, "1.1.3".to_owned(), text, value).await?;
        self.story.at(-120);
        self.act(id, RoundVerb::FinalAppraise, Decision::default()).await?;
        let judgement = Judgement {
            unit_id: unit_of(self.story.world, "MAU-02")?,
            verdict: ScoreVerdict::Accepted,
            value: None,
            points: None,
            reason: None,
        };
        appraise::appraise(store, &self.story.who("thamdinh2").await?, id, "1.1.3".to_owned(), vec![judgement]).await?;
        self.story.at(-115);
        self.act(id, RoundVerb::Convene, Decision::default()).await?;
        let decision = Decision {
            decision: Some(format!("Biên bản họp Hội đồng thẩm định chỉ số cải cách hành chính năm {year} (mẫu)")),
            decided_on: None,
        };
        self.act(id, RoundVerb::Approve, decision).await?;
        self.story.at(-112);
        let row = round::Entity::find_by_id(id).one(store.read()).await?.ok_or(Error::NotFound)?;
        let secretary = self.story.who("thukyhoidong").await?;
        let proposed = publish::propose(store, &secretary, id, Version(row.version), None, None).await?;
        for login in ["congbo1", "congbo2"] {
            publish::approve(store, &self.story.who(login).await?, proposed.id, proposed.digest.clone()).await?;
        }
        Ok(id)
    }

    /// This year's: one sheet handed in, one half filled in, two not begun.
    async fn this_year(&self, last: RoundId) -> Result<()> {
        let id = self.open(self.story.day(0).year(), -8, 14, Some(last)).await?;
        self.story.at(-3);
        let [an, binh, _] = COMMUNES;
        self.self_score(id, binh, usize::MAX).await?;
        self.self_score(id, an, 12).await?;
        self.story.at(0);
        Ok(())
    }
}
