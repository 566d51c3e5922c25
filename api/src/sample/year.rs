//! The year's work of the communes of tỉnh Mẫu, and a survey: entered through the use cases. All figures are invented (bộ mẫu).

use chrono::{Datelike as _, NaiveDate};
use domain::id::SurveyId;
use domain::survey::{Instrument, OVERALL, SurveyChannel};
use domain::year_work::{Attribution, Facts, ReportPeriod, WorkKind, WorkOrigin};
use entities::work_item;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use super::story::Story;
use super::unit_of;
use crate::error::Result;
use crate::http::Version;
use crate::surveys::{self, NewForms, NewSurvey};
use crate::year_work::{self, Act, Assignment};

/// Tells the year's work up to the present day.
pub(super) async fn tell(story: &Story<'_>) -> Result<()> {
    let year = Year { story, year: story.day(0).year() };
    year.given().await?;
    year.an_mau().await?;
    year.binh_mau().await?;
    year.survey().await
}

struct Year<'a> {
    story: &'a Story<'a>,
    year: i32,
}

impl Year<'_> {
    /// So many days ago, but never in the year before.
    fn past(&self, days: i64) -> NaiveDate {
        let day = self.story.day(-days);
        if day.year() == self.year { day } else { self.story.day(0) }
    }

    fn facts(&self, kind: WorkKind, title: &str) -> Facts {
        Facts { title: title.to_owned(), ..Facts::empty(kind, self.year) }
    }

    async fn enter(&self, login: &str, facts: Facts) -> Result<work_item::Model> {
        year_work::create(&self.story.app.store, &self.story.who(login).await?, None, facts).await
    }

    async fn act(&self, login: &str, row: &work_item::Model, act: Act) -> Result<()> {
        let who = self.story.who(login).await?;
        year_work::act(&self.story.app.store, &who, row.id, Version(row.version), act).await?;
        Ok(())
    }

    /// What the province gives to every commune.
    async fn given(&self) -> Result<()> {
        let tasks = [
            ("Niêm yết công khai đầy đủ thủ tục hành chính tại Trung tâm Phục vụ hành chính công", -120),
            ("Số hóa thành phần hồ sơ khi tiếp nhận", -30),
            ("Rà soát, đề xuất đơn giản hóa thủ tục hành chính", 20),
            ("Báo cáo kết quả thực hiện kế hoạch cải cách hành chính năm", 25),
        ];
        let secretary = self.story.who("thukyhoidong").await?;
        for (title, due) in tasks {
            let mut unit_ids = Vec::new();
            for code in ["MAU-01", "MAU-02", "MAU-03", "MAU-04"] {
                unit_ids.push(unit_of(self.story.world, code)?);
            }
            let facts = Facts {
                due_on: Some(self.story.day(due)),
                number: Some("12/KH-UBND".to_owned()),
                numbered_on: Some(self.past(300)),
                ..self.facts(WorkKind::Task, title)
            };
            year_work::assign(&self.story.app.store, &secretary, Assignment { from_unit_id: None, unit_ids, facts }).await?;
        }
        for (login, code, late) in [("daumoi.an", "MAU-01", 5), ("daumoi.binh", "MAU-02", -12)] {
            let rows = work_item::Entity::find()
                .filter(work_item::Column::UnitId.eq(unit_of(self.story.world, code)?))
                .filter(work_item::Column::Origin.eq(WorkOrigin::Superior))
                .order_by_asc(work_item::Column::OrderOn)
                .all(self.story.app.store.read())
                .await?;
            for row in rows.iter().take(1) {
                let done_on = Some(self.story.day(-120 - late));
                let result = Some("Đã niêm yết đủ 112 thủ tục (mẫu).".to_owned());
                self.act(login, row, Act::Complete { done_on, result }).await?;
            }
            for row in rows.iter().skip(2).take(1) {
                self.act(login, row, Act::Start).await?;
            }
        }
        Ok(())
    }

    async fn an_mau(&self) -> Result<()> {
        let login = "daumoi.an";
        let own = ["Tuyên truyền dịch vụ công trực tuyến", "Ngày thứ Sáu không hẹn", "Bố trí quầy hỗ trợ người cao tuổi"];
        for (title, ago) in own.into_iter().zip([150, 90, 40]) {
            let done_on = Some(self.story.day(-ago - 3));
            let owner_text = Some("Văn phòng HĐND và UBND xã".to_owned());
            self.enter(
                login,
                Facts { due_on: Some(self.story.day(-ago)), done_on, owner_text, ..self.facts(WorkKind::Task, title) },
            )
            .await?;
        }
        let running =
            Facts { due_on: Some(self.story.day(30)), ..self.facts(WorkKind::Task, "Sắp xếp lại kho hồ sơ lưu trữ") };
        let running = self.enter(login, running).await?;
        self.act(login, &running, Act::Start).await?;
        self.reports(login, 0).await?;
        let petition = Facts {
            received_on: Some(self.past(60)),
            due_on: Some(self.past(60) + chrono::TimeDelta::days(20)),
            done_on: Some(self.past(48)),
            result: Some("Đã xin lỗi và trả kết quả (mẫu).".to_owned()),
            ..self.facts(WorkKind::Petition, "Chậm trả kết quả đăng ký khai sinh")
        };
        self.enter(login, petition).await?;
        let waiting = Facts {
            received_on: Some(self.past(5)),
            due_on: Some(self.story.day(15)),
            ..self.facts(WorkKind::Petition, "Đề nghị hướng dẫn nộp hồ sơ đất đai trực tuyến")
        };
        self.enter(login, waiting).await?;
        for (code, attribution) in [("MAU01-0007", Attribution::ThisUnit), ("MAU01-0031", Attribution::OtherAgency)] {
            let (code, done_on, attribution) = (Some(code.to_owned()), Some(self.past(35)), Some(attribution));
            self.enter(login, Facts { code, done_on, attribution, ..self.facts(WorkKind::Apology, "") }).await?;
        }
        self.happened(login, WorkKind::Proposal, "Giảm thành phần hồ sơ đăng ký hộ kinh doanh", 70).await?;
        let initiative = Facts {
            done_on: Some(self.past(200)),
            number: Some("15/QĐ-UBND".to_owned()),
            numbered_on: Some(self.past(100)),
            ..self.facts(WorkKind::Initiative, "Tổ hỗ trợ nộp hồ sơ tại thôn")
        };
        self.enter(login, initiative).await?;
        let training = Facts {
            done_on: Some(self.past(110)),
            people_count: Some(45),
            ..self.facts(WorkKind::Training, "Kỹ năng số cho cán bộ, công chức xã")
        };
        self.enter(login, training).await?;
        let check = Facts {
            done_on: Some(self.past(80)),
            found_count: Some(5),
            fixed_count: Some(4),
            ..self.facts(WorkKind::SelfCheck, "Trung tâm Phục vụ hành chính công xã")
        };
        self.enter(login, check).await?;
        Ok(())
    }

    async fn binh_mau(&self) -> Result<()> {
        let login = "daumoi.binh";
        let late = Facts {
            due_on: Some(self.story.day(-20)),
            ..self.facts(WorkKind::Task, "Kiện toàn Ban chỉ đạo cải cách hành chính")
        };
        self.enter(login, late).await?;
        self.reports(login, 2).await?;
        self.happened(login, WorkKind::Proposal, "Bỏ yêu cầu bản sao có chứng thực", 95).await?;
        let wrong = self.happened(login, WorkKind::Initiative, "Ghi nhầm từ sổ năm trước", 40).await?;
        self.act(login, &wrong, Act::Cancel { reason: "Thuộc sổ năm trước".to_owned() }).await
    }

    /// Three reports, the first two sent so many days late (on the day itself when zero).
    async fn reports(&self, login: &str, late: i64) -> Result<()> {
        let reports = [
            (ReportPeriod::Quarter1, "Báo cáo cải cách hành chính quý I", 240),
            (ReportPeriod::HalfYear, "Báo cáo cải cách hành chính 6 tháng", 150),
            (ReportPeriod::NineMonths, "Báo cáo cải cách hành chính 9 tháng", 60),
        ];
        for (period, title, ago) in reports {
            let sent = period != ReportPeriod::NineMonths || late == 0;
            let facts = Facts {
                period: Some(period),
                due_on: Some(self.story.day(-ago)),
                done_on: sent.then(|| self.story.day(late - ago)),
                ..self.facts(WorkKind::Report, title)
            };
            self.enter(login, facts).await?;
        }
        Ok(())
    }

    async fn happened(&self, login: &str, kind: WorkKind, title: &str, ago: i64) -> Result<work_item::Model> {
        self.enter(login, Facts { done_on: Some(self.past(ago)), ..self.facts(kind, title) }).await
    }

    /// A closed survey: An Mẫu and Châu Mẫu have results, Bình Mẫu has too few forms.
    async fn survey(&self) -> Result<()> {
        let (store, secretary) = (&self.story.app.store, self.story.who("thukyhoidong").await?);
        let new = NewSurvey {
            unit_id: None,
            year: self.year,
            code: format!("HL-{}", self.year),
            title: format!("Khảo sát sự hài lòng của người dân, tổ chức năm {} (mẫu)", self.year),
            instrument: Instrument::usual(Vec::new()),
        };
        let row = surveys::open(store, &secretary, new).await?;
        self.forms("daumoi.an", row.id, &[("A", 34), ("B", 10), ("C", 3), ("D", 1)]).await?;
        self.forms("daumoi.binh", row.id, &[("A", 3), ("C", 1)]).await?;
        self.forms("daumoi.chau", row.id, &[("A", 12), ("B", 15), ("C", 3)]).await?;
        surveys::close(store, &secretary, row.id, Version(row.version)).await?;
        Ok(())
    }

    async fn forms(&self, login: &str, survey: SurveyId, counts: &[(&str, u32)]) -> Result<()> {
        let given = counts.iter().map(|(option, count)| ((*option).to_owned(), *count)).collect();
        let answers = [(OVERALL.to_owned(), given)].into();
        let new = NewForms { unit_id: None, channel: SurveyChannel::Paper, answers };
        surveys::enter(&self.story.app.store, &self.story.who(login).await?, survey, new).await?;
        Ok(())
    }
}
