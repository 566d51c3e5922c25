//! What a paper says: the rows of one inspection, read in one snapshot, worded in Vietnamese.
//!
//! Papers are official documents in Vietnamese only, so their sentences stand here and not in the
//! message catalogue.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use domain::checklist::InspectionKind;
use domain::finding::{FindingState, Grade as FoundGrade};
use domain::id::{FindingId, InspectionId, PersonId, UnitId};
use domain::inspection::TeamRole;
use domain::permission::Role;
use domain::record::{PaperKind, Subject};
use domain::time::vn_date;
use entities::{
    assignment, checklist, corrective_action, evidence, finding, inspection, inspection_line, inspection_member, paper, unit,
};
use render::papers::{
    Area, AreaResult, CchcPart, Finding, Independence, IndependenceException, InspectionReport, IsoPart, Layout, Letterhead,
    Line, Mark, Matrix, MatrixRow, Minutes, Opinion, Paper, Participant, Recommendation, ReportKind, Sheet, Signatory, Signing,
    UnitAnswer, Vocabulary,
};
use sea_orm::{ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use uuid::Uuid;

use super::names::{Known, agency, civil, long_date, paragraphs, people, place_name, units_above};
use super::told::{
    answer, called, conflict, counts, fact, grade, lower_place, mark, part_of, previous, rank, upper_first, value_of, verdict,
    without_label, worse,
};
use crate::error::{Error, Result};
use crate::standards;

/// Everything a paper of an inspection is made of.
#[derive(Debug)]
pub struct Facts {
    visit: inspection::Model,
    checklist: checklist::Model,
    /// The edition of the standard the checklist asks by, as papers name it.
    standard: Option<String>,
    owner: unit::Model,
    unit: unit::Model,
    place_name: String,
    team: Vec<inspection_member::Model>,
    unit_side: Vec<(PersonId, Role)>,
    people: BTreeMap<PersonId, Known>,
    lines: Vec<inspection_line::Model>,
    findings: Vec<finding::Model>,
    repeated: BTreeMap<FindingId, finding::Model>,
    previous: Vec<finding::Model>,
    actions: Vec<corrective_action::Model>,
    evidence: Vec<evidence::Model>,
    papers: Vec<paper::Model>,
}

/// Reads everything in the caller's snapshot: a constant number of statements.
///
/// # Errors
/// 404 when there is no such inspection; the database's.
pub async fn read(db: &impl ConnectionTrait, id: InspectionId) -> Result<Facts> {
    let visit = inspection::Entity::find_by_id(id).one(db).await?.ok_or(Error::NotFound)?;
    let checklist = checklist::Entity::find_by_id(visit.checklist_id).one(db).await?.ok_or(Error::NotFound)?;
    let standard = match &checklist.edition {
        Some(code) => standards::name_of(db, code).await?,
        None => None,
    };
    let above = units_above(db, visit.owner_unit_id).await?;
    let owner = above.first().cloned().ok_or(Error::NotFound)?;
    let unit = unit::Entity::find_by_id(visit.unit_id).one(db).await?.ok_or(Error::NotFound)?;
    let team = inspection_member::Entity::find().filter(inspection_member::Column::InspectionId.eq(id)).all(db).await?;
    let on = visit.started_at.map_or(visit.planned_on, vn_date);
    let unit_side = holders(db, visit.unit_id, on).await?;
    let lines = inspection_line::Entity::find()
        .filter(inspection_line::Column::InspectionId.eq(id))
        .order_by_asc(inspection_line::Column::Position)
        .all(db)
        .await?;
    let findings = raised(db, id).await?;
    let previous = match visit.previous_id {
        Some(previous) => raised(db, previous).await?,
        None => Vec::new(),
    };
    let repeated = finding::Entity::find()
        .filter(finding::Column::Id.is_in(findings.iter().filter_map(|found| found.repeat_of_id)))
        .all(db)
        .await?;
    let actions = corrective_action::Entity::find()
        .filter(corrective_action::Column::FindingId.is_in(findings.iter().map(|found| found.id)))
        .order_by_asc(corrective_action::Column::Id)
        .all(db)
        .await?;
    let named = unit_side
        .iter()
        .map(|(person, _)| *person)
        .chain(team.iter().flat_map(|member| [Some(member.person_id), member.exception_by_id].into_iter().flatten()));
    let people = people(db, named.collect(), on).await?;
    let evidence = proofs(db, &visit, &lines, &findings).await?;
    let papers = paper::Entity::find().filter(paper::Column::InspectionId.eq(id)).all(db).await?;
    Ok(Facts {
        place_name: place_name(&above),
        repeated: repeated.into_iter().map(|row| (row.id, row)).collect(),
        visit,
        checklist,
        standard,
        owner,
        unit,
        team,
        unit_side,
        people,
        lines,
        findings,
        previous,
        actions,
        evidence,
        papers,
    })
}

/// Findings that stand: drafts and withdrawn ones are in no paper.
async fn raised(db: &impl ConnectionTrait, id: InspectionId) -> Result<Vec<finding::Model>> {
    let rows = finding::Entity::find()
        .filter(finding::Column::InspectionId.eq(id))
        .filter(finding::Column::State.is_not_in([FindingState::Draft, FindingState::Withdrawn]))
        .order_by_asc(finding::Column::Code)
        .all(db)
        .await?;
    Ok(rows)
}

/// Head and contact of the inspected unit on the day, the head first.
async fn holders(db: &impl ConnectionTrait, unit: UnitId, on: NaiveDate) -> Result<Vec<(PersonId, Role)>> {
    let mut held: Vec<(PersonId, Role)> = assignment::Entity::find()
        .filter(assignment::Column::UnitId.eq(unit))
        .filter(assignment::Column::Role.is_in([Role::Head, Role::DataOfficer]))
        .filter(assignment::Column::ValidFrom.lte(on))
        .filter(Condition::any().add(assignment::Column::ValidTo.is_null()).add(assignment::Column::ValidTo.gte(on)))
        .order_by_asc(assignment::Column::Id)
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.person_id, row.role))
        .collect();
    held.sort_by_key(|(_, role)| *role != Role::Head);
    let mut seen = BTreeSet::new();
    held.retain(|(person, _)| seen.insert(*person));
    Ok(held)
}

/// Evidence of the inspection, its lines and its findings.
async fn proofs(
    db: &impl ConnectionTrait,
    visit: &inspection::Model,
    lines: &[inspection_line::Model],
    findings: &[finding::Model],
) -> Result<Vec<evidence::Model>> {
    let of = |subject: Subject, ids: Vec<Uuid>| {
        Condition::all().add(evidence::Column::Subject.eq(subject)).add(evidence::Column::SubjectId.is_in(ids))
    };
    let any = Condition::any()
        .add(of(Subject::Inspection, vec![visit.id.0]))
        .add(of(Subject::InspectionLine, lines.iter().map(|line| line.id.0).collect()))
        .add(of(Subject::Finding, findings.iter().map(|found| found.id.0).collect()));
    let rows =
        evidence::Entity::find().filter(any).filter(evidence::Column::RemovedAt.is_null()).order_by_asc(evidence::Column::Id);
    Ok(rows.all(db).await?)
}

/// The symbol a paper of this kind of inspection has when the registrar gives no other: `BB-ĐKT`.
#[must_use]
pub fn usual_symbol(kind: PaperKind, inspection: InspectionKind) -> String {
    format!("{}-{}", prefix(kind), team_symbol(inspection))
}

/// The abbreviation of the kind of paper (NĐ 30/2020/NĐ-CP, phụ lục III).
#[must_use]
pub const fn prefix(kind: PaperKind) -> &'static str {
    match kind {
        PaperKind::Minutes => "BB",
        PaperKind::InspectionReport => "BC",
    }
}

const fn team_symbol(kind: InspectionKind) -> &'static str {
    match kind {
        InspectionKind::InternalAudit => "ĐĐG",
        InspectionKind::IsoCheck | InspectionKind::Cchc => "ĐKT",
    }
}

impl Facts {
    /// The paper.
    #[must_use]
    pub fn paper(&self, kind: PaperKind) -> Paper {
        match kind {
            PaperKind::Minutes => Paper::Minutes(Box::new(self.minutes())),
            PaperKind::InspectionReport => Paper::InspectionReport(Box::new(self.report())),
        }
    }

    /// Whether it is a draft.
    #[must_use]
    pub fn draft(&self, kind: PaperKind) -> bool {
        !domain::paper::is_signed(kind, self.visit.state)
    }

    fn iso(&self) -> bool {
        self.vocabulary() == Vocabulary::Iso
    }

    fn vocabulary(&self) -> Vocabulary {
        match domain::finding::Vocabulary::from(self.visit.kind) {
            domain::finding::Vocabulary::Iso => Vocabulary::Iso,
            domain::finding::Vocabulary::Cchc => Vocabulary::Cchc,
        }
    }

    /// «Đoàn kiểm tra», as it stands in a sentence, with what it is about.
    fn team_name(&self) -> &'static str {
        match self.visit.kind {
            InspectionKind::InternalAudit => "Đoàn đánh giá nội bộ hệ thống quản lý chất lượng",
            InspectionKind::IsoCheck => "Đoàn kiểm tra hệ thống quản lý chất lượng",
            InspectionKind::Cchc => "Đoàn kiểm tra công tác cải cách hành chính",
        }
    }

    fn short_team_name(&self) -> &'static str {
        if self.visit.kind == InspectionKind::InternalAudit { "Đoàn đánh giá" } else { "Đoàn kiểm tra" }
    }

    fn activity(&self) -> String {
        let standard = self.standard.as_deref().unwrap_or("TCVN ISO 9001");
        match self.visit.kind {
            InspectionKind::InternalAudit => format!("đánh giá nội bộ hệ thống quản lý chất lượng theo {standard}"),
            InspectionKind::IsoCheck => format!("kiểm tra việc áp dụng hệ thống quản lý chất lượng theo {standard}"),
            InspectionKind::Cchc => "kiểm tra công tác cải cách hành chính".to_owned(),
        }
    }

    fn year(&self) -> i32 {
        use chrono::Datelike as _;
        self.visit.planned_on.year()
    }

    fn sheet(&self, kind: PaperKind) -> Sheet {
        let registered = self.papers.iter().find(|paper| paper.kind == kind);
        let symbol = registered.and_then(|paper| paper.symbol.clone()).unwrap_or_else(|| usual_symbol(kind, self.visit.kind));
        let symbol = symbol.strip_prefix(&format!("{}-", prefix(kind))).map_or(symbol.clone(), str::to_owned);
        let activity = self.activity();
        let mut activity = activity.chars();
        let first: String = activity.next().into_iter().flat_map(char::to_uppercase).collect();
        Sheet {
            layout: Layout::default(),
            letterhead: Letterhead {
                superior: Some(agency(&self.owner)),
                agency: self.team_name().to_owned(),
                issuer: self.team_name().to_owned(),
                number: registered.and_then(|paper| paper.number).and_then(|number| u32::try_from(number).ok()),
                symbol,
            },
            subject: format!("{first}{} năm {} tại {}", activity.as_str(), self.year(), agency(&self.unit)),
            draft: self.draft(kind),
            prepared_at: civil(self.changed_at()),
        }
    }

    /// The last instant anything of it was done; the paper's only date in the file's metadata.
    fn changed_at(&self) -> DateTime<Utc> {
        let v = &self.visit;
        let visit = [Some(v.created_at), v.notified_at, v.started_at, v.finished_at, v.reported_at, v.concluded_at];
        let findings = self
            .findings
            .iter()
            .flat_map(|found| [Some(found.created_at), found.raised_at, found.confirmed_at, found.answered_at]);
        let lines = self.lines.iter().map(|line| line.answered_at);
        let papers = self.papers.iter().map(|paper| paper.signed_at);
        let evidence = self.evidence.iter().map(|row| Some(row.created_at));
        visit.into_iter().chain(findings).chain(lines).chain(papers).chain(evidence).flatten().max().unwrap_or(v.created_at)
    }

    fn grounds(&self) -> Vec<String> {
        let legal = paragraphs(self.visit.legal_basis.as_deref());
        let decision = paragraphs(self.visit.team_decision.as_deref());
        let ground = |text: String| if text.to_lowercase().starts_with("căn cứ") { text } else { format!("Căn cứ {text}") };
        legal.into_iter().chain(decision).map(ground).collect()
    }

    fn period(&self) -> Option<String> {
        match (self.visit.period_from, self.visit.period_to) {
            (Some(from), Some(to)) => Some(format!("từ {} đến {}", long_date(from), long_date(to))),
            (Some(from), None) => Some(format!("từ {}", long_date(from))),
            (None, Some(to)) => Some(format!("đến {}", long_date(to))),
            (None, None) => None,
        }
    }

    fn known(&self, id: PersonId) -> Known {
        self.people.get(&id).cloned().unwrap_or_else(|| Known { name: "……".to_owned(), position: String::new() })
    }

    fn team(&self) -> Vec<Participant> {
        let mut team: Vec<&inspection_member::Model> = self.team.iter().collect();
        team.sort_by_key(|member| (rank(member.team_role), member.person_id));
        team.into_iter()
            .map(|member| {
                let who = self.known(member.person_id);
                Participant { name: who.name, position: who.position, role: Some(part_of(member.team_role).to_owned()) }
            })
            .collect()
    }

    fn unit_side(&self) -> Vec<Participant> {
        self.unit_side
            .iter()
            .map(|(person, _)| {
                let who = self.known(*person);
                Participant { name: who.name, position: who.position, role: None }
            })
            .collect()
    }

    fn signatory(&self, person: Option<PersonId>, capacity: &[&str], signing: Signing) -> Signatory {
        let who = person.map(|person| self.known(person));
        Signatory {
            capacity: capacity.iter().map(|line| (*line).to_owned()).collect(),
            office_title: who.as_ref().map(|who| who.position.clone()).filter(|position| !position.is_empty()),
            name: who.map(|who| who.name),
            signing,
        }
    }

    fn member(&self, role: TeamRole) -> Option<PersonId> {
        self.team.iter().find(|member| member.team_role == role).map(|member| member.person_id)
    }

    fn head(&self) -> Option<PersonId> {
        self.unit_side.iter().find(|(_, role)| *role == Role::Head).map(|(person, _)| *person)
    }

    fn signed(&self, kind: PaperKind) -> Signing {
        let signed_at = self.papers.iter().find(|paper| paper.kind == kind).and_then(|paper| paper.signed_at);
        match signed_at {
            Some(at) if !self.draft(kind) => Signing::Confirmed { at: civil(at) },
            _ => Signing::Pending,
        }
    }

    fn areas(&self) -> Vec<Area> {
        let mut areas: Vec<Area> = Vec::new();
        for line in &self.lines {
            let drawn = Line {
                code: line.code.clone(),
                text: line.question.clone(),
                value: value_of(line).map(|value| value.display_vi()).unwrap_or_default(),
                verdict: line.verdict.map(verdict),
                note: line.reason.clone().or_else(|| line.note.clone()).unwrap_or_default(),
            };
            match areas.iter_mut().find(|area| area.code == line.area_code) {
                Some(area) => {
                    area.facts.extend(fact(line));
                    area.lines.push(drawn);
                }
                None => areas.push(Area {
                    code: line.area_code.clone(),
                    title: line.area_name.clone(),
                    facts: fact(line).into_iter().collect(),
                    lines: vec![drawn],
                }),
            }
        }
        areas
    }

    fn results(&self) -> Vec<AreaResult> {
        self.areas()
            .into_iter()
            .map(|area| AreaResult { counts: counts(&area.lines), code: area.code, title: area.title, facts: area.facts })
            .collect()
    }

    fn strengths(&self) -> Vec<String> {
        let good = self.findings.iter().filter(|found| found.grade == FoundGrade::GoodPractice);
        let good = good.flat_map(|found| paragraphs(found.statement.as_deref()));
        paragraphs(self.visit.strengths.as_deref()).into_iter().chain(good).collect()
    }

    fn findings(&self) -> Vec<Finding> {
        let found = self.findings.iter().filter(|found| found.grade != FoundGrade::GoodPractice).map(|found| self.finding(found));
        // What the team wrote of the whole stands beside the findings; an ISO report has its own place for it.
        let general = if self.iso() { Vec::new() } else { paragraphs(self.visit.limitations.as_deref()) };
        let general = general.into_iter().enumerate().map(|(n, statement)| Finding {
            code: format!("HC-{:02}", n + 1),
            grade: None,
            place: None,
            statement,
            requirement: None,
            evidence: Vec::new(),
            repeats: None,
            answer: UnitAnswer::None,
        });
        found.chain(general).collect()
    }

    fn finding(&self, found: &finding::Model) -> Finding {
        let place: Vec<String> = [
            found.line_code.as_ref().map(|code| format!("nội dung {code}")),
            found.clause.as_ref().map(|clause| format!("điều khoản {clause}")),
        ]
        .into_iter()
        .flatten()
        .collect();
        let mine =
            |row: &&evidence::Model| row.subject_id == found.id.0 || found.line_id.is_some_and(|line| row.subject_id == line.0);
        let mut named = BTreeSet::new();
        let proofs = self.evidence.iter().filter(mine).filter(|row| named.insert(row.blob_sha256.clone())).map(called);
        Finding {
            code: found.code.clone(),
            grade: self.iso().then(|| grade(found.grade)),
            place: (!place.is_empty()).then(|| place.join("; ")),
            statement: found.statement.clone().unwrap_or_else(|| "……".to_owned()),
            requirement: found.criterion.clone().filter(|text| !text.is_empty()),
            evidence: proofs.collect(),
            repeats: found.repeat_of_id.and_then(|id| self.repeated.get(&id)).map(|old| match old.raised_at {
                Some(at) => format!("phát hiện {} {}", old.code, long_date(vn_date(at))),
                None => format!("phát hiện {}", old.code),
            }),
            answer: answer(found),
        }
    }

    fn recommendations(&self) -> Vec<Recommendation> {
        let own = self.findings.iter().filter_map(|found| {
            let text = found.recommendation.as_deref().map(|text| text.trim().trim_end_matches(['.', ';']).to_owned());
            let text = text.filter(|text| !text.is_empty())?;
            let action = self.actions.iter().find(|action| action.finding_id == found.id);
            let due_on = action.and_then(|action| action.due_on);
            let plan = action.filter(|_| due_on.is_none()).map(|action| long_date(action.plan_due_on));
            let text = plan.map_or_else(|| text.clone(), |by| format!("{text}; gửi kế hoạch khắc phục chậm nhất {by}"));
            let findings = if found.grade == FoundGrade::GoodPractice { Vec::new() } else { vec![found.code.clone()] };
            Some(Recommendation { findings, text, responsible: Some(agency(&self.unit)), due_on, to_unit: true })
        });
        let general = paragraphs(self.visit.requests.as_deref()).into_iter().map(|text| Recommendation {
            findings: Vec::new(),
            text,
            responsible: None,
            due_on: None,
            to_unit: true,
        });
        own.chain(general).collect()
    }

    fn minutes(&self) -> Minutes {
        let kind = PaperKind::Minutes;
        let signed = self.signed(kind);
        let unit_signing = match &self.visit.refusal_reason {
            Some(reason) if !self.draft(kind) => Signing::Refused { reason: reason.clone() },
            _ => signed.clone(),
        };
        let copies = u32::try_from(self.visit.copies).unwrap_or(1).max(1);
        Minutes {
            sheet: self.sheet(kind),
            vocabulary: self.vocabulary(),
            grounds: self.grounds(),
            opened_at: self.visit.started_at.map_or_else(|| self.visit.planned_on.and_time(chrono::NaiveTime::MIN), civil),
            closed_at: self.visit.finished_at.map(civil),
            place: self.place(),
            activity: self.activity(),
            unit: agency(&self.unit),
            period: self.period(),
            team: self.team(),
            unit_side: self.unit_side(),
            others: Vec::new(),
            documents: self.documents(),
            samples: Vec::new(),
            areas: self.areas(),
            strengths: self.strengths(),
            findings: self.findings(),
            recommendations: self.recommendations(),
            opinion: self.opinion(),
            copies,
            kept_by: (copies > 1)
                .then(|| format!("{} giữ {:02} bản, {} giữ 01 bản", self.short_team_name(), copies - 1, agency(&self.unit))),
            unit_signature: self.signatory(self.head(), &[], unit_signing),
            secretary_signature: self.signatory(self.member(TeamRole::TeamSecretary), &[], signed.clone()),
            lead_signature: self.signatory(self.member(TeamRole::LeadInspector), &[], signed),
            recipients: self.recipients(),
        }
    }

    fn place(&self) -> String {
        self.visit.place.as_deref().map_or_else(|| format!("trụ sở {}", agency(&self.unit)), lower_place)
    }

    fn documents(&self) -> Vec<String> {
        let mut named = BTreeSet::new();
        let papers = self.evidence.iter().filter(|row| row.subject != Subject::Finding).map(called);
        papers.filter(|name| named.insert(name.clone())).collect()
    }

    fn opinion(&self) -> Opinion {
        let statements = paragraphs(self.visit.unit_opinion.as_deref());
        if !statements.is_empty() {
            Opinion::Given { statements, commitments: Vec::new() }
        } else if self.draft(PaperKind::Minutes) {
            Opinion::Open
        } else {
            Opinion::None
        }
    }

    fn recipients(&self) -> Vec<String> {
        vec![
            format!("{} (để báo cáo)", agency(&self.owner)),
            agency(&self.unit),
            format!("Thành viên {}", self.short_team_name()),
            "Lưu: VT, hồ sơ Đoàn".to_owned(),
        ]
    }

    fn report(&self) -> InspectionReport {
        let kind = PaperKind::InspectionReport;
        let paper = self.papers.iter().find(|paper| paper.kind == kind);
        InspectionReport {
            sheet: self.sheet(kind),
            place_name: self.place_name.clone(),
            issued_on: paper.and_then(|paper| paper.issued_on),
            addressees: vec![agency(&self.owner)],
            opening: self.opening(),
            grounds: self.grounds(),
            held: self.held(),
            period: self.period(),
            units: vec![agency(&self.unit)],
            method: vec![format!(
                "Nghe đơn vị báo cáo, xem xét hồ sơ, tài liệu và đối chiếu thực tế theo «{}» gồm {} nội dung",
                self.checklist.title,
                self.lines.len()
            )],
            team: self.team(),
            independence: self.independence(),
            areas: self.results(),
            strengths: self.strengths(),
            findings: self.findings(),
            recommendations: self.recommendations(),
            kind: if self.iso() { ReportKind::Iso(self.iso_part()) } else { ReportKind::Cchc(self.cchc_part()) },
            closing: format!("Trên đây là báo cáo kết quả {} tại {}", self.activity(), agency(&self.unit)),
            recipients: vec![
                format!("{} (để báo cáo)", agency(&self.owner)),
                format!("Thành viên {}", self.short_team_name()),
                "Lưu: VT, hồ sơ Đoàn".to_owned(),
            ],
            signature: self.signatory(
                self.member(TeamRole::LeadInspector),
                if self.visit.kind == InspectionKind::InternalAudit {
                    &["TM. ĐOÀN ĐÁNH GIÁ", "TRƯỞNG ĐOÀN"]
                } else {
                    &["TM. ĐOÀN KIỂM TRA", "TRƯỞNG ĐOÀN"]
                },
                self.signed(kind),
            ),
        }
    }

    fn opening(&self) -> String {
        let decision = paragraphs(self.visit.team_decision.as_deref()).into_iter().next();
        let by = decision.map_or_else(String::new, |decision| {
            format!("Thực hiện {}, ", decision.trim_start_matches("Căn cứ ").trim_end_matches([';', '.', ',']))
        });
        let (team, unit) = (self.team_name(), agency(&self.unit));
        format!("{by}{team} đã {} tại {unit}. {} báo cáo kết quả như sau:", self.activity(), self.short_team_name())
    }

    fn held(&self) -> String {
        let from = self.visit.started_at.map_or(self.visit.planned_on, vn_date);
        let to = self.visit.finished_at.map_or(from, vn_date);
        let place = self.place();
        if from == to {
            format!("{}, tại {place}", upper_first(&long_date(from)))
        } else {
            format!("Từ {} đến {}, tại {place}", long_date(from), long_date(to))
        }
    }

    fn independence(&self) -> Independence {
        let exceptions = self.team.iter().filter_map(|member| {
            let (reason, by, at) = (member.exception_reason.clone()?, member.exception_by_id?, member.exception_at?);
            let by = self.known(by);
            let granted_by = if by.position.is_empty() { by.name } else { format!("{}, {}", by.name, by.position) };
            let person = self.known(member.person_id).name;
            Some(IndependenceException {
                person,
                conflict: conflict(member.conflict.as_deref()),
                reason,
                granted_by,
                granted_on: vn_date(at),
            })
        });
        Independence { statement: None, exceptions: exceptions.collect() }
    }

    fn cchc_part(&self) -> CchcPart {
        let (external, internal): (Vec<String>, Vec<String>) = paragraphs(self.visit.causes.as_deref())
            .into_iter()
            .partition(|cause| cause.to_lowercase().starts_with("khách quan"));
        let bare = |causes: Vec<String>| -> Vec<String> { causes.into_iter().map(|cause| without_label(&cause)).collect() };
        let unit = agency(&self.unit);
        let follow = !self.findings().is_empty() || !self.recommendations().is_empty();
        CchcPart {
            external_causes: bare(external),
            internal_causes: bare(internal),
            responsibility: if self.findings().is_empty() {
                Vec::new()
            } else {
                vec![format!("Người đứng đầu {unit} chịu trách nhiệm tổ chức khắc phục các tồn tại, hạn chế nêu trên")]
            },
            arrangements: if follow {
                vec![
                    format!(
                        "{unit} lập kế hoạch khắc phục, tổ chức thực hiện và báo cáo kết quả kèm tài liệu chứng minh đúng thời hạn."
                    ),
                    format!("{} theo dõi, đôn đốc và xác nhận kết quả khắc phục.", self.short_team_name()),
                ]
            } else {
                Vec::new()
            },
        }
    }

    fn iso_part(&self) -> IsoPart {
        let not_audited = self.lines.iter().filter(|line| line.verdict == Some(domain::checklist::Verdict::NotAudited));
        let edition = self.standard.as_ref().or(self.checklist.edition.as_ref());
        let edition = edition.map_or_else(String::new, |edition| format!(", {edition}"));
        IsoPart {
            purpose: self.visit.purpose.clone().unwrap_or_else(|| {
                "Xác định mức độ phù hợp và hiệu lực của hệ thống quản lý chất lượng so với các yêu cầu áp dụng".to_owned()
            }),
            scope: match self.period() {
                Some(period) => format!("Hoạt động của {} {period}", agency(&self.unit)),
                None => format!("Hoạt động của {}", agency(&self.unit)),
            },
            criteria: vec![format!("{}{edition}", self.checklist.title)],
            contacts: self.unit_side(),
            course: paragraphs(self.visit.limitations.as_deref()),
            not_audited: not_audited
                .map(|line| match &line.reason {
                    Some(reason) => format!("{} {}: {reason}", line.code, line.question),
                    None => format!("{} {}", line.code, line.question),
                })
                .collect(),
            previous: self.previous.iter().map(previous).collect(),
            matrix: self.matrix(),
            conclusion: self.conclusion(),
            for_review: Vec::new(),
            approvals: Vec::new(),
        }
    }

    fn conclusion(&self) -> Vec<String> {
        let given = paragraphs(self.visit.conclusion.as_deref());
        if !given.is_empty() {
            return given;
        }
        let (mut conform, mut partial, mut nonconform) = (0, 0, 0);
        for area in self.results() {
            conform += area.counts.conform;
            partial += area.counts.partial;
            nonconform += area.counts.nonconform;
        }
        vec![format!(
            "Trong {} yêu cầu đã đánh giá: {conform} phù hợp, {partial} phù hợp một phần, {nonconform} không phù hợp",
            conform + partial + nonconform
        )]
    }

    /// The worst result of each clause.
    fn matrix(&self) -> Option<Matrix> {
        let mut marks: Vec<(String, Option<Mark>)> = Vec::new();
        for line in &self.lines {
            let clause = line.clause.clone().unwrap_or_else(|| line.area_code.clone());
            let mark = mark(line.verdict);
            match marks.iter_mut().find(|(known, _)| *known == clause) {
                Some((_, worst)) => *worst = worse(*worst, mark),
                None => marks.push((clause, mark)),
            }
        }
        if marks.is_empty() {
            return None;
        }
        let (clauses, marks) = marks.into_iter().unzip();
        Some(Matrix { clauses, rows: vec![MatrixRow { unit: agency(&self.unit), marks }] })
    }
}
