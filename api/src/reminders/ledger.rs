//! Reading what was planned and sent. Who operates the system sees to whom and when, never the
//! text of others' mails: it tells of findings.

use chrono::NaiveDate;
use domain::id::{MailId, PersonId};
use domain::permission::Permission;
use domain::record::MailState;
use entities::{mail, reminder};
use render::views::reminders::Digest;
use sea_orm::{ColumnTrait, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::{Day, Notice};
use crate::app::App;
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::http::Slice;
use crate::store::names_of_people;

/// Which rows the caller may see: all as an operator, else their own.
fn visible(caller: &Caller, column: impl ColumnTrait) -> Condition {
    let all = caller.may(Permission::OperateSystem);
    if all { Condition::all() } else { Condition::all().add(column.eq(caller.person)) }
}

/// Whether the caller sees everybody's.
#[must_use]
pub fn sees_all(caller: &Caller) -> bool {
    caller.may(Permission::OperateSystem)
}

/// A mail and its receiver's name.
#[derive(Clone, Debug)]
pub struct Named {
    /// The mail; the text of others' mails is left out.
    pub mail: mail::Model,
    /// Full name.
    pub person: String,
}

fn discreet(caller: &Caller, mut mail: mail::Model) -> mail::Model {
    if mail.person_id != caller.person {
        (mail.text, mail.html) = (None, None);
    }
    mail
}

/// Mails, the latest first.
///
/// # Errors
/// The database's.
pub async fn mails(app: &App, caller: &Caller, state: Option<MailState>, slice: &Slice) -> Result<Vec<Named>> {
    let db = app.store.read();
    let mut query = mail::Entity::find().filter(visible(caller, mail::Column::PersonId)).filter(slice.after(
        mail::Column::CreatedAt,
        mail::Column::Id,
        true,
    ));
    if let Some(state) = state {
        query = query.filter(mail::Column::State.eq(state));
    }
    let rows = query.order_by_desc(mail::Column::CreatedAt).order_by_desc(mail::Column::Id).limit(slice.fetch()).all(db).await?;
    let names = names_of_people(db, rows.iter().map(|row| row.person_id)).await?;
    let name = |id: PersonId| names.get(&id).cloned().unwrap_or_default();
    Ok(rows.into_iter().map(|row| Named { person: name(row.person_id), mail: discreet(caller, row) }).collect())
}

/// How many mails are in each state.
///
/// # Errors
/// The database's.
pub async fn counts(app: &App, caller: &Caller) -> Result<Vec<(MailState, i64)>> {
    Ok(mail::Entity::find()
        .select_only()
        .column(mail::Column::State)
        .column_as(mail::Column::Id.count(), "mails")
        .filter(visible(caller, mail::Column::PersonId))
        .group_by(mail::Column::State)
        .into_tuple()
        .all(app.store.read())
        .await?)
}

/// One mail.
///
/// # Errors
/// 404 when there is none or it is another person's.
pub async fn mail(app: &App, caller: &Caller, id: MailId) -> Result<Named> {
    let db = app.store.read();
    let row =
        mail::Entity::find_by_id(id).filter(visible(caller, mail::Column::PersonId)).one(db).await?.ok_or(Error::NotFound)?;
    let mut names = names_of_people(db, [row.person_id]).await?;
    Ok(Named { person: names.remove(&row.person_id).unwrap_or_default(), mail: discreet(caller, row) })
}

/// An intent, its receiver's name and what became of its mail.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The intent.
    pub row: reminder::Model,
    /// Full name.
    pub person: String,
    /// State of the mail that carries it.
    pub state: Option<MailState>,
}

/// Intents, the latest first. Three statements, whatever the number of rows.
///
/// # Errors
/// The database's.
pub async fn reminders(app: &App, caller: &Caller, slice: &Slice) -> Result<Vec<Planned>> {
    let db = app.store.read();
    let rows = reminder::Entity::find()
        .filter(visible(caller, reminder::Column::PersonId))
        .filter(slice.after(reminder::Column::CreatedAt, reminder::Column::Id, true))
        .order_by_desc(reminder::Column::CreatedAt)
        .order_by_desc(reminder::Column::Id)
        .limit(slice.fetch())
        .all(db)
        .await?;
    let names = names_of_people(db, rows.iter().map(|row| row.person_id)).await?;
    let ids: Vec<MailId> = rows.iter().filter_map(|row| row.mail_id).collect();
    let states: std::collections::BTreeMap<MailId, MailState> = mail::Entity::find()
        .select_only()
        .column(mail::Column::Id)
        .column(mail::Column::State)
        .filter(mail::Column::Id.is_in(ids))
        .into_tuple()
        .all(db)
        .await?
        .into_iter()
        .collect();
    Ok(rows
        .into_iter()
        .map(|row| Planned {
            person: names.get(&row.person_id).cloned().unwrap_or_default(),
            state: row.mail_id.and_then(|id| states.get(&id).copied()),
            row,
        })
        .collect())
}

/// What a person would be sent on a day, as things stand now.
#[derive(Debug)]
pub struct Preview {
    /// Whom.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// The subject line.
    pub subject: String,
    /// What it says; only of the caller's own.
    pub digest: Option<Digest>,
}

/// What would be sent on a day if nothing changed until then: of everybody for an operator (subject
/// lines only), else the caller's own. Empty on days off.
///
/// # Errors
/// The database's.
pub async fn preview(app: &App, caller: &Caller, on: NaiveDate) -> Result<Vec<Preview>> {
    let db = app.store.read();
    let day = Day::load(db, on).await?;
    if !day.sends() {
        return Ok(Vec::new());
    }
    let told = super::plan::told(db, &day.notices).await?;
    let concerned = day.duties.iter().flat_map(|duty| &duty.people).chain(day.notices.iter().flat_map(|notice| &notice.people));
    let concerned = concerned.copied();
    let people: std::collections::BTreeSet<PersonId> =
        concerned.filter(|person| sees_all(caller) || *person == caller.person).collect();
    let names = names_of_people(db, people).await?;
    let mut found = Vec::new();
    for (person, name) in names {
        let news = |notice: &Notice| !told.contains(&(notice.key(), person));
        let Some(digest) = day.digest(person, &name, &app.config.server.public_url, news) else { continue };
        let subject = super::worded(app, &digest)?.subject;
        found.push(Preview { person, name, subject, digest: (person == caller.person).then_some(digest) });
    }
    Ok(found)
}
