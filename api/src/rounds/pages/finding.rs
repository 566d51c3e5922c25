//! The part of a finding's page that proposes a deduction in a round.

use domain::id::{FindingId, RoundId};
use domain::record::Subject;
use entities::finding;
use poem::web::{Data, Path};
use poem::{Response, Route, handler, post};
use render::Form;
use render::views::deductions::{DeductionForm, DeductionRow};
use render::views::findings::Link;
use render::views::part::Choice;

use super::super::deductions::{self, NewDeduction, Target};
use super::criterion::shown_deduction;
use super::{mendable, words};
use crate::app::App;
use crate::auth::{Caller, Either, can};
use crate::error::{Error, Result};
use crate::findings::pages::{refuse, show};
use crate::web::{self, Posted, say};

/// Name of the form on the page.
const FORM: &str = "deduct";

pub fn routes(tree: Route) -> Route {
    tree.at("/phat-hien/:id/tru-diem", post(propose))
}

/// What a finding has proposed, and the form to propose more; both empty for who may not.
///
/// # Errors
/// The database's.
pub async fn of_finding(
    app: &App,
    caller: &Caller,
    row: &finding::Model,
    failed: Option<(&str, &Form)>,
) -> Result<(Vec<DeductionRow>, Option<DeductionForm>)> {
    let db = app.store.read();
    let targets = deductions::targets(db, caller, row).await?;
    let mut rows = Vec::new();
    for one in deductions::of_finding(db, caller, row.id).await? {
        let text = one.code.clone();
        let href = super::criterion::page_of(one.round_id, &one.code);
        rows.push(DeductionRow { criterion: Some(Link { href, text }), ..shown_deduction(app, &one) });
    }
    let choice = |target: Target| {
        let Target { round_id, round, code, name, max } = target;
        let params = [("code", code.clone()), ("name", name), ("round", round), ("max", max.vn_short())];
        Choice::new(format!("{round_id} {code}"), say(app, "deduction.choice", &params))
    };
    let form = (!targets.is_empty()).then(|| DeductionForm {
        action: format!("{}/tru-diem", web::link_to(Subject::Finding, row.id.0)),
        form: match failed {
            Some((FORM, form)) => form.clone().with_id(FORM),
            _ => web::fresh_form(None).with_id(FORM),
        },
        targets: targets.into_iter().map(choice).collect(),
    });
    Ok((rows, form))
}

fn asked(form: &Form) -> Result<NewDeduction> {
    let mut problems = domain::draft::Problems::new();
    let chosen = form.value("code").split_once(' ');
    let round_id: Option<RoundId> = chosen.and_then(|(round, _)| round.parse().ok());
    problems.check(round_id.is_none(), "code", "required");
    let typed = words::plain_number(form.value("points"));
    let points = typed.parse().ok();
    problems.check(typed.is_empty(), "points", "required");
    problems.check(!typed.is_empty() && points.is_none(), "points", "file_not_a_number");
    problems.finish()?;
    let (Some(round_id), Some((_, code)), Some(points)) = (round_id, chosen, points) else { return Err(Error::NotFound) };
    Ok(NewDeduction { round_id, code: code.to_owned(), points, reason: Some(form.value("reason").to_owned()) })
}

#[handler]
async fn propose(
    app: Data<&App>,
    posted: Posted<Either<can::ReadFindings, can::ManageRounds>>,
    Path(id): Path<FindingId>,
) -> Result<Response> {
    let Posted { caller, mut form, .. } = posted;
    let path = web::link_to(Subject::Finding, id.0);
    let outcome = async { deductions::propose(&app.store, &caller, id, asked(&form)?).await };
    match outcome.await {
        Ok(_) => Ok(web::done(&path, "deduction_proposed")),
        Err(error) if mendable(&error) => {
            refuse(&app, &mut form, &error);
            show(&app, &caller, id, &path, error.status(), Some((FORM, form))).await
        }
        Err(error) => Err(error),
    }
}
