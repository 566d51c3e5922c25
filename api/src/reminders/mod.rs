//! Reminders and the mail ledger: planned from state, one mail a person and day.
//!
//! Nothing here looks at «today is the day»: every plan asks which stage each open duty has reached
//! and writes the intents that are missing. So a day that was missed is caught up with one mail, a
//! moved due date gets intents of its own, and a duty that ended gets none.

mod check;
pub mod http;
pub mod ledger;
pub mod pages;
mod plan;

use chrono::{DateTime, NaiveDate, Utc};
use domain::calendar::Calendar;
use domain::id::{MailId, PersonId};
use domain::record::{Duty as Kind, MailState, Subject};
use domain::reminder::{self, DaysLeft, NOTICE_STAGE};
use entities::{mail, person, reminder as intent};
use render::MailText;
use render::views::reminders::{Digest, DigestItem, DigestNotice};
use render::views::system::CheckMail;
use sea_orm::{ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QuerySelect as _};
use serde_json::json;
use uuid::Uuid;

use crate::app::App;
use crate::error::{Error, Result};
use crate::mail::Letter;
use crate::store::Tx;
use crate::work::duties::{self, Duty};

pub use check::send_check;
pub use plan::{plan, plan_now};

/// The kind of the daily mail.
pub const DIGEST: &str = "digest";
/// The kind of the mail by which an operator checks that mail leaves.
pub const CHECK: &str = "check";

/// Something that happened and that its people are told of once, in the mail of the next working day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What happened.
    pub notice: reminder::News,
    /// What it is about.
    pub subject: Subject,
    /// Its id.
    pub subject_id: Uuid,
    /// Code of the record people know.
    pub code: String,
    /// Its title.
    pub title: String,
    /// The unit concerned; none when it concerns all alike.
    pub unit_name: Option<String>,
    /// The day that tells it apart from another of its kind: an appraisal that is sent again, with another last day, is
    /// another notice.
    pub on: NaiveDate,
    /// The last day of what may be done about it.
    pub until: Option<NaiveDate>,
    /// Who is told.
    pub people: Vec<PersonId>,
    /// Path of the page where it is seen.
    pub link: String,
}

impl Notice {
    /// What makes it the same as another, for one person.
    fn key(&self) -> (String, Uuid, NaiveDate) {
        (self.notice.code().to_owned(), self.subject_id, self.on)
    }
}

/// What decides whether and what to remind of on a day.
#[derive(Debug)]
pub struct Day {
    /// The day.
    pub on: NaiveDate,
    /// The calendar that counts.
    pub calendar: Calendar,
    /// Every open duty.
    pub duties: Vec<Duty>,
    /// Everything people are told of these days.
    pub notices: Vec<Notice>,
}

impl Day {
    /// Reads what is open and how days count.
    ///
    /// # Errors
    /// The database's.
    pub async fn load(db: &impl ConnectionTrait, on: NaiveDate) -> Result<Self> {
        Ok(Self {
            on,
            calendar: crate::calendar::load(db).await?,
            duties: duties::all(db, on).await?,
            notices: duties::notices(db, on).await?,
        })
    }

    /// Whether mails go out on it.
    #[must_use]
    pub fn sends(&self) -> bool {
        reminder::sending_day(&self.calendar, self.on)
    }

    /// The stage a duty has reached; `None` while it is far away.
    #[must_use]
    pub fn stage(&self, duty: &Duty) -> Option<reminder::Stage> {
        reminder::Ladder::of(duty.duty).stage(&self.calendar, duty.due_on, self.on)
    }

    /// What one person is reminded of, the most pressing first.
    #[must_use]
    pub fn duties_of(&self, person: PersonId) -> Vec<&Duty> {
        let theirs = self.duties.iter().filter(|duty| duty.people.contains(&person));
        let mut found: Vec<&Duty> = theirs.filter(|duty| self.stage(duty).is_some()).collect();
        found.sort_by(|a, b| (a.due_on, &a.code).cmp(&(b.due_on, &b.code)));
        found
    }

    /// The digest of one person; `None` when there is nothing to say. `tells` says which of their notices are in it.
    #[must_use]
    pub fn digest(&self, person: PersonId, name: &str, public_url: &str, tells: impl Fn(&Notice) -> bool) -> Option<Digest> {
        let base = public_url.trim_end_matches('/');
        let duties = self.duties_of(person);
        let (late, due): (Vec<&Duty>, Vec<&Duty>) = duties.iter().partition(|duty| duty.due_on < self.on);
        let oldest = late.iter().map(|duty| reminder::days_left(&self.calendar, duty.due_on, self.on));
        let most_late = oldest.map(|left| if let DaysLeft::Late(days) = left { days } else { 0 }).max().unwrap_or_default();
        let told = self.notices.iter().filter(|notice| notice.people.contains(&person) && tells(notice));
        let notices: Vec<DigestNotice> = told.map(|notice| said(notice, base)).collect();
        (!duties.is_empty() || !notices.is_empty()).then(|| Digest {
            name: name.to_owned(),
            on: self.on,
            notices,
            due_today: due.iter().any(|duty| duty.due_on == self.on),
            most_late,
            extensible: duties.iter().any(|duty| matches!(duty.duty, Kind::FilePlan | Kind::DoStep)),
            list_href: format!("{base}/"),
            overdue: late.into_iter().map(|duty| self.item(duty, base)).collect(),
            due: due.into_iter().map(|duty| self.item(duty, base)).collect(),
        })
    }

    fn item(&self, duty: &Duty, base: &str) -> DigestItem {
        DigestItem {
            duty: duty.duty,
            code: duty.code.clone(),
            title: duty.title.clone(),
            unit: duty.unit_name.clone(),
            due_on: duty.due_on,
            left: reminder::days_left_words(&self.calendar, duty.due_on, self.on),
            provisional: self.calendar.is_provisional(duty.due_on, self.on),
            href: format!("{base}{}", duty.link),
        }
    }
}

fn said(notice: &Notice, base: &str) -> DigestNotice {
    DigestNotice {
        notice: notice.notice,
        code: notice.code.clone(),
        title: notice.title.clone(),
        unit: notice.unit_name.clone(),
        until: notice.until,
        href: format!("{base}{}", notice.link),
    }
}

/// The notices that a mail carries.
async fn carried(db: &impl ConnectionTrait, mail: MailId) -> Result<Vec<(String, Uuid, NaiveDate)>> {
    Ok(intent::Entity::find()
        .select_only()
        .columns([intent::Column::Rule, intent::Column::SubjectId, intent::Column::DueOn])
        .filter(intent::Column::MailId.eq(mail))
        .filter(intent::Column::Stage.eq(NOTICE_STAGE))
        .filter(intent::Column::Superseded.eq(false))
        .into_tuple()
        .all(db)
        .await?)
}

/// When a mail may leave that may not leave now: reminders go out in office hours of working days,
/// also those that a failing mail server has held up.
///
/// # Errors
/// The database's.
pub async fn not_before(app: &App, row: &mail::Model) -> Result<Option<DateTime<Utc>>> {
    if row.kind != DIGEST {
        return Ok(None);
    }
    let calendar = crate::calendar::load(app.store.read()).await?;
    Ok(plan::next_window(&calendar, app.store.clock().now()))
}

/// The words and address of a mail as things stand now; `None` when it is not needed any more:
/// nothing is left to say, or the person is gone or has no address.
///
/// # Errors
/// The database's, or the mail cannot be worded.
pub async fn letter(app: &App, row: &mail::Model) -> Result<Option<Letter>> {
    let db = app.store.read();
    let Some(person) = person::Entity::find_by_id(row.person_id).one(db).await? else { return Ok(None) };
    let Some(address) = person.email.filter(|_| person.disabled_at.is_none()) else { return Ok(None) };
    let base_url = app.config.server.public_url.clone();
    let text = if row.kind == CHECK {
        worded(app, &CheckMail { asked_by: person.full_name.clone(), base_url })?
    } else {
        let day = Day::load(db, app.store.clock().today()).await?;
        let carried = carried(db, row.id).await?;
        let tells = |notice: &Notice| carried.contains(&notice.key());
        let Some(digest) = day.digest(person.id, &person.full_name, &base_url, tells) else { return Ok(None) };
        worded(app, &digest)?
    };
    Ok(Some(Letter { name: person.full_name, address, text }))
}

fn worded(app: &App, mail: &impl render::Mail) -> Result<MailText> {
    app.renderer.mail(mail).map_err(|error| Error::Internal(error.into()))
}

/// A mail that waits to be worded and handed over.
fn queued(tx: &Tx, id: MailId, person: PersonId, kind: &str, dedup_key: String, host: &str) -> mail::ActiveModel {
    mail::ActiveModel {
        id: Set(id),
        person_id: Set(person),
        kind: Set(kind.to_owned()),
        on_date: Set(tx.today()),
        state: Set(MailState::Queued),
        message_id: Set(format!("<{id}@{host}>")),
        attempts: Set(0),
        created_at: Set(tx.now()),
        dedup_key: Set(dedup_key),
        address: Set(None),
        subject: Set(None),
        text: Set(None),
        html: Set(None),
        last_error: Set(None),
        sent_at: Set(None),
    }
}

/// Enqueues the job that hands a mail over; once a mail.
fn hand_over(tx: &Tx, mail: MailId) {
    tx.enqueue(crate::mail::SEND, json!({"mail_id": mail}), tx.now(), Some(format!("mail:{mail}")));
}

/// The host of our address, for Message-IDs.
fn host_of(public_url: &str) -> String {
    let rest = public_url.split_once("://").map_or(public_url, |(_, rest)| rest);
    let host = rest.split(['/', ':', '?']).next().unwrap_or_default();
    if host.is_empty() { "localhost".to_owned() } else { host.to_owned() }
}
