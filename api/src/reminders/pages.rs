//! `/thu`: the ledger of reminder mails.

use domain::id::MailId;
use domain::record::MailState;
use poem::web::{Data, Path, Query};
use poem::{Request, Response, Route, get, handler, post};
use render::views::part::{Chip, Listing, Pager};
use render::views::reminders::{MailLedger, MailPage, MailRow, tone_of};

use super::ledger::{self, Named};
use crate::app::App;
use crate::auth::{Caller, can};
use crate::error::{Error, Result};
use crate::http::{Slice, link};
use crate::web::{self, Login, Posted};

/// `/thu`
#[must_use]
pub fn routes(tree: Route) -> Route {
    tree.at("/thu", get(show_mails)).at("/thu/thu-kiem-tra", post(send_check)).at("/thu/:id", get(show_mail))
}

/// Filter and place in the list.
#[derive(Debug, serde::Deserialize)]
struct Wanted {
    state: Option<String>,
    limit: Option<u64>,
    cursor: Option<String>,
}

#[handler]
async fn show_mails(
    app: Data<&App>,
    caller: Login<can::UseOwnAccount>,
    request: &Request,
    Query(wanted): Query<Wanted>,
) -> Result<Response> {
    let state = wanted.state.as_deref().map(|code| code.parse::<MailState>().map_err(|_unknown| Error::NotFound)).transpose()?;
    let slice = Slice::new(wanted.limit, wanted.cursor.as_deref())?;
    let rows = ledger::mails(&app, &caller, state, &slice).await?;
    let path = link("/thu", &[("state", state.map(|state| state.code().to_owned()))]);
    let key = |named: &Named| (serde_json::json!(named.mail.created_at), named.mail.id.0);
    let (rows, next) = slice.page(rows, &path, key, row);
    let list = Listing {
        rows,
        pager: Pager { next, first: wanted.cursor.is_some().then(|| path.clone()) },
        chips: chips(&app, &caller, state).await?,
        search: None,
        clear: state.map(|_| "/thu".to_owned()),
    };
    let everybody = ledger::sees_all(&caller);
    let view = MailLedger { list, everybody, check: everybody.then(|| web::fresh_form(None)) };
    web::page(&app, &caller, web::say(&app, "mail.title", &[]), &web::path_of(request), &view).await
}

/// One for each state that occurs.
async fn chips(app: &App, caller: &Caller, chosen: Option<MailState>) -> Result<Vec<Chip>> {
    let counts = ledger::counts(app, caller).await?;
    let of = |state: MailState| counts.iter().find(|(counted, _)| *counted == state).map(|(_, count)| count.unsigned_abs());
    let chips = MailState::ALL.iter().copied().filter_map(|state| {
        let count = of(state)?;
        let active = chosen == Some(state);
        let href = if active { "/thu".to_owned() } else { format!("/thu?state={state}") };
        Some(Chip { label: web::say(app, &format!("mail_state.{state}"), &[]), href, active, count: Some(count) })
    });
    Ok(chips.collect())
}

fn row(named: Named) -> MailRow {
    let mail = named.mail;
    MailRow {
        href: Some(format!("/thu/{}", mail.id)),
        subject: mail.subject,
        person: named.person,
        on: mail.on_date,
        state: mail.state,
        tone: tone_of(mail.state),
        sent_at: mail.sent_at,
        attempts: mail.attempts,
        error: mail.last_error,
    }
}

#[handler]
async fn show_mail(
    app: Data<&App>,
    caller: Login<can::UseOwnAccount>,
    request: &Request,
    Path(id): Path<String>,
) -> Result<Response> {
    let id: MailId = id.parse().map_err(|_not_an_id: uuid::Error| Error::NotFound)?;
    let named = ledger::mail(&app, &caller, id).await?;
    let (address, text) = (named.mail.address.clone(), named.mail.text.clone());
    let view = MailPage { mail: row(named), address, text };
    web::page(&app, &caller, web::say(&app, "mail.one_title", &[]), &web::path_of(request), &view).await
}

#[handler]
async fn send_check(app: Data<&App>, posted: Posted<can::OperateSystem>) -> Result<Response> {
    let mail = super::send_check(&app, &posted.caller).await?;
    Ok(web::done(&format!("/thu/{}", mail.id), "check_mail_queued"))
}
