//! The ranking before publication: the council's changes, proposals, approvals.

use std::collections::BTreeMap;

use domain::id::{PersonId, PublicationId, RoundId};
use domain::record::Subject;
use domain::round::{PublicationState, RoundState, ScoreVerdict, may_approve, may_publish};
use domain::scoring::Exact;
use poem::http::StatusCode;
use poem::web::{Data, Path};
use poem::{IntoResponse as _, Request, Response, Route, get, handler, post};
use render::Form;
use render::views::findings::Link;
use render::views::part::{Choice, Tone};
use render::views::rounds as view;

use super::super::access::{self, By};
use super::super::appraise::{self, Judgement};
use super::super::publish::{self, LinePart, Previous, Snapshot, UnitPart};
use super::super::remedy;
use super::{Failed, form_of, mendable, public, tone, unit_id, words};
use crate::app::App;
use crate::auth::{Caller, can};
use crate::error::{Error, Result};
use crate::findings::pages::refuse;
use crate::store::names_of_people;
use crate::web::{self, Login, Posted, say};

pub fn routes(tree: Route) -> Route {
    tree.at("/dot-cham-diem/:id/xep-hang", get(show_page))
        .at("/dot-cham-diem/:id/xep-hang/de-nghi", post(propose))
        .at("/dot-cham-diem/:id/xep-hang/don-vi/:unit_id", get(unit_page))
        .at("/dot-cham-diem/:id/xep-hang/don-vi/:unit_id/:code", post(change))
        .at("/dot-cham-diem/:id/khac-phuc/:unit_id", post(remedy_lost))
        .at("/dot-cham-diem/:id/cong-bo/:publication_id/duyet", post(approve))
        .at("/dot-cham-diem/:id/cong-bo/:publication_id/cong-bo", post(release))
}

fn page_of(id: RoundId) -> String {
    format!("{}/xep-hang", super::page_of(id))
}

fn number(text: &str) -> Exact {
    text.parse().unwrap_or_else(|_| Exact::zero())
}

/// Against last year, in words.
fn against(app: &App, unit: &UnitPart) -> String {
    match &unit.previous {
        None => say(app, "ranking.new_unit", &[]),
        Some(Previous { comparable: true, total: Some(total), .. }) => {
            let gain = &number(&unit.total) - &number(total);
            let zero = Exact::zero();
            let places = total.split_once('.').map_or(0, |(_, digits)| u32::try_from(digits.len()).unwrap_or(2)).max(2);
            if gain > zero {
                format!("+{}", gain.vn(places))
            } else if gain < zero {
                format!("−{}", (&zero - &gain).vn(places))
            } else {
                gain.vn(places)
            }
        }
        Some(_) => say(app, "ranking.not_comparable", &[]),
    }
}

fn tie(app: &App, unit: &UnitPart) -> Option<String> {
    if let Some(breaker) = &unit.split_by {
        let rule = match breaker.strip_prefix("node:") {
            Some(node) => say(app, "ranking.split_node", &[("node", node.to_owned())]),
            None => say(app, &format!("tie_measure.{breaker}"), &[]),
        };
        return Some(say(app, "ranking.split", &[("rule", rule)]));
    }
    unit.tied.then(|| say(app, "ranking.tied", &[]))
}

/// Name of a unit's grade.
pub fn grade(snapshot: &Snapshot, unit: &UnitPart) -> String {
    let named = snapshot.set.grades.iter().find(|(code, _)| Some(code) == unit.grade.as_ref());
    named.map(|(_, name)| name.clone()).unwrap_or_default()
}

/// The table of a snapshot; `unit_href` leads to a unit's points.
pub fn table(app: &App, snapshot: &Snapshot, unit_href: impl Fn(&UnitPart) -> String) -> view::Ranking {
    let row = |unit: &UnitPart| view::RankRow {
        rank: unit.rank.to_string(),
        tie: tie(app, unit),
        unit: unit.name.clone(),
        href: unit_href(unit),
        own: unit.self_points.clone(),
        appraised: unit.appraised_points.clone(),
        total: unit.total.clone(),
        previous: against(app, unit),
        grade: grade(snapshot, unit),
        group: unit.group.as_ref().map(|group| say(app, "ranking.group", &[("group", group.clone())])),
    };
    view::Ranking {
        rows: snapshot.units.iter().map(row).collect(),
        sample: snapshot.set.sample,
        set: snapshot.set.title.clone(),
        ties: say(app, &format!("tie_policy.{}", snapshot.set.tie_policy), &[]),
        decision: snapshot.round.decision.clone(),
        decided_on: snapshot.round.decided_on,
    }
}

/// What an edition changes, in words.
pub fn shown_changes(app: &App, changes: Vec<publish::Change>) -> Vec<view::ChangeRow> {
    let number = |text: Option<String>| match text {
        Some(text) => text.parse::<Exact>().map(|exact| exact.vn_short()).unwrap_or(text),
        None => "–".to_owned(),
    };
    let row = |one: publish::Change| {
        let what = say(app, &format!("edition_change.{}", one.what), &[]);
        let what = one.code.map_or(what.clone(), |code| format!("{what} {code}"));
        view::ChangeRow { unit: one.unit, what, before: number(one.before), after: number(one.after) }
    };
    changes.into_iter().map(row).collect()
}

/// A unit's points of a snapshot, the most lost first.
pub fn points_of(
    snapshot: &Snapshot,
    unit: &UnitPart,
    back: Link,
    council: impl Fn(&str) -> Option<view::CouncilForm>,
) -> view::UnitPoints {
    let field = |(code, name, _): &(String, String, String)| {
        let [points, max, percent] = unit.fields.get(code).cloned().unwrap_or_default();
        view::FieldRow { name: format!("{code}. {name}"), points, max, percent }
    };
    let line = |(code, name, max): &(String, String, String)| {
        let part: &LinePart = unit.lines.get(code)?;
        Some(view::LineRow {
            code: code.clone(),
            name: name.clone(),
            max: max.clone(),
            points: part.points.clone(),
            own: part.own.clone(),
            lost: part.lost.clone(),
            how: part.how.clone(),
            reasons: part.reasons.clone(),
            council: council(code),
            remedy: None,
        })
    };
    let mut lines: Vec<view::LineRow> = snapshot.set.criteria.iter().filter_map(line).collect();
    lines.sort_by_key(|line| std::cmp::Reverse(number(&line.lost)));
    view::UnitPoints {
        back,
        unit: unit.name.clone(),
        code: unit.code.clone(),
        sample: snapshot.set.sample,
        rank: unit.rank.to_string(),
        total: unit.total.clone(),
        grade: grade(snapshot, unit),
        base: unit.base.clone(),
        bonus: unit.bonus.clone(),
        penalty: unit.penalty.clone(),
        fields: snapshot.set.fields.iter().map(field).collect(),
        lines,
        remedy: None,
    }
}

#[handler]
async fn show_page(
    app: Data<&App>,
    caller: Login<can::ReadScores>,
    request: &Request,
    Path(id): Path<RoundId>,
) -> Result<Response> {
    show(&app, &caller, id, &web::path_of(request), StatusCode::OK, None).await
}

async fn show(app: &App, caller: &Caller, id: RoundId, path: &str, status: StatusCode, failed: Failed) -> Result<Response> {
    let db = app.store.read();
    let (round, snapshot) = publish::ranking(db, caller, id).await?;
    let by = access::by(db, caller, &round).await?;
    let href = page_of(id);
    let proposes = by.secretary && matches!(round.state, RoundState::Approved | RoundState::Published);
    let view = view::RankingPage {
        round: Link { href: super::page_of(id), text: round.title.clone() },
        state: round.state,
        tone: tone(round.state),
        ranking: table(app, &snapshot, |unit| format!("{href}/don-vi/{}", unit.unit_id)),
        propose: proposes.then(|| form_of(&failed, "propose", Some(round.version), |_| {})),
        erratum: round.state == RoundState::Published,
        pending: shown_changes(app, publish::pending(db, caller, &round).await?),
        proposals: if by.secretary || by.publisher { proposals(app, caller, &round, &by, &failed).await? } else { Vec::new() },
        public_href: round.state.is_public().then(|| public::page_of(id)),
        href,
    };
    let title = say(app, "ranking.page_title", &[("title", round.title.clone())]);
    let response = web::page(app, caller, title, path, &view).await?;
    Ok(response.with_status(status).into_response())
}

async fn proposals(
    app: &App,
    caller: &Caller,
    round: &entities::round::Model,
    by: &By,
    failed: &Failed,
) -> Result<Vec<view::ProposalRow>> {
    let db = app.store.read();
    let found = publish::proposals(db, round.id).await?;
    let rows: Vec<_> = found.iter().map(|(row, _)| row.clone()).collect();
    let mut changes = publish::changes_of(&rows)?;
    let mut ids: Vec<PersonId> = found.iter().map(|(row, _)| row.proposed_by_id).collect();
    ids.extend(found.iter().flat_map(|(_, approvals)| approvals).map(|approval| approval.person_id));
    let people = names_of_people(db, ids).await?;
    let name = |id| people.get(&id).cloned().unwrap_or_default();
    let now = app.store.clock().now();
    let required = usize::try_from(round.approvals_required).unwrap_or(1);
    let row = |(row, approvals): (entities::publication::Model, Vec<entities::publication_approval::Model>)| {
        let given: Vec<_> = approvals.iter().map(|approval| (approval.person_id, approval.digest.clone())).collect();
        let proposal = domain::round::Proposal {
            state: row.state,
            proposer: row.proposed_by_id,
            digest: &row.digest,
            approvals: &given,
            required,
        };
        let approves = may_approve(by.publisher, caller.person, &row.digest, &proposal).is_ok();
        let early = row.not_before.is_some_and(|not_before| now < not_before);
        let releases = (by.secretary || by.publisher) && may_publish(&proposal, &row.digest, early).is_ok();
        let form = |name: String, may: bool| may.then(|| form_of(failed, &name, Some(row.version), |_| {}));
        view::ProposalRow {
            edition: row.edition.to_string(),
            state: row.state,
            tone: match row.state {
                PublicationState::Proposed => Tone::Warn,
                PublicationState::Published => Tone::Good,
                PublicationState::Dropped => Tone::Neutral,
            },
            digest: row.digest.clone(),
            by: name(row.proposed_by_id),
            at: row.proposed_at,
            reason: row.reason.clone(),
            not_before: row.not_before,
            approvals: approvals.iter().map(|approval| name(approval.person_id)).collect(),
            required,
            approve: form(format!("approve-{}", row.id), approves),
            release: form(format!("release-{}", row.id), releases),
            href: format!("{}/cong-bo/{}", super::page_of(round.id), row.id),
            changes: shown_changes(app, changes.remove(&row.id).unwrap_or_default()),
        }
    };
    Ok(found.into_iter().map(row).collect())
}

async fn failed_on(app: &App, caller: &Caller, id: RoundId, name: &str, mut form: Form, error: Error) -> Result<Response> {
    if !mendable(&error) {
        return Err(error);
    }
    refuse(app, &mut form, &error);
    show(app, caller, id, &page_of(id), error.status(), Some((name.to_owned(), form))).await
}

#[handler]
async fn propose(app: Data<&App>, posted: Posted<can::ManageRounds>, Path(id): Path<RoundId>) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    let not_before = form.value("not_before").parse().ok().and_then(super::start_of);
    let reason = Some(form.value("reason").to_owned());
    match publish::propose(&app.store, &caller, id, web::seen(&form)?, not_before, reason).await {
        Ok(_) => Ok(web::done(&page_of(id), "proposed")),
        Err(error) => failed_on(&app, &caller, id, "propose", form, error).await,
    }
}

#[handler]
async fn approve(
    app: Data<&App>,
    posted: Posted<can::ReadScores>,
    Path((id, publication_id)): Path<(RoundId, PublicationId)>,
) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    match publish::approve(&app.store, &caller, publication_id, form.value("digest").to_owned()).await {
        Ok(_) => Ok(web::done(&page_of(id), "publication_approved")),
        Err(error) => failed_on(&app, &caller, id, &format!("approve-{publication_id}"), form, error).await,
    }
}

#[handler]
async fn release(
    app: Data<&App>,
    posted: Posted<can::ReadScores>,
    Path((id, publication_id)): Path<(RoundId, PublicationId)>,
) -> Result<Response> {
    let Posted { caller, form, .. } = posted;
    match publish::release(&app.store, &caller, publication_id).await {
        Ok(_) => Ok(web::done(&page_of(id), "publication_released")),
        Err(error) => failed_on(&app, &caller, id, &format!("release-{publication_id}"), form, error).await,
    }
}

#[handler]
async fn unit_page(
    app: Data<&App>,
    caller: Login<can::ReadScores>,
    request: &Request,
    Path((id, unit)): Path<(RoundId, String)>,
) -> Result<Response> {
    show_unit(&app, &caller, id, &unit, &web::path_of(request), StatusCode::OK, None).await
}

async fn show_unit(
    app: &App,
    caller: &Caller,
    id: RoundId,
    unit: &str,
    path: &str,
    status: StatusCode,
    failed: Failed,
) -> Result<Response> {
    let db = app.store.read();
    let (round, snapshot) = publish::ranking(db, caller, id).await?;
    let by = access::by(db, caller, &round).await?;
    let wanted = unit_id(unit)?;
    let part = snapshot.units.iter().find(|part| part.unit_id == wanted).ok_or(Error::NotFound)?;
    let barred = access::barred(db, caller, &[wanted]).await?;
    let changes = by.secretary && matches!(round.state, RoundState::Council | RoundState::Published) && barred.is_empty();
    let forms: BTreeMap<String, view::CouncilForm> = snapshot
        .set
        .criteria
        .iter()
        .filter(|_| changes)
        .map(|(code, _, _)| {
            let action = format!("{}/don-vi/{wanted}/{code}", page_of(id));
            (code.clone(), view::CouncilForm { action, form: form_of(&failed, &format!("hd-{code}"), None, |_| {}) })
        })
        .collect();
    let back = Link { href: page_of(id), text: say(app, "ranking.page_title", &[("title", round.title.clone())]) };
    let mut view = points_of(&snapshot, part, back, |code| forms.get(code).cloned());
    if round.state.is_public() {
        remedies(app, caller, &round, part, &mut view, &failed).await?;
    }
    let title = say(app, "ranking.unit_title", &[("unit", part.name.clone())]);
    let response = web::page(app, caller, title, path, &view).await?;
    Ok(response.with_status(status).into_response())
}

/// Puts beside lost points what remedies them, and the form to open more.
async fn remedies(
    app: &App,
    caller: &Caller,
    round: &entities::round::Model,
    part: &UnitPart,
    view: &mut view::UnitPoints,
    failed: &Failed,
) -> Result<()> {
    let db = app.store.read();
    // The unit itself and the secretary see them; others see the published points only.
    if !remedy::may(db, caller, round, part.unit_id).await? && !access::of_unit(db, caller, part.unit_id).await?.reads {
        return Ok(());
    }
    let there = remedy::of_unit(db, round.id, part.unit_id).await?;
    for line in &mut view.lines {
        line.remedy = there
            .get(&line.code)
            .map(|one| Link { href: web::link_to(Subject::CorrectiveAction, one.action_id.0), text: one.action_code.clone() });
    }
    if remedy::may(db, caller, round, part.unit_id).await? {
        let lost = view.lines.iter().filter(|line| line.remedy.is_none() && number(&line.lost) > Exact::zero());
        let choice = |line: &view::LineRow| {
            let params = [("code", line.code.clone()), ("name", line.name.clone()), ("lost", number(&line.lost).vn_short())];
            Choice::new(line.code.clone(), say(app, "remedy.choice", &params))
        };
        let codes: Vec<Choice> = lost.map(choice).collect();
        view.remedy = (!codes.is_empty()).then(|| view::RemedyForm {
            action: format!("{}/khac-phuc/{}", super::page_of(round.id), part.unit_id),
            form: form_of(failed, "remedy", None, |_| {}),
            codes,
        });
    }
    Ok(())
}

#[handler]
async fn remedy_lost(
    app: Data<&App>,
    posted: Posted<can::ReadScores>,
    Path((id, unit)): Path<(RoundId, String)>,
) -> Result<Response> {
    let Posted { caller, mut form, .. } = posted;
    let path = format!("{}/don-vi/{unit}", page_of(id));
    let chosen = form.values.iter().filter(|(_, value)| *value == "yes");
    let codes: Vec<String> = chosen.filter_map(|(name, _)| name.strip_prefix("codes/").map(str::to_owned)).collect();
    match remedy::remedy(&app.store, &caller, id, unit_id(&unit)?, codes).await {
        Ok(_) => Ok(web::done(&path, "lost_points_remedied")),
        Err(error) if mendable(&error) => {
            let error = match error {
                Error::Invalid(mut fields) => {
                    for field in &mut fields {
                        field.field = "codes".to_owned();
                    }
                    Error::Invalid(fields)
                }
                other => other,
            };
            refuse(&app, &mut form, &error);
            show_unit(&app, &caller, id, &unit, &path, error.status(), Some(("remedy".to_owned(), form))).await
        }
        Err(error) => Err(error),
    }
}

#[handler]
async fn change(
    app: Data<&App>,
    posted: Posted<can::ManageRounds>,
    Path((id, unit, code)): Path<(RoundId, String, String)>,
) -> Result<Response> {
    let Posted { caller, mut form, .. } = posted;
    let path = format!("{}/don-vi/{unit}", page_of(id));
    let outcome = async {
        let points = words::plain_number(form.value("points")).parse::<Exact>();
        let points = points.map_err(|_not_a_number| Error::field("points", "file_not_a_number"))?;
        let judgement = Judgement {
            unit_id: unit_id(&unit)?,
            verdict: ScoreVerdict::Changed,
            value: None,
            points: Some(points),
            reason: Some(form.value("reason").to_owned()),
        };
        appraise::appraise(&app.store, &caller, id, code.clone(), vec![judgement]).await
    };
    match outcome.await {
        Ok(_) => Ok(web::done(&path, "appraised")),
        Err(error) if mendable(&error) => {
            let error = match error {
                Error::Invalid(mut fields) => {
                    for field in &mut fields {
                        field.field = field.field.trim_start_matches("judgements/0/").to_owned();
                    }
                    Error::Invalid(fields)
                }
                other => other,
            };
            refuse(&app, &mut form, &error);
            show_unit(&app, &caller, id, &unit, &path, error.status(), Some((format!("hd-{code}"), form))).await
        }
        Err(error) => Err(error),
    }
}
