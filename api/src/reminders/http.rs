//! `/reminders`, `/mails`.

use chrono::{DateTime, NaiveDate, Utc};
use domain::id::{MailId, PersonId, ReminderId};
use domain::record::{Duty, MailState, Subject};
use domain::reminder::News;
use poem::web::Data;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Object, OpenApi};
use render::views::reminders::{DigestItem, DigestNotice};
use uuid::Uuid;

use super::ledger::{self, Named, Planned, Preview};
use crate::app::App;
use crate::auth::{Auth, can};
use crate::error::Result;
use crate::http::{Page, Slice, link};

/// Reminders and the ledger of mails.
#[derive(Debug)]
pub struct RemindersApi;

/// A person to be reminded of a duty at a stage. There is exactly one for each rule, record, stage,
/// person and due date.
#[derive(Debug, Object)]
pub struct Reminder {
    /// Id.
    pub id: ReminderId,
    /// The duty, or the notice.
    pub rule: String,
    /// What it is about.
    pub subject: Subject,
    /// Its id.
    pub subject_id: Uuid,
    /// Stage, as `before_3`, `due`, `overdue_4`; `notice` for what people are told of once.
    pub stage: String,
    /// The due date it counts from.
    pub due_on: NaiveDate,
    /// Whom.
    pub person_id: PersonId,
    /// Their name.
    pub person_name: String,
    /// The mail that carries it.
    pub mail_id: Option<MailId>,
    /// What became of that mail.
    pub mail_state: Option<MailState>,
    /// A later stage or another due date came before its mail left.
    pub superseded: bool,
    /// The day it was planned.
    pub planned_on: NaiveDate,
}

impl From<Planned> for Reminder {
    fn from(planned: Planned) -> Self {
        let row = planned.row;
        Self {
            id: row.id,
            rule: row.rule,
            subject: row.subject,
            subject_id: row.subject_id,
            stage: row.stage,
            due_on: row.due_on,
            person_id: row.person_id,
            person_name: planned.person,
            mail_id: row.mail_id,
            mail_state: planned.state,
            superseded: row.superseded,
            planned_on: row.planned_on,
        }
    }
}

/// A mail of the ledger.
#[derive(Debug, Object)]
pub struct MailRecord {
    /// Id.
    pub id: MailId,
    /// To whom.
    pub person_id: PersonId,
    /// Their name.
    pub person_name: String,
    /// What kind of mail.
    pub kind: String,
    /// The day it is written for.
    pub on_date: NaiveDate,
    /// Where it stands.
    pub state: MailState,
    /// Address it was handed over for.
    pub address: Option<String>,
    /// Subject, once worded.
    pub subject: Option<String>,
    /// Plain text, once worded; only of one's own mails.
    pub text: Option<String>,
    /// Its Message-ID, the same for every try.
    pub message_id: String,
    /// Tries so far.
    pub attempts: i32,
    /// What the mail server said last.
    pub last_error: Option<String>,
    /// When it was planned.
    pub created_at: DateTime<Utc>,
    /// When the mail server took it.
    pub sent_at: Option<DateTime<Utc>>,
}

impl From<Named> for MailRecord {
    fn from(named: Named) -> Self {
        let mail = named.mail;
        Self {
            id: mail.id,
            person_id: mail.person_id,
            person_name: named.person,
            kind: mail.kind,
            on_date: mail.on_date,
            state: mail.state,
            address: mail.address,
            subject: mail.subject,
            text: mail.text,
            message_id: mail.message_id,
            attempts: mail.attempts,
            last_error: mail.last_error,
            created_at: mail.created_at,
            sent_at: mail.sent_at,
        }
    }
}

/// What a person would be sent.
#[derive(Debug, Object)]
pub struct MailPreview {
    /// Whom.
    pub person_id: PersonId,
    /// Their name.
    pub person_name: String,
    /// Subject line.
    pub subject: String,
    /// What it names; only of one's own.
    pub items: Option<Vec<PreviewItem>>,
    /// What it tells of once; only of one's own.
    pub notices: Option<Vec<PreviewNotice>>,
}

/// Something told of once, in a preview.
#[derive(Debug, Object)]
pub struct PreviewNotice {
    /// What happened.
    pub notice: News,
    /// Code of the record.
    pub code: String,
    /// What it is about.
    pub title: String,
    /// The last day of what may be done about it.
    pub until: Option<NaiveDate>,
    /// Where it is seen.
    pub href: String,
}

impl From<DigestNotice> for PreviewNotice {
    fn from(told: DigestNotice) -> Self {
        Self { notice: told.notice, code: told.code, title: told.title, until: told.until, href: told.href }
    }
}

/// A duty in a preview.
#[derive(Debug, Object)]
pub struct PreviewItem {
    /// The duty.
    pub duty: Duty,
    /// Code of the record.
    pub code: String,
    /// What it is about.
    pub title: String,
    /// The last day.
    pub due_on: NaiveDate,
    /// How far that is, in words.
    pub left: String,
    /// Where it is done.
    pub href: String,
}

impl From<DigestItem> for PreviewItem {
    fn from(item: DigestItem) -> Self {
        Self { duty: item.duty, code: item.code, title: item.title, due_on: item.due_on, left: item.left, href: item.href }
    }
}

impl From<Preview> for MailPreview {
    fn from(preview: Preview) -> Self {
        let (items, notices) = preview.digest.map_or((None, None), |digest| {
            let items = digest.overdue.into_iter().chain(digest.due).map(PreviewItem::from).collect();
            (Some(items), Some(digest.notices.into_iter().map(PreviewNotice::from).collect()))
        });
        Self { person_id: preview.person, person_name: preview.name, subject: preview.subject, items, notices }
    }
}

/// A mail just queued.
#[derive(Debug, ApiResponse)]
pub enum Queued {
    /// The mail; a job hands it over.
    #[oai(status = 201)]
    Queued(Json<MailRecord>),
}

#[OpenApi]
impl RemindersApi {
    /// Send a mail to oneself
    ///
    /// To see that mail leaves: the ledger tells what became of it.
    #[oai(path = "/mails", method = "post", operation_id = "create_check_mail")]
    async fn create_check_mail(
        &self,
        auth: Auth<can::OperateSystem>,
        app: Data<&App>,
        #[oai(name = "Idempotency-Key")] _key: Header<Option<String>>,
    ) -> Result<Queued> {
        let mail = super::send_check(&app, &auth).await?;
        Ok(Queued::Queued(Json(Named { mail, person: auth.name.clone() }.into())))
    }

    /// Reminders planned so far
    ///
    /// The latest first. One's own; everybody's for those who operate the system.
    #[oai(path = "/reminders", method = "get", operation_id = "list_reminders")]
    async fn list_reminders(
        &self,
        auth: Auth<can::UseOwnAccount>,
        app: Data<&App>,
        limit: Query<Option<u64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<Reminder>>> {
        let slice = Slice::new(limit.0, cursor.0.as_deref())?;
        let rows = ledger::reminders(&app, &auth, &slice).await?;
        let key = |planned: &Planned| (serde_json::json!(planned.row.created_at), planned.row.id.0);
        let (items, next) = slice.page(rows, "/api/v1/reminders", key, Reminder::from);
        Ok(Json(Page { items, next }))
    }

    /// What would be sent on a day
    ///
    /// As things stand now, if nothing changed until then; empty on days off. One's own, with what it
    /// names; for those who operate the system everybody's subject lines.
    #[oai(path = "/reminders/preview", method = "get", operation_id = "preview_reminders")]
    async fn preview_reminders(
        &self,
        auth: Auth<can::UseOwnAccount>,
        app: Data<&App>,
        on: Query<Option<NaiveDate>>,
    ) -> Result<Json<Vec<MailPreview>>> {
        let on = on.0.unwrap_or(auth.today);
        Ok(Json(ledger::preview(&app, &auth, on).await?.into_iter().map(MailPreview::from).collect()))
    }

    /// The ledger of mails
    ///
    /// The latest first. One's own; everybody's for those who operate the system, without their text.
    #[oai(path = "/mails", method = "get", operation_id = "list_mails")]
    async fn list_mails(
        &self,
        auth: Auth<can::UseOwnAccount>,
        app: Data<&App>,
        state: Query<Option<MailState>>,
        limit: Query<Option<u64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<MailRecord>>> {
        let slice = Slice::new(limit.0, cursor.0.as_deref())?;
        let rows = ledger::mails(&app, &auth, state.0, &slice).await?;
        let path = link("/api/v1/mails", &[("state", state.0.map(|state| state.code().to_owned()))]);
        let key = |named: &Named| (serde_json::json!(named.mail.created_at), named.mail.id.0);
        let (items, next) = slice.page(rows, &path, key, MailRecord::from);
        Ok(Json(Page { items, next }))
    }

    /// One mail of the ledger
    #[oai(path = "/mails/:id", method = "get", operation_id = "get_mail")]
    async fn get_mail(&self, auth: Auth<can::UseOwnAccount>, app: Data<&App>, id: Path<MailId>) -> Result<Json<MailRecord>> {
        Ok(Json(ledger::mail(&app, &auth, id.0).await?.into()))
    }
}
