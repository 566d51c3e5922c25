//! Controlled documents of xã An Mẫu in every state, told through the use cases. Procedures, times and fees are invented
//! (bộ mẫu); national codes are real ones.

use domain::conformity::DeclarationFact;
use domain::document::content::Content;
use domain::document::control::{AudienceKind, LinkKind, ProcedureChange};
use domain::document::revision::{RevisionVerb, RouteStep, StepAct, StepRule};
use domain::document::{DocumentKind, RequestSource, TextForm};
use domain::id::{DocumentId, PersonId, RevisionId};
use entities::revision;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::json;

use super::story::Story;
use super::unit_of;
use crate::conformity::{self, NewFact, Registration};
use crate::documents::distribution;
use crate::documents::issue::{self, NewDecision};
use crate::documents::registers::{self, ExternalInput, NewLink, TthcInput};
use crate::documents::revisions::{self, Ground, Rule, Task, Wanted};
use crate::documents::{self, NewDocument, Texts};
use crate::error::{Error, Result};
use crate::http::Version;

const UNIT: &str = "MAU-01";
const SECRETARY: &str = "thukyiso.an";
const DRAFTER: &str = "congchuc.an";
const REVIEWER: &str = "daumoi.an";
const HEAD: &str = "chutich.an";

/// A procedure as it is written.
struct Sample {
    title: &'static str,
    field: (&'static str, &'static str),
    code: &'static str,
    /// The published limit in working hours.
    hours: &'static str,
    fee: u64,
    law: &'static str,
    components: &'static [&'static str],
    /// What is done, by whom, in working hours.
    steps: &'static [(&'static str, &'static str, &'static str)],
}

const BIRTH: Sample = Sample {
    title: "Đăng ký khai sinh (mẫu)",
    field: ("HT", "Hộ tịch"),
    code: "1.001193",
    hours: "8",
    fee: 8_000,
    law: "Luật Hộ tịch số 60/2014/QH13",
    components: &["Tờ khai đăng ký khai sinh", "Giấy chứng sinh"],
    steps: &[
        ("Tiếp nhận, kiểm tra, số hóa hồ sơ", "Công chức Trung tâm Phục vụ hành chính công", "0.5"),
        ("Thẩm định hồ sơ, dự thảo giấy khai sinh", "Công chức tư pháp - hộ tịch", "5.5"),
        ("Xem xét, ký duyệt", "Lãnh đạo Ủy ban nhân dân xã", "1.5"),
        ("Vào sổ, trả kết quả", "Công chức Trung tâm Phục vụ hành chính công", "0.5"),
    ],
};

const MARRIAGE: Sample = Sample {
    title: "Đăng ký kết hôn (mẫu)",
    code: "1.000894",
    fee: 0,
    components: &["Tờ khai đăng ký kết hôn", "Giấy xác nhận tình trạng hôn nhân"],
    ..BIRTH
};

const SIGNATURE: Sample = Sample {
    title: "Chứng thực chữ ký (mẫu)",
    field: ("CT", "Chứng thực"),
    code: "2.000884",
    fee: 10_000,
    law: "Nghị định số 61/2018/NĐ-CP",
    components: &["Giấy tờ tùy thân còn giá trị sử dụng", "Giấy tờ, văn bản sẽ ký"],
    steps: &[
        ("Tiếp nhận, kiểm tra giấy tờ", "Công chức Trung tâm Phục vụ hành chính công", "2"),
        ("Chứng kiến ký, ghi lời chứng", "Công chức tư pháp - hộ tịch", "4"),
        ("Ký chứng thực, trả kết quả", "Lãnh đạo Ủy ban nhân dân xã", "2"),
    ],
    ..BIRTH
};

impl Sample {
    fn content(&self, scope: &str) -> Result<Content> {
        let role = |(name, role, hours): &(&str, &str, &str)| json!({"name": name, "role": role, "times": [{"amount": hours, "unit": "hour"}], "forms": ["BM 01"]});
        let component = |name: &&str| json!({"name": name, "originals": 1, "copies": 0});
        let text = json!({"procedure": {
            "purpose": format!("Thống nhất cách tiếp nhận và giải quyết thủ tục «{}».", self.title),
            "scope": scope,
            "legal_basis": [{ "text": self.law }],
            "components": self.components.iter().map(component).collect::<Vec<_>>(),
            "dossier_sets": 1,
            "time_limits": [{"amount": self.hours, "unit": "hour"}],
            "fees": [{"amount": self.fee, "online_amount": 0}],
            "places": [
                {"channel": "direct", "address": "Trung tâm Phục vụ hành chính công xã An Mẫu"},
                {"channel": "online", "address": "Cổng dịch vụ công quốc gia"}],
            "result": "Kết quả giải quyết thủ tục hành chính bản giấy và bản điện tử",
            "steps": self.steps.iter().map(role).collect::<Vec<_>>(),
            "forms": [{"code": "BM 01", "name": "Giấy tiếp nhận hồ sơ và hẹn trả kết quả"}],
            "records": [{"name": "Hồ sơ đã giải quyết", "place": "Bộ phận lưu trữ", "years": 5}],
        }});
        Ok(serde_json::from_value(text)?)
    }
}

fn ground(source: RequestSource, reason: &str) -> Ground {
    Ground { source, source_ref: None, reason: reason.to_owned(), changed_part: None, summary: None }
}

/// Tells the documents up to the present day.
pub(super) async fn tell(story: &Story<'_>) -> Result<()> {
    let shelf = Shelf { story };
    story.at(-200);
    let (old, new) = shelf.laws().await?;
    let birth = shelf.document(&BIRTH, Some(24)).await?;
    let marriage = shelf.document(&MARRIAGE, Some(6)).await?;
    let signature = shelf.document(&SIGNATURE, None).await?;
    let first = shelf.approved(birth, &BIRTH, "Trung tâm Phục vụ hành chính công xã An Mẫu.").await?;
    let second = shelf.approved(marriage, &MARRIAGE, "Trung tâm Phục vụ hành chính công xã An Mẫu.").await?;
    shelf.issue("15/QĐ-UBND", &[first, second]).await?;
    for (document, law) in [(birth, new), (marriage, old)] {
        let link = NewLink { kind: LinkKind::ExternalDocument, target_id: Some(law), target_code: None };
        registers::link(&story.app.store, &story.who(SECRETARY).await?, document, link).await?;
    }
    story.at(-195);
    shelf.read_by(&[DRAFTER, REVIEWER, HEAD]).await?;
    story.at(-180);
    shelf.declared().await?;

    // A law changed: the procedure is amended; not everybody has read it yet.
    story.at(-20);
    let amended =
        shelf.approved(birth, &BIRTH, "Trung tâm Phục vụ hành chính công xã An Mẫu và điểm tiếp nhận tại thôn.").await?;
    shelf.issue("42/QĐ-UBND", &[amended]).await?;
    story.at(-15);
    shelf.read_by(&[DRAFTER]).await?;

    // One waits for its reviewer, one is only asked for.
    story.at(-3);
    shelf.submitted(signature, &SIGNATURE, "Trung tâm Phục vụ hành chính công xã An Mẫu.").await?;
    let wanted =
        Wanted::New {
            unit_id: None, kind: DocumentKind::Procedure, title: "Trợ cấp xã hội hằng tháng (mẫu)".to_owned()
        };
    let why = ground(RequestSource::ProcedureChange, "Thủ tục mới được công bố, xã chưa có quy trình.");
    revisions::propose(&story.app.store, &story.who(DRAFTER).await?, wanted, why).await?;
    story.at(0);
    Ok(())
}

struct Shelf<'a> {
    story: &'a Story<'a>,
}

impl Shelf<'_> {
    fn person(&self, login: &str) -> Result<PersonId> {
        self.story.world.people.get(login).copied().ok_or(Error::NotFound)
    }

    /// A law that has been replaced, and what replaced it; the catalogue's entries.
    async fn laws(&self) -> Result<(uuid::Uuid, uuid::Uuid)> {
        let secretary = self.story.who(SECRETARY).await?;
        let store = &self.story.app.store;
        let law = |number: &str, title: &str, kind: &str, issuer: &str, from: &str, to: Option<&str>| ExternalInput {
            number: number.to_owned(),
            title: title.to_owned(),
            type_name: kind.to_owned(),
            issuer: issuer.to_owned(),
            issued_on: None,
            effective_from: from.parse().ok(),
            effective_to: to.and_then(|day| day.parse().ok()),
            replaced_by_id: None,
            watcher_id: None,
            checked_on: Some(self.story.day(-200)),
        };
        let decree = law(
            "118/2025/NĐ-CP",
            "Nghị định về thực hiện thủ tục hành chính theo cơ chế một cửa, một cửa liên thông",
            "Nghị định",
            "Chính phủ",
            "2025-07-01",
            None,
        );
        let decree = registers::create_external(store, &secretary, None, decree).await?;
        let old = law(
            "61/2018/NĐ-CP",
            "Nghị định về thực hiện cơ chế một cửa, một cửa liên thông trong giải quyết thủ tục hành chính",
            "Nghị định",
            "Chính phủ",
            "2018-06-21",
            Some("2025-06-30"),
        );
        let old = ExternalInput { replaced_by_id: Some(decree.id), ..old };
        let old = registers::create_external(store, &secretary, None, old).await?;
        let civil = law("60/2014/QH13", "Luật Hộ tịch", "Luật", "Quốc hội", "2016-01-01", None);
        let civil = registers::create_external(store, &secretary, None, civil).await?;
        for one in [&BIRTH, &MARRIAGE, &SIGNATURE] {
            let entry = TthcInput {
                code: one.code.to_owned(),
                title: one.title.to_owned(),
                field_name: one.field.1.to_owned(),
                level_code: "commune".to_owned(),
                time_limit: Some(format!("{} giờ làm việc", one.hours)),
                fee: Some(format!("{} đồng", domain::dossier::grouped(one.fee))),
                valid_from: self.story.day(-400),
                valid_to: None,
                last_change: ProcedureChange::New,
                changed_on: self.story.day(-400),
                decision: None,
                replaced_by_id: None,
            };
            registers::create_tthc(store, &secretary, None, entry).await?;
        }
        Ok((old.id.0, civil.id.0))
    }

    async fn document(&self, sample: &Sample, review_months: Option<i32>) -> Result<DocumentId> {
        let secretary = self.story.who(SECRETARY).await?;
        let store = &self.story.app.store;
        let texts = Texts {
            title: sample.title.to_owned(),
            field_code: Some(sample.field.0.to_owned()),
            field_name: Some(sample.field.1.to_owned()),
            review_months,
            retention: None,
        };
        let new = NewDocument { unit_id: None, code: None, texts, parent_id: None };
        let row = documents::create(store, &secretary, DocumentKind::Procedure, new).await?;
        let entry = entities::administrative_procedure::Entity::find()
            .filter(entities::administrative_procedure::Column::NationalCode.eq(sample.code))
            .one(store.read())
            .await?
            .ok_or(Error::NotFound)?;
        let link = NewLink { kind: LinkKind::AdministrativeProcedure, target_id: Some(entry.id.0), target_code: None };
        registers::link(store, &secretary, row.id, link).await?;
        Ok(row.id)
    }

    /// A text drafted, with its route and readers, handed in.
    async fn submitted(&self, document: DocumentId, sample: &Sample, scope: &str) -> Result<RevisionId> {
        let (secretary, drafter) = (self.story.who(SECRETARY).await?, self.story.who(DRAFTER).await?);
        let store = &self.story.app.store;
        let task = Task {
            drafter_id: self.person(DRAFTER)?,
            due_on: Some(self.story.day(30)),
            form: TextForm::Written,
            new_issue: false,
        };
        let why = ground(RequestSource::LawChange, "Văn bản về cơ chế một cửa thay đổi.");
        let row = revisions::draft(store, &secretary, document, task, why.clone()).await?;
        let row = revisions::write(store, &drafter, row.id, Version(row.version), sample.content(scope)?, why).await?;
        let step = |act, login: &str| -> Result<RouteStep> {
            Ok(RouteStep { act, rule: StepRule::Any, quorum: 0, people: vec![self.person(login)?] })
        };
        let route = vec![step(StepAct::Review, REVIEWER)?, step(StepAct::Approve, HEAD)?];
        let row = revisions::set_route(store, &drafter, row.id, Version(row.version), route).await?;
        let unit = Some(unit_of(self.story.world, UNIT)?);
        let readers = vec![Rule { kind: AudienceKind::Unit, unit_id: unit, role: None, person_id: None }];
        let row = revisions::set_audience(store, &drafter, row.id, Version(row.version), readers).await?;
        Ok(revisions::submit(store, &drafter, row.id, Version(row.version)).await?.id)
    }

    async fn approved(&self, document: DocumentId, sample: &Sample, scope: &str) -> Result<RevisionId> {
        let id = self.submitted(document, sample, scope).await?;
        for (login, verb) in [(REVIEWER, RevisionVerb::Review), (HEAD, RevisionVerb::Approve)] {
            let row = revision::Entity::find_by_id(id).one(self.story.app.store.read()).await?.ok_or(Error::NotFound)?;
            let who = self.story.who(login).await?;
            revisions::say(&self.story.app.store, &who, id, Version(row.version), verb, None).await?;
        }
        Ok(id)
    }

    async fn issue(&self, number: &str, revisions: &[RevisionId]) -> Result<()> {
        let today = domain::time::vn_date(self.story.app.store.clock().now());
        let new = NewDecision {
            unit_id: None,
            number: number.to_owned(),
            signed_on: today,
            title: "Về việc ban hành quy trình giải quyết thủ tục hành chính".to_owned(),
            revisions: revisions.iter().map(|id| (*id, today)).collect(),
        };
        issue::issue(&self.story.app.store, &self.story.who(HEAD).await?, new).await?;
        Ok(())
    }

    /// What is in force is declared to conform: signed, numbered, posted and announced; not sent to the department yet.
    async fn declared(&self) -> Result<()> {
        let (store, unit) = (&self.story.app.store, unit_of(self.story.world, UNIT)?);
        let (secretary, head) = (self.story.who(SECRETARY).await?, self.story.who(HEAD).await?);
        let proposal = conformity::proposal(store.read(), &secretary, unit).await?;
        let texts =
            conformity::Texts { address: "Trụ sở Ủy ban nhân dân xã An Mẫu, tỉnh Mẫu".to_owned(), ..proposal };
        let row = conformity::create(store, &secretary, Some(unit), Some(texts)).await?;
        let row = conformity::submit(store, &secretary, row.id, Version(row.version)).await?;
        let row = conformity::sign(store, &head, row.id, Version(row.version)).await?;
        let today = domain::time::vn_date(store.clock().now());
        let number = Registration { number: 20, symbol: "QĐ-UBND".to_owned(), issued_on: today };
        let row = conformity::register(store, &head, row.id, Version(row.version), number).await?;
        for (fact, address) in
            [(DeclarationFact::Posted, ""), (DeclarationFact::Announced, "https://anmau.mau.example/cong-bo-iso")]
        {
            let new = NewFact { fact, on: today, address: address.to_owned(), recipient: String::new(), number: String::new() };
            conformity::note(store, &secretary, row.id, new).await?;
        }
        Ok(())
    }

    /// These have read what was given to them.
    async fn read_by(&self, logins: &[&str]) -> Result<()> {
        let store = &self.story.app.store;
        for login in logins {
            let who = self.story.who(login).await?;
            let given = entities::distribution::Entity::find()
                .filter(entities::distribution::Column::PersonId.eq(who.person))
                .filter(entities::distribution::Column::VoidedAt.is_null())
                .all(store.read())
                .await?;
            for one in given {
                distribution::open(store, &who, one.id).await?;
                match distribution::acknowledge(store, &who, one.id, "Tôi đã đọc, hiểu và thực hiện theo tài liệu này.").await
                {
                    Ok(_) => {}
                    Err(Error::Rule(refused)) if refused.code == "acknowledged_already" => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(())
    }
}
