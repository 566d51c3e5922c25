//! Which reminders are missing today, and the one write that adds them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Timelike as _, Utc};
use domain::calendar::Calendar;
use domain::id::{MailId, PersonId, ReminderId};
use domain::record::{MailState, Subject};
use domain::reminder::{NOTICE_STAGE, Stage};
use entities::{mail, person, reminder};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QuerySelect as _,
};
use serde_json::json;
use uuid::Uuid;

use super::{DIGEST, Day, Notice, hand_over, host_of, queued};
use crate::app::App;
use crate::error::Result;
use crate::store::{Event, Tx, Writer};
use crate::work::duties::Duty;

/// Mails go out from this hour in Vietnam …
const FROM_HOUR: u32 = 7;
/// … and before this one; what comes up later waits for the next working day.
const TO_HOUR: u32 = 17;

/// How many ids one `IN` takes.
const CHUNK: usize = 500;

/// An intent: remind this person of this duty at this stage, or tell them of this once.
#[derive(Clone, Debug)]
struct Intent {
    rule: &'static str,
    subject: Subject,
    subject_id: Uuid,
    stage: &'static str,
    due_on: chrono::NaiveDate,
    person: PersonId,
}

/// What makes an intent the same as another.
type Key = (String, Uuid, String, PersonId, chrono::NaiveDate);

impl Intent {
    fn of(duty: &Duty, stage: Stage, person: PersonId) -> Self {
        let stage = stage.code();
        Self { rule: duty.duty.code(), subject: duty.subject, subject_id: duty.subject_id, stage, due_on: duty.due_on, person }
    }

    fn told(notice: &Notice, person: PersonId) -> Self {
        Self {
            rule: notice.notice.code(),
            subject: notice.subject,
            subject_id: notice.subject_id,
            stage: NOTICE_STAGE,
            due_on: notice.on,
            person,
        }
    }

    fn key(&self) -> Key {
        (self.rule.to_owned(), self.subject_id, self.stage.to_owned(), self.person, self.due_on)
    }
}

/// Plans the reminders of today, within office hours of a working day. Safe to run at any time, by
/// any number of replicas, as often as one likes.
///
/// # Errors
/// The database's.
pub async fn plan(app: &App) -> Result<()> {
    let hour = app.store.clock().now().with_timezone(&domain::time::vietnam()).hour();
    if (FROM_HOUR..TO_HOUR).contains(&hour) { plan_now(app).await } else { Ok(()) }
}

/// The beginning of the next office hours; `None` within them.
pub(super) fn next_window(calendar: &Calendar, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let here = now.with_timezone(&domain::time::vietnam());
    let (today, hour) = (here.date_naive(), here.hour());
    let working = domain::reminder::sending_day(calendar, today);
    if working && (FROM_HOUR..TO_HOUR).contains(&hour) {
        return None;
    }
    let first = if hour < FROM_HOUR { today } else { today.succ_opt()? };
    let day = calendar.next_working_day_on_or_after(first);
    let opens = day.and_hms_opt(FROM_HOUR, 0, 0)?.and_local_timezone(domain::time::vietnam()).single()?;
    Some(opens.to_utc())
}

/// As [`plan`], whatever the hour.
///
/// # Errors
/// The database's.
pub async fn plan_now(app: &App) -> Result<()> {
    let (db, today) = (app.store.read(), app.store.clock().today());
    let day = Day::load(db, today).await?;
    if !day.sends() {
        return Ok(());
    }
    let missing = missing(db, &day).await?;
    if missing.is_empty() {
        return Ok(());
    }
    let host = host_of(&app.config.server.public_url);
    app.store
        .write(Writer::Job("reminders.plan"), move |tx| async move {
            let mut by_person: BTreeMap<PersonId, Vec<Intent>> = BTreeMap::new();
            for intent in missing {
                by_person.entry(intent.person).or_default().push(intent);
            }
            for (person, intents) in by_person {
                remind(&tx, person, intents, &host).await?;
            }
            Ok(())
        })
        .await
}

/// The intents that open duties and news call for and that are not there yet, of people who can be written to.
async fn missing(db: &impl ConnectionTrait, day: &Day) -> Result<Vec<Intent>> {
    let mut wanted = Vec::new();
    for duty in &day.duties {
        if let Some(stage) = day.stage(duty) {
            wanted.extend(duty.people.iter().map(|person| Intent::of(duty, stage, *person)));
        }
    }
    for notice in &day.notices {
        wanted.extend(notice.people.iter().map(|person| Intent::told(notice, *person)));
    }
    let there = known(db, wanted.iter().map(|intent| intent.subject_id).collect()).await?;
    wanted.retain(|intent| !there.contains(&intent.key()));
    let reachable = reachable(db, wanted.iter().map(|intent| intent.person).collect()).await?;
    wanted.retain(|intent| reachable.contains(&intent.person));
    Ok(wanted)
}

/// Whom of these notices somebody was told already, or is about to be: by notice and person.
pub(super) async fn told(
    db: &impl ConnectionTrait,
    notices: &[Notice],
) -> Result<BTreeSet<((String, Uuid, chrono::NaiveDate), PersonId)>> {
    let there = known(db, notices.iter().map(|notice| notice.subject_id).collect()).await?;
    Ok(there.into_iter().map(|(rule, subject, _, person, on)| ((rule, subject, on), person)).collect())
}

async fn known(db: &impl ConnectionTrait, subjects: BTreeSet<Uuid>) -> Result<BTreeSet<Key>> {
    let subjects: Vec<Uuid> = subjects.into_iter().collect();
    let mut found = BTreeSet::new();
    for chunk in subjects.chunks(CHUNK) {
        let rows = reminder::Entity::find().filter(reminder::Column::SubjectId.is_in(chunk.to_vec())).all(db).await?;
        found.extend(rows.into_iter().map(|row| (row.rule, row.subject_id, row.stage, row.person_id, row.due_on)));
    }
    Ok(found)
}

async fn reachable(db: &impl ConnectionTrait, people: BTreeSet<PersonId>) -> Result<BTreeSet<PersonId>> {
    let people: Vec<PersonId> = people.into_iter().collect();
    let mut found = BTreeSet::new();
    for chunk in people.chunks(CHUNK) {
        let rows: Vec<PersonId> = person::Entity::find()
            .select_only()
            .column(person::Column::Id)
            .filter(person::Column::Id.is_in(chunk.to_vec()))
            .filter(person::Column::DisabledAt.is_null())
            .filter(person::Column::Email.is_not_null())
            .into_tuple()
            .all(db)
            .await?;
        found.extend(rows);
    }
    Ok(found)
}

/// One person's new intents and the one mail of the day that carries them. When today's mail has
/// already left, the intents wait: tomorrow they are still missing.
async fn remind(tx: &Tx, person: PersonId, intents: Vec<Intent>, host: &str) -> Result<()> {
    let Some(mail) = todays_mail(tx, person, host).await? else { return Ok(()) };
    let mut added = 0;
    for intent in &intents {
        added += add(tx, intent, mail).await?;
    }
    if added == 0 {
        return Ok(());
    }
    supersede(tx, &intents).await?;
    drop_older(tx, person, mail).await?;
    let what = json!({"person_id": person, "on": tx.today(), "reminders": added});
    tx.record(Event::on("reminder.planned", Subject::Mail, mail.0).after(&what));
    hand_over(tx, mail);
    Ok(())
}

/// The id of today's mail of this person, made when there is none; `None` when it has left.
async fn todays_mail(tx: &Tx, person: PersonId, host: &str) -> Result<Option<MailId>> {
    let id = tx.id::<MailId>();
    let key = format!("{DIGEST}:{person}:{}", tx.today());
    let row = queued(tx, id, person, DIGEST, key.clone(), host);
    // On PostgreSQL this waits for another planner's insert of the same key to commit.
    let once = OnConflict::column(mail::Column::DedupKey).do_nothing().to_owned();
    if mail::Entity::insert(row).on_conflict(once).exec_without_returning(tx.db()).await? == 1 {
        return Ok(Some(id));
    }
    let there = mail::Entity::find().filter(mail::Column::DedupKey.eq(key)).one(tx.db()).await?;
    Ok(there.filter(|mail| mail.state == MailState::Queued).map(|mail| mail.id))
}

async fn add(tx: &Tx, intent: &Intent, mail: MailId) -> Result<u64> {
    let row = reminder::ActiveModel {
        id: Set(tx.id::<ReminderId>()),
        rule: Set(intent.rule.to_owned()),
        subject: Set(intent.subject),
        subject_id: Set(intent.subject_id),
        stage: Set(intent.stage.to_owned()),
        due_on: Set(intent.due_on),
        person_id: Set(intent.person),
        mail_id: Set(Some(mail)),
        superseded: Set(false),
        planned_on: Set(tx.today()),
        created_at: Set(tx.now()),
    };
    let once = OnConflict::columns([
        reminder::Column::Rule,
        reminder::Column::SubjectId,
        reminder::Column::Stage,
        reminder::Column::PersonId,
        reminder::Column::DueOn,
    ])
    .do_nothing()
    .to_owned();
    Ok(reminder::Entity::insert(row).on_conflict(once).exec_without_returning(tx.db()).await?)
}

/// Earlier stages and earlier due dates whose mail has not left say nothing any more.
async fn supersede(tx: &Tx, intents: &[Intent]) -> Result<()> {
    let waiting = mail::Entity::find().select_only().column(mail::Column::Id).filter(mail::Column::State.eq(MailState::Queued));
    for intent in intents {
        let older = Condition::any().add(reminder::Column::Stage.ne(intent.stage)).add(reminder::Column::DueOn.ne(intent.due_on));
        reminder::Entity::update_many()
            .col_expr(reminder::Column::Superseded, Expr::value(true))
            .filter(reminder::Column::Rule.eq(intent.rule))
            .filter(reminder::Column::SubjectId.eq(intent.subject_id))
            .filter(reminder::Column::PersonId.eq(intent.person))
            .filter(reminder::Column::Superseded.eq(false))
            .filter(older)
            .filter(reminder::Column::MailId.in_subquery(sea_orm::QueryTrait::into_query(waiting.clone())))
            .exec(tx.db())
            .await?;
    }
    Ok(())
}

/// Mails of earlier days that never left give way to today's, which says the same and more: an
/// outage of a week is caught up with one mail.
async fn drop_older(tx: &Tx, person: PersonId, todays: MailId) -> Result<()> {
    let older: Vec<MailId> = mail::Entity::find()
        .select_only()
        .column(mail::Column::Id)
        .filter(mail::Column::PersonId.eq(person))
        .filter(mail::Column::Kind.eq(DIGEST))
        .filter(mail::Column::State.eq(MailState::Queued))
        .filter(mail::Column::Id.ne(todays))
        .into_tuple()
        .all(tx.db())
        .await?;
    if older.is_empty() {
        return Ok(());
    }
    reminder::Entity::update_many()
        .col_expr(reminder::Column::MailId, Expr::value(todays))
        .filter(reminder::Column::MailId.is_in(older.clone()))
        .filter(reminder::Column::Superseded.eq(false))
        .exec(tx.db())
        .await?;
    mail::Entity::update_many()
        .col_expr(mail::Column::State, Expr::value(MailState::Dropped.code()))
        .filter(mail::Column::Id.is_in(older.clone()))
        .exec(tx.db())
        .await?;
    for id in older {
        tx.record(Event::on("mail.superseded", Subject::Mail, id.0).after(&json!({"by": todays})));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_up_leaves_at_the_next_opening() {
        let calendar = Calendar::new([], []);
        for (now, expected) in [
            ("2026-11-16T00:00:00Z", None),                         // Monday 07:00
            ("2026-11-16T09:59:59Z", None),                         // Monday 16:59
            ("2026-11-15T23:59:59Z", Some("2026-11-16T00:00:00Z")), // Monday 06:59
            ("2026-11-16T10:00:00Z", Some("2026-11-17T00:00:00Z")), // Monday 17:00
            ("2026-11-20T10:00:00Z", Some("2026-11-23T00:00:00Z")), // Friday 17:00
            ("2026-11-21T02:00:00Z", Some("2026-11-23T00:00:00Z")), // Saturday
            ("2026-11-22T20:00:00Z", Some("2026-11-23T00:00:00Z")), // Monday 03:00
        ] {
            let expected = expected.map(|text| text.parse().unwrap());
            assert_eq!(next_window(&calendar, now.parse().unwrap()), expected, "{now}");
        }
    }
}
