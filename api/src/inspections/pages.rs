//! `/kiem-tra`: the list, the plan and the inspection itself. The checklist on site is in `sheet.rs`.

use domain::checklist::InspectionKind;
use domain::draft::Problems;
use domain::id::{InspectionId, PersonId};
use domain::inspection::{InspectionState, InspectionVerb, TeamRole, Text, may_write};
use domain::permission::Permission;
use domain::record::{ChecklistState, ProgrammeState};
use entities::{checklist, checklist_line, inspection, membership, unit, unit_path};
use poem::web::{Data, Path, Query};
use poem::{Request, Response, Route, get, handler, post};
use render::Form;
use render::views::inspections as view;
use render::views::inspections::{Asks, state_tone, verdict_look};
use render::views::part::{Chip, Choice, Listing, Pager, Search, Stage, StageState, StageStep};
use sea_orm::sea_query::Query as Sql;
use sea_orm::{ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::plan::{Frame, Plan, TextChange};
use super::team::{self, MemberInput};
use super::verbs::{Act, act};
use super::{Filter, Listed, Record, plan};
use crate::app::App;
use crate::auth::{Caller, can};
use crate::error::{Error, Result};
use crate::http::{Slice, link};
use crate::standards;
use crate::store::names_of_people;
use crate::web::{self, Login, Posted};

/// Most people and units of one select.
const MOST_CHOICES: u64 = 1_000;

/// Adds the pages of this area.
#[must_use]
pub fn routes(tree: Route) -> Route {
    let tree = tree
        .at("/kiem-tra", get(list))
        .at("/kiem-tra/moi", get(new_page).post(create))
        .at("/kiem-tra/:id", get(show_page))
        .at("/kiem-tra/:id/doan", post(set_team))
        .at("/kiem-tra/:id/ngoai-le/:person", post(except))
        .at("/kiem-tra/:id/noi-dung", post(write_texts))
        .at("/kiem-tra/:id/buoc/:verb", post(advance));
    super::sheet::routes(tree)
}

#[derive(Clone, Debug, Default, serde::Deserialize)]
struct ListQuery {
    state: Option<InspectionState>,
    kind: Option<InspectionKind>,
    mine: Option<bool>,
    q: Option<String>,
    cursor: Option<String>,
}

impl ListQuery {
    fn pairs(&self) -> [(&'static str, Option<String>); 4] {
        [
            ("mine", self.mine.filter(|mine| *mine).map(|mine| mine.to_string())),
            ("state", self.state.map(|state| state.to_string())),
            ("kind", self.kind.map(|kind| kind.to_string())),
            ("q", self.q.clone().filter(|q| !q.is_empty())),
        ]
    }

    fn href(&self) -> String {
        link("/kiem-tra", &self.pairs())
    }

    fn chips(&self, app: &App) -> Vec<Chip> {
        let chip = |label: String, active: bool, query: Self| Chip { label, href: query.href(), active, count: None };
        let mine = self.mine == Some(true);
        let mut chips = vec![chip(web::say(app, "inspection.mine", &[]), mine, Self { mine: Some(!mine), ..self.clone() })];
        for state in [InspectionState::Planned, InspectionState::Notified, InspectionState::InProgress, InspectionState::FollowUp]
        {
            let on = self.state == Some(state);
            let query = Self { state: (!on).then_some(state), ..self.clone() };
            chips.push(chip(web::say(app, &format!("inspection_state.{state}"), &[]), on, query));
        }
        for kind in InspectionKind::ALL.iter().copied() {
            let on = self.kind == Some(kind);
            let query = Self { kind: (!on).then_some(kind), ..self.clone() };
            chips.push(chip(web::say(app, &format!("inspection_kind.{kind}"), &[]), on, query));
        }
        chips
    }
}

/// An inspection as lists draw it.
#[must_use]
pub(crate) fn item(listed: Listed) -> view::InspectionItem {
    let Listed { row, unit_name, owner_name: _, lines, answered } = listed;
    view::InspectionItem {
        href: format!("/kiem-tra/{}", row.id),
        code: row.code,
        unit: unit_name,
        kind: row.kind,
        surprise: row.surprise,
        planned_on: row.planned_on,
        state: row.state,
        tone: state_tone(row.state),
        lines,
        answered,
    }
}

#[handler]
async fn list(
    app: Data<&App>,
    caller: Login<can::ReadInspections>,
    request: &Request,
    Query(query): Query<ListQuery>,
) -> Result<Response> {
    let slice = Slice::new(None, query.cursor.as_deref())?;
    let filter = Filter {
        state: query.state,
        kind: query.kind,
        mine: query.mine.unwrap_or(false),
        q: query.q.clone(),
        ..Filter::default()
    };
    let rows = super::list(app.store.read(), &caller, &filter, &slice).await?;
    let key = |listed: &Listed| (listed.row.planned_on.to_string().into(), listed.row.id.0);
    let (rows, next) = slice.page(rows, &query.href(), key, item);
    let keep = query.pairs().into_iter().filter(|(name, _)| *name != "q");
    let keep = keep.filter_map(|(name, value)| value.map(|value| (name.to_owned(), value))).collect();
    let filtered = query.pairs().iter().any(|(_, value)| value.is_some());
    let list = Listing {
        rows,
        pager: Pager { next, first: query.cursor.as_ref().map(|_| query.href()) },
        chips: query.chips(&app),
        search: Some(Search { action: "/kiem-tra".to_owned(), q: query.q.clone().unwrap_or_default(), keep }),
        clear: filtered.then(|| "/kiem-tra".to_owned()),
    };
    let may = caller.may(Permission::PlanInspections);
    let page = view::InspectionList { list, new_href: may.then(|| "/kiem-tra/moi".to_owned()) };
    web::page(&app, &caller, web::say(&app, "inspection.page_title", &[]), &web::path_of(request), &page).await
}

#[derive(Debug, serde::Deserialize)]
struct NewQuery {
    chuong_trinh: Option<String>,
}

#[handler]
async fn new_page(
    app: Data<&App>,
    caller: Login<can::PlanInspections>,
    request: &Request,
    Query(query): Query<NewQuery>,
) -> Result<Response> {
    let mut form = web::fresh_form(None);
    form.set("programme_id", query.chuong_trinh.unwrap_or_default());
    form.set("kind", InspectionKind::Cchc.code());
    let view = planning(&app, &caller, form).await?;
    web::page(&app, &caller, web::say(&app, "inspection.new_title", &[]), &web::path_of(request), &view).await
}

fn choices<T: Copy + std::fmt::Display>(app: &App, key: &str, all: &[T]) -> Vec<Choice> {
    all.iter().map(|one| Choice::new(one.to_string(), web::say(app, &format!("{key}.{one}"), &[]))).collect()
}

async fn planning(app: &App, caller: &Caller, form: Form) -> Result<view::PlanInspection> {
    let db = app.store.read();
    let owners = crate::programmes::pages::own_units(app, caller, Permission::PlanInspections).await?;
    let owner = plan::own_unit(db, caller, Permission::PlanInspections, form.value("owner_unit_id").parse().ok()).await?;
    let checklists = checklist::Entity::find()
        .filter(checklist::Column::State.eq(ChecklistState::Published))
        .order_by_asc(checklist::Column::Code)
        .order_by_desc(checklist::Column::VersionNo)
        .limit(MOST_CHOICES)
        .all(db)
        .await?;
    let slice = Slice::new(Some(crate::http::MOST), None)?;
    let programmes = crate::programmes::list(db, caller, &crate::programmes::Filter::default(), &slice).await?;
    Ok(view::PlanInspection {
        form,
        owners,
        units: units_in_reach(app, caller, owner.ok()).await?,
        kinds: choices(app, InspectionKind::KEY, InspectionKind::ALL),
        checklists: checklists.into_iter().map(|row| Choice::new(row.id.to_string(), name_of(app, &row))).collect(),
        programmes: programmes
            .into_iter()
            .filter(|row| row.state != ProgrammeState::Closed)
            .map(|row| Choice::new(row.id.to_string(), format!("{} · {}", row.code, row.title)))
            .collect(),
    })
}

fn name_of(app: &App, row: &checklist::Model) -> String {
    let params = [("code", row.code.clone()), ("n", row.version_no.to_string()), ("title", row.title.clone())];
    web::say(app, "inspection.checklist_choice", &params)
}

/// The units within reach of the inspecting one; of every candidate when that is not decided yet.
pub(crate) async fn units_in_reach(app: &App, caller: &Caller, owner: Option<domain::id::UnitId>) -> Result<Vec<Choice>> {
    let db = app.store.read();
    let reach = match owner {
        Some(owner) => plan::reach(db, owner, caller.today).await?,
        None => caller.scope(Permission::PlanInspections).covers(unit_path::Column::AncestorId),
    };
    let inside = Sql::select().column(unit_path::Column::DescendantId).from(unit_path::Entity).cond_where(reach).to_owned();
    let rows = unit::Entity::find()
        .filter(unit::Column::Id.in_subquery(inside))
        .order_by_asc(unit::Column::Code)
        .limit(MOST_CHOICES)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| Choice::new(row.id.to_string(), format!("{} ({})", row.name, row.code))).collect())
}

#[handler]
async fn create(app: Data<&App>, posted: Posted<can::PlanInspections>, request: &Request) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let made = match plan_of(&form) {
        Ok(new) => plan::plan(&app.store, &caller, new).await,
        Err(error) => Err(error),
    };
    match made {
        Ok(row) => Ok(web::done(&format!("/kiem-tra/{}", row.id), "inspection_planned")),
        Err(error) => {
            let title = web::say(&app, "inspection.new_title", &[]);
            web::again(&app, &caller, title, &web::path_of(request), form, error, async |form| {
                planning(&app, &caller, form).await
            })
            .await
        }
    }
}

fn plan_of(form: &Form) -> Result<Plan> {
    let mut problems = Problems::new();
    let kind = needed(form, "kind", &mut problems);
    let unit_id = needed(form, "unit_id", &mut problems);
    let checklist_id = needed(form, "checklist_id", &mut problems);
    let planned_on = needed(form, "planned_on", &mut problems);
    problems.finish()?;
    let (Some(kind), Some(unit_id), Some(checklist_id), Some(planned_on)) = (kind, unit_id, checklist_id, planned_on) else {
        return Err(Error::field("kind", "required"));
    };
    let text = |name: &str| Some(form.value(name).to_owned());
    Ok(Plan {
        programme_id: form.value("programme_id").parse().ok(),
        kind,
        owner_unit_id: form.value("owner_unit_id").parse().ok(),
        unit_id,
        checklist_id,
        planned_on,
        surprise: form.value("surprise") == "yes",
        frame: Frame {
            legal_basis: text("legal_basis"),
            team_decision: text("team_decision"),
            purpose: text("purpose"),
            period_from: form.value("period_from").parse().ok(),
            period_to: form.value("period_to").parse().ok(),
            place: text("place"),
        },
    })
}

fn needed<T: std::str::FromStr>(form: &Form, name: &str, problems: &mut Problems) -> Option<T> {
    let value = form.value(name).trim().parse().ok();
    problems.check(value.is_none(), name, "required");
    value
}

#[handler]
async fn show_page(
    app: Data<&App>,
    caller: Login<can::ReadInspections>,
    request: &Request,
    Path(id): Path<InspectionId>,
) -> Result<Response> {
    let record = super::get(app.store.read(), &caller, id).await?;
    let title = record.unit_name.clone();
    let view = shown(&app, &caller, record, None).await?;
    web::page(&app, &caller, title, &web::path_of(request), &view).await
}

/// The page again with the form that was refused in its place.
async fn again(
    app: &App,
    caller: &Caller,
    request: &Request,
    id: InspectionId,
    name: &str,
    form: Form,
    error: Error,
) -> Result<Response> {
    let record = super::get(app.store.read(), caller, id).await?;
    let title = record.unit_name.clone();
    let path = format!("/kiem-tra/{id}");
    tracing::debug!(path = %request.uri().path(), "form refused");
    web::again(app, caller, title, &path, form.with_id(name), error, async |form| shown(app, caller, record, Some(form)).await)
        .await
}

async fn shown(app: &App, caller: &Caller, record: Record, refused: Option<Form>) -> Result<view::InspectionPage> {
    let href = format!("/kiem-tra/{}", record.row.id);
    let version = record.row.version;
    let refused_of = |id: &str| refused.clone().filter(|form| form.id == id);
    let fresh = || Form { version: Some(version), ..Form::default() };
    let form = |id: &str| match refused_of(id) {
        // The texts are set beside the present ones where they are known.
        Some(form) if id == "texts" => form,
        Some(form) => form.compare(&fresh()),
        None => web::fresh_form(Some(version)).with_id(id),
    };
    let naming = if record.available().contains(&InspectionVerb::SetTeam) {
        Some(naming(app, caller, &record, refused_of("team")).await?)
    } else {
        None
    };
    let link = |href: String, text: String| view::Link { href, text };
    let row = &record.row;
    let asked_by = record.checklist.edition.as_deref();
    let editions = standards::Editions::read(app.store.read(), row.unit_id).await?.differs(asked_by, row.planned_on);
    Ok(view::InspectionPage {
        code: row.code.clone(),
        kind: row.kind,
        state: row.state,
        tone: state_tone(row.state),
        surprise: row.surprise,
        unit: record.unit_name.clone(),
        owner: record.owner_name.clone(),
        stage: stage(app, &record),
        planned_on: row.planned_on,
        notified_at: row.notified_at,
        self_report_due_on: row.self_report_due_on,
        started_at: row.started_at,
        finished_at: row.finished_at,
        programme: record
            .programme
            .as_ref()
            .filter(|_| record.inspects)
            .map(|row| link(format!("/chuong-trinh/{}", row.id), format!("{} · {}", row.code, row.title))),
        checklist: link(format!("/danh-muc/{}", row.checklist_id), name_of(app, &record.checklist)),
        edition_note: editions
            .map(|(asked, used)| web::say(app, "standard.checklist_differs", &[("asked", asked), ("used", used)])),
        previous: record.previous.as_ref().map(|row| link(format!("/kiem-tra/{}", row.id), row.code.clone())),
        texts: texts(row),
        team: team_rows(app, caller, &record, &href, &form),
        verdicts: record
            .verdicts
            .iter()
            .map(|(verdict, lines)| view::VerdictRow {
                verdict: verdict_look(*verdict).0,
                tone: verdict_look(*verdict).1,
                lines: *lines,
            })
            .collect(),
        lines: record.verdicts.values().sum(),
        lines_href: row.started_at.map(|_| format!("{href}/phieu")),
        papers_href: format!("{href}/van-ban"),
        findings_href: format!("/phat-hien?dot={}", row.id),
        findings: record.findings,
        acts: acts(&record, &href, &form),
        blocked: blocked(app, &record),
        writing: writing(&record, form("texts")),
        naming,
        href,
    })
}

fn stage(app: &App, record: &Record) -> Stage {
    use InspectionState as S;
    let row = &record.row;
    let path = [
        (S::Planned, true),
        (S::TeamSet, true),
        (S::Notified, !row.surprise),
        (S::SelfReport, row.self_report_due_on.is_some()),
        (S::InProgress, true),
        (S::FieldworkDone, true),
        (S::MinutesSigned, true),
        (S::Reported, true),
        (S::Concluded, row.kind.has_conclusion()),
        (S::FollowUp, row.state == S::FollowUp || record.facts.open_actions > 0),
        (S::Closed, row.state != S::Cancelled),
        (S::Cancelled, row.state == S::Cancelled),
    ];
    let step = |state: S| StageStep {
        label: web::say(app, &format!("inspection_state.{state}"), &[]),
        state: match state.cmp(&row.state) {
            std::cmp::Ordering::Less if row.state == S::Cancelled => StageState::Skipped,
            std::cmp::Ordering::Less => StageState::Done,
            std::cmp::Ordering::Equal => StageState::Current,
            std::cmp::Ordering::Greater => StageState::Todo,
        },
    };
    let turn = record.turn();
    let unit = [("unit", record.unit_name.clone())];
    Stage {
        steps: path.into_iter().filter(|(_, used)| *used).map(|(state, _)| step(state)).collect(),
        holder: turn.map(|turn| web::say(app, &format!("inspection_holder.{}", turn.code()), &unit)),
        due: None,
        next: turn.map(|turn| web::say(app, &format!("inspection_next.{}", turn.code()), &[])),
    }
}

fn texts(row: &inspection::Model) -> Vec<view::TextShown> {
    let period = row.period_from.zip(row.period_to);
    let period = period.map(|(from, to)| format!("{} - {}", domain::time::vn_day(from), domain::time::vn_day(to)));
    let all = [
        ("purpose", row.purpose.clone()),
        ("legal_basis", row.legal_basis.clone()),
        ("team_decision", row.team_decision.clone()),
        ("period", period),
        ("place", row.place.clone()),
        ("self_report", row.self_report.clone()),
        ("strengths", row.strengths.clone()),
        ("limitations", row.limitations.clone()),
        ("causes", row.causes.clone()),
        ("requests", row.requests.clone()),
        ("unit_opinion", row.unit_opinion.clone()),
        ("refusal_reason", row.refusal_reason.clone()),
        ("conclusion", row.conclusion.clone()),
        ("cancel_reason", row.cancel_reason.clone()),
    ];
    all.into_iter().filter_map(|(key, text)| text.map(|text| view::TextShown { key, text })).collect()
}

fn team_rows(app: &App, caller: &Caller, record: &Record, href: &str, form: &impl Fn(&str) -> Form) -> Vec<view::TeamRow> {
    let rows = record.team.iter().map(|member| {
        let excepted = member.row.exception_at.is_some();
        let judged = record.by.ordering_authority && caller.person != member.row.person_id && !record.row.state.is_final();
        let asked = member.conflict.is_some() && !excepted && judged;
        view::TeamRow {
            name: member.name.clone(),
            role: member.row.team_role,
            areas: team::areas_of(&member.row).join(", "),
            conflict: member.conflict.as_ref().map(|conflict| {
                let rule = conflict.rule();
                web::say(app, &format!("rule.{}", rule.code), &rule.params)
            }),
            exception: member.row.exception_at.map(|at| view::Exception {
                reason: member.row.exception_reason.clone().unwrap_or_default(),
                by: member.exception_by.clone().unwrap_or_default(),
                at,
            }),
            except: asked.then(|| form(&format!("except-{}", member.row.person_id))),
            except_href: format!("{href}/ngoai-le/{}", member.row.person_id),
        }
    });
    rows.collect()
}

fn acts(record: &Record, href: &str, form: &impl Fn(&str) -> Form) -> Vec<view::Act> {
    use InspectionVerb as V;
    let verbs = record.available().into_iter().filter(|verb| *verb != V::SetTeam);
    let one = |verb: InspectionVerb| {
        let asks = match verb {
            V::SetTeam | V::Start | V::Finish | V::Report | V::Close => Asks::Nothing,
            V::ReturnSelfReport | V::Cancel => Asks::Reason,
            V::Reschedule => Asks::Day,
            V::Notify if record.row.kind.has_conclusion() => Asks::Notice,
            V::Notify => Asks::Nothing,
            V::SubmitSelfReport => Asks::SelfReport,
            V::SignMinutes => Asks::Signature,
            V::Conclude => Asks::Conclusion,
        };
        let look = match verb {
            V::Cancel => "danger",
            V::ReturnSelfReport | V::Reschedule => "",
            _ => "primary",
        };
        let mut form = form(verb.code());
        if form.values.is_empty() {
            let filled = match asks {
                Asks::SelfReport => record.row.self_report.clone().map(|text| ("text", text)),
                Asks::Conclusion => record.row.conclusion.clone().map(|text| ("conclusion", text)),
                Asks::Signature => Some(("unit_signed", "yes".to_owned())),
                _ => None,
            };
            if let Some((name, text)) = filled {
                form.set(name, text);
            }
        }
        view::Act { verb, action: format!("{href}/buoc/{verb}"), form, asks, look }
    };
    verbs.map(one).collect()
}

fn blocked(app: &App, record: &Record) -> Vec<view::Blocked> {
    let why = |refused: &domain::rule::Refused| web::say(app, &format!("rule.{}", refused.code), &refused.params);
    record.blocked().iter().map(|(verb, refused)| view::Blocked { verb: *verb, why: why(refused) }).collect()
}

fn writing(record: &Record, mut form: Form) -> Option<view::Writing> {
    let row = &record.row;
    let may = |text: Text| may_write(row.state, &record.by, text).is_ok();
    let (frame, results) = (may(Text::Frame), may(Text::Results));
    let (opinion, conclusion) = (may(Text::UnitOpinion), may(Text::Conclusion));
    if form.values.is_empty() || form.stale {
        let mut fresh =
            Form { values: std::collections::BTreeMap::new(), version: Some(row.version), stale: false, ..form.clone() };
        let texts = [
            ("place", &row.place),
            ("legal_basis", &row.legal_basis),
            ("team_decision", &row.team_decision),
            ("purpose", &row.purpose),
            ("strengths", &row.strengths),
            ("limitations", &row.limitations),
            ("causes", &row.causes),
            ("requests", &row.requests),
            ("unit_opinion", &row.unit_opinion),
            ("conclusion", &row.conclusion),
        ];
        for (name, text) in texts {
            fresh.set(name, text.clone().unwrap_or_default());
        }
        fresh.set("copies", row.copies.to_string());
        form = if form.stale { form.compare(&fresh) } else { fresh };
    }
    (frame || results || opinion || conclusion).then_some(view::Writing { form, frame, results, opinion, conclusion })
}

async fn naming(app: &App, caller: &Caller, record: &Record, refused: Option<Form>) -> Result<view::Naming> {
    let named = || {
        let mut form = web::fresh_form(Some(record.row.version)).with_id("team");
        for (place, member) in record.team.iter().enumerate() {
            form.set(format!("members/{place}/person_id"), member.row.person_id.to_string());
            form.set(format!("members/{place}/team_role"), member.row.team_role.code());
            form.set(format!("members/{place}/areas"), team::areas_of(&member.row).join(", "));
        }
        form
    };
    let form = match refused {
        Some(form) => form.compare(&named()),
        None => named(),
    };
    let areas: Vec<(String, String)> = checklist_line::Entity::find()
        .select_only()
        .columns([checklist_line::Column::AreaCode, checklist_line::Column::AreaName])
        .filter(checklist_line::Column::ChecklistId.eq(record.row.checklist_id))
        .distinct()
        .order_by_asc(checklist_line::Column::AreaCode)
        .into_tuple()
        .all(app.store.read())
        .await?;
    let areas: Vec<String> = areas.into_iter().map(|(code, name)| format!("{code} {name}")).collect();
    Ok(view::Naming {
        form,
        people: people(app, caller, record).await?,
        roles: choices(app, TeamRole::KEY, TeamRole::ALL),
        areas: areas.join("; "),
        may_except: record.by.ordering_authority,
    })
}

/// People to name: those of the inspecting unit, of units below it and of its sister departments,
/// and who is in the team already.
async fn people(app: &App, caller: &Caller, record: &Record) -> Result<Vec<Choice>> {
    let db = app.store.read();
    let owner = unit::Entity::find_by_id(record.row.owner_unit_id).one(db).await?.ok_or(Error::NotFound)?;
    let below = Sql::select()
        .column(unit_path::Column::DescendantId)
        .from(unit_path::Entity)
        .and_where(unit_path::Column::AncestorId.eq(owner.id))
        .to_owned();
    let mut inside = Condition::any().add(membership::Column::UnitId.in_subquery(below));
    if owner.kind_code == "so" {
        let sisters = Sql::select()
            .column(unit::Column::Id)
            .from(unit::Entity)
            .and_where(unit::Column::ParentId.eq(owner.parent_id))
            .and_where(unit::Column::KindCode.eq(owner.kind_code.clone()))
            .to_owned();
        inside = inside.add(membership::Column::UnitId.in_subquery(sisters));
    }
    let now = Condition::any().add(membership::Column::ValidTo.is_null()).add(membership::Column::ValidTo.gte(caller.today));
    let found: Vec<(PersonId, Option<String>)> = membership::Entity::find()
        .select_only()
        .columns([membership::Column::PersonId, membership::Column::Position])
        .filter(inside)
        .filter(now)
        .limit(MOST_CHOICES)
        .into_tuple()
        .all(db)
        .await?;
    let positions: std::collections::BTreeMap<PersonId, String> =
        found.into_iter().map(|(person, position)| (person, position.unwrap_or_default())).collect();
    let all = positions.keys().copied().chain(record.team.iter().map(|member| member.row.person_id));
    let mut people: Vec<(String, PersonId)> = names_of_people(db, all).await?.into_iter().map(|(id, name)| (name, id)).collect();
    people.sort();
    Ok(people
        .into_iter()
        .map(|(name, id)| match positions.get(&id).filter(|position| !position.is_empty()) {
            Some(position) => Choice::new(id.to_string(), format!("{name} ({position})")),
            None => Choice::new(id.to_string(), name),
        })
        .collect())
}

#[handler]
async fn set_team(
    app: Data<&App>,
    posted: Posted<can::PlanInspections>,
    request: &Request,
    Path(id): Path<InspectionId>,
) -> Result<Response> {
    let Posted { caller, mut form, .. } = posted;
    if form.value("add") == "members" {
        form.add_row("members");
        let record = super::get(app.store.read(), &caller, id).await?;
        let title = record.unit_name.clone();
        let mut view = shown(&app, &caller, record, Some(form.with_id("team"))).await?;
        // Shown open, to go on where one was.
        view.team.clear();
        return web::page(&app, &caller, title, &format!("/kiem-tra/{id}"), &view).await;
    }
    match name_team(&app, &caller, id, &form).await {
        Ok(()) => Ok(web::done(&format!("/kiem-tra/{id}"), "team_saved")),
        Err((error, form)) => again(&app, &caller, request, id, "team", form, error).await,
    }
}

async fn name_team(app: &App, caller: &Caller, id: InspectionId, form: &Form) -> Result<(), (Error, Form)> {
    let rows: Vec<usize> =
        form.rows("members").into_iter().filter(|row| !member_field(form, *row, "person_id").is_empty()).collect();
    let mut problems = Problems::new();
    let mut members = Vec::with_capacity(rows.len());
    for row in &rows {
        let role = member_field(form, *row, "team_role").parse::<TeamRole>();
        problems.check(role.is_err(), &format!("members/{row}/team_role"), "required");
        let person = member_field(form, *row, "person_id").parse::<PersonId>();
        problems.check(person.is_err(), &format!("members/{row}/person_id"), "unknown_person");
        if let (Ok(person_id), Ok(team_role)) = (person, role) {
            let areas = member_field(form, *row, "areas").split([',', ';']).map(|area| area.trim().to_owned());
            members.push(MemberInput {
                person_id,
                team_role,
                areas: areas.filter(|area| !area.is_empty()).collect(),
                exception_reason: Some(member_field(form, *row, "exception_reason").to_owned())
                    .filter(|reason| !reason.trim().is_empty()),
            });
        }
    }
    let saved = match problems.finish() {
        Ok(()) => match web::seen(form) {
            Ok(seen) => team::set_team(&app.store, caller, id, seen, members).await,
            Err(error) => Err(error),
        },
        Err(errors) => return Err((errors.into(), form.clone())),
    };
    saved.map(drop).map_err(|error| (at_rows(error, &rows), form.clone()))
}

fn member_field<'a>(form: &'a Form, row: usize, name: &str) -> &'a str {
    form.value(&format!("members/{row}/{name}")).trim()
}

/// The errors of members under the rows of the form, where blank ones are left out, and the
/// areas' under their one field.
fn at_rows(error: Error, rows: &[usize]) -> Error {
    let Error::Invalid(mut fields) = error else { return error };
    for field in &mut fields {
        let mut parts = field.field.splitn(4, '/');
        let (group, place, name) = (parts.next(), parts.next().and_then(|place| place.parse::<usize>().ok()), parts.next());
        if let (Some("members"), Some(row), Some(name)) = (group, place.and_then(|place| rows.get(place)), name) {
            field.field = format!("members/{row}/{name}");
        } else if field.field == "members" {
            field.field = rows.first().map_or_else(String::new, |row| format!("members/{row}/team_role"));
        }
    }
    Error::Invalid(fields)
}

#[handler]
async fn except(
    app: Data<&App>,
    posted: Posted<can::OrderInspections>,
    request: &Request,
    Path((id, person)): Path<(InspectionId, PersonId)>,
) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let reason = form.value("reason").to_owned();
    match team::except(&app.store, &caller, id, web::seen(&form)?, person, reason).await {
        Ok(_) => Ok(web::done(&format!("/kiem-tra/{id}"), "exception_saved")),
        Err(error) => again(&app, &caller, request, id, &format!("except-{person}"), form, error).await,
    }
}

#[handler]
async fn write_texts(
    app: Data<&App>,
    posted: Posted<can::ReadInspections>,
    request: &Request,
    Path(id): Path<InspectionId>,
) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let text = |name: &str| form.values.get(name).cloned();
    let change = TextChange {
        legal_basis: text("legal_basis"),
        team_decision: text("team_decision"),
        purpose: text("purpose"),
        place: text("place"),
        period_from: None,
        period_to: None,
        // What is no number is refused as out of range.
        copies: text("copies").map(|copies| copies.trim().parse().unwrap_or(0)),
        strengths: text("strengths"),
        limitations: text("limitations"),
        causes: text("causes"),
        requests: text("requests"),
        unit_opinion: text("unit_opinion"),
        conclusion: text("conclusion"),
    };
    match plan::write_texts(&app.store, &caller, id, web::seen(&form)?, change).await {
        Ok(_) => Ok(web::done(&format!("/kiem-tra/{id}"), "texts_saved")),
        Err(error) => again(&app, &caller, request, id, "texts", form, error).await,
    }
}

#[handler]
async fn advance(
    app: Data<&App>,
    posted: Posted<can::ReadInspections>,
    request: &Request,
    Path((id, verb)): Path<(InspectionId, String)>,
) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let verb: InspectionVerb = verb.parse().map_err(|_unknown| Error::NotFound)?;
    let moved = match act_of(verb, &form) {
        Ok(what) => act(&app.store, &caller, id, web::seen(&form)?, what).await,
        Err(error) => Err(error),
    };
    match moved {
        Ok(_) if verb == InspectionVerb::Start => Ok(web::done(&format!("/kiem-tra/{id}/phieu"), "inspection_moved")),
        Ok(_) => Ok(web::done(&format!("/kiem-tra/{id}"), "inspection_moved")),
        Err(error) => again(&app, &caller, request, id, verb.code(), form, error).await,
    }
}

fn act_of(verb: InspectionVerb, form: &Form) -> Result<Act> {
    use InspectionVerb as V;
    let text = |name: &str| form.value(name).to_owned();
    Ok(match verb {
        V::SetTeam => return Err(Error::NotFound),
        V::Notify => Act::Notify { self_report_due_on: date(form, "self_report_due_on")? },
        V::SubmitSelfReport => Act::SubmitSelfReport { text: text("text") },
        V::ReturnSelfReport => Act::ReturnSelfReport { reason: text("reason") },
        V::Start => Act::Start,
        V::Finish => Act::Finish,
        V::SignMinutes => {
            Act::SignMinutes { unit_signed: form.value("unit_signed") == "yes", refusal_reason: Some(text("refusal_reason")) }
        }
        V::Report => Act::Report,
        V::Conclude => Act::Conclude { conclusion: Some(text("conclusion")) },
        V::Close => Act::Close,
        V::Cancel => Act::Cancel { reason: text("reason") },
        V::Reschedule => {
            let planned_on = date(form, "planned_on")?.ok_or_else(|| Error::field("planned_on", "required"))?;
            Act::Reschedule { planned_on, reason: text("reason") }
        }
    })
}

fn date(form: &Form, name: &str) -> Result<Option<chrono::NaiveDate>> {
    match form.value(name).trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_no_date| Error::field(name, "required")),
    }
}
