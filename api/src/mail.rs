//! Mail: at least once, handed over by jobs only, every sent mail kept as a row.

mod smtp;

use std::sync::{Arc, Mutex, PoisonError};

use chrono::TimeDelta;
use domain::id::MailId;
use domain::record::{MailState, Subject};
use entities::mail;
use lettre::message::{Mailbox, MultiPart};
use lettre::{AsyncFileTransport, AsyncTransport as _, Message, Tokio1Executor};
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, EntityTrait as _};

use crate::app::App;
use crate::config::{Config, Transport};
use crate::error::Result;
use crate::jobs::{Outcome, Work};
use crate::store::{Event, Writer};

/// The job kind that hands one mail over. Its payload is `{"mail_id": …}`.
pub const SEND: &str = "mail.send";

/// Minutes between tries; the mail dies at the end of the ladder (about 72 h), not after a number of tries.
const LADDER_MINUTES: [i64; 12] = [1, 5, 15, 60, 120, 240, 480, 720, 720, 720, 720, 720];
/// A mail the server may already have is tried once more, after this.
const MAYBE_MINUTES: i64 = 15;

/// The way mail leaves the house.
#[derive(Clone, Debug)]
pub enum Mailer {
    /// Over SMTP.
    Smtp(Box<smtp::Smtp>),
    /// Into a folder, for development.
    Folder(AsyncFileTransport<Tokio1Executor>, Mailbox),
    /// Into memory, for tests.
    Memory(Arc<Mutex<Vec<Message>>>, Mailbox),
}

/// How a hand-over ended.
#[derive(Debug, PartialEq, Eq)]
enum Handover {
    /// The server has it.
    Sent,
    /// It has it not: later.
    Retry(String),
    /// It will never take it for this address.
    Bounced(String),
    /// It may have it: the text was sent, the answer is missing.
    Maybe(String),
    /// Another worker has taken the job over; nothing was sent.
    NotOurs,
}

impl Mailer {
    /// Builds the configured transport.
    ///
    /// # Errors
    /// A sender address or TLS setting that does not work.
    pub fn new(config: &Config) -> anyhow::Result<Self> {
        let from: Mailbox = config.mail.from.parse().map_err(|error| anyhow::anyhow!("configuration: mail.from: {error}"))?;
        Ok(match config.mail.transport {
            Transport::Folder => {
                std::fs::create_dir_all(&config.mail.folder)?;
                Self::Folder(AsyncFileTransport::new(&config.mail.folder), from)
            }
            Transport::Smtp => Self::Smtp(Box::new(smtp::Smtp::new(config, from)?)),
        })
    }

    /// A mailer that keeps its mails, for tests.
    ///
    /// # Errors
    /// Never in practice: the address is a constant.
    pub fn memory() -> anyhow::Result<Self> {
        Ok(Self::Memory(Arc::default(), "Chuẩn <no-reply@chuan.example>".parse()?))
    }

    /// The mails a memory mailer has taken, formatted.
    #[must_use]
    pub fn taken(&self) -> Vec<String> {
        match self {
            Self::Memory(mails, _) => {
                let mails = mails.lock().unwrap_or_else(PoisonError::into_inner);
                mails.iter().map(|mail| String::from_utf8_lossy(&mail.formatted()).into_owned()).collect()
            }
            _ => Vec::new(),
        }
    }

    fn from(&self) -> &Mailbox {
        match self {
            Self::Smtp(smtp) => &smtp.from,
            Self::Folder(_, from) | Self::Memory(_, from) => from,
        }
    }

    async fn hand_over(&self, message: Message, still_ours: impl AsyncFnOnce() -> Result<bool>) -> Result<Handover> {
        match self {
            Self::Smtp(smtp) => smtp.hand_over(&message, still_ours).await,
            _ if !still_ours().await? => Ok(Handover::NotOurs),
            Self::Memory(mails, _) => {
                mails.lock().unwrap_or_else(PoisonError::into_inner).push(message);
                Ok(Handover::Sent)
            }
            Self::Folder(folder, _) => Ok(match folder.send(message).await {
                Ok(_) => Handover::Sent,
                Err(error) => Handover::Retry(error.to_string()),
            }),
        }
    }
}

/// Hands one mail over. What it says and to whom is decided now, not when it was planned.
///
/// # Errors
/// The database's; the mail stays and is tried again.
pub async fn send(app: &App, work: Work) -> Result<Outcome> {
    let Some(id) = work.payload.get("mail_id").and_then(|id| id.as_str()).and_then(|id| id.parse::<MailId>().ok()) else {
        return Ok(Outcome::Fail("payload without mail_id".into()));
    };
    let Some(row) = mail::Entity::find_by_id(id).one(app.store.read()).await? else {
        return Ok(Outcome::Fail("no such mail".into()));
    };
    if !matches!(row.state, MailState::Queued | MailState::MaybeSent) {
        return Ok(Outcome::Done);
    }
    if let Some(at) = crate::reminders::not_before(app, &row).await? {
        return Ok(Outcome::Retry(at, "waits for office hours".into()));
    }
    let Some(letter) = crate::reminders::letter(app, &row).await? else {
        settle(app, row, MailState::Dropped, None, None).await?;
        return Ok(Outcome::Done);
    };
    let message = match build(app, &row, &letter) {
        Ok(message) => message,
        Err(error) => {
            settle(app, row, MailState::Bounced, Some(letter), Some(error.to_string())).await?;
            return Ok(Outcome::Done);
        }
    };
    // A database that cannot tell whose the job is now fails the try: the job comes back.
    let still_ours = async || crate::jobs::still_ours(app, &work).await;
    match app.mailer.hand_over(message, still_ours).await? {
        Handover::NotOurs => Ok(Outcome::Done),
        Handover::Sent => {
            settle(app, row, MailState::Sent, Some(letter), None).await?;
            Ok(Outcome::Done)
        }
        Handover::Bounced(error) => {
            settle(app, row, MailState::Bounced, Some(letter), Some(error)).await?;
            Ok(Outcome::Done)
        }
        Handover::Maybe(error) => maybe_sent(app, row, letter, error).await,
        Handover::Retry(error) => later(app, row, letter, error).await,
    }
}

/// The server may have it: one more try, never more than two in all.
async fn maybe_sent(app: &App, row: mail::Model, letter: Letter, error: String) -> Result<Outcome> {
    let again = row.state != MailState::MaybeSent;
    let at = app.store.clock().now() + TimeDelta::minutes(MAYBE_MINUTES);
    settle(app, row, MailState::MaybeSent, Some(letter), Some(error.clone())).await?;
    Ok(if again { Outcome::Retry(at, error) } else { Outcome::Done })
}

/// The server has it not: the next step of the ladder, or the end.
async fn later(app: &App, row: mail::Model, letter: Letter, error: String) -> Result<Outcome> {
    let step = usize::try_from(row.attempts).ok().and_then(|step| LADDER_MINUTES.get(step));
    let Some(minutes) = step else {
        settle(app, row, MailState::Failed, Some(letter), Some(error.clone())).await?;
        return Ok(Outcome::Fail(error));
    };
    let at = app.store.clock().now() + TimeDelta::minutes(*minutes);
    // A mail the server may have stays marked so.
    let state = row.state;
    settle(app, row, state, None, Some(error.clone())).await?;
    Ok(Outcome::Retry(at, error))
}

/// A mail ready to be handed over: address and words.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Name and address of the person.
    pub name: String,
    /// E-mail address.
    pub address: String,
    /// Subject and bodies.
    pub text: render::MailText,
}

fn build(app: &App, row: &mail::Model, letter: &Letter) -> anyhow::Result<Message> {
    let to = Mailbox::new(Some(letter.name.clone()), letter.address.parse()?);
    Ok(Message::builder()
        .from(app.mailer.from().clone())
        .to(to)
        .subject(letter.text.subject.trim())
        .message_id(Some(row.message_id.clone()))
        .multipart(MultiPart::alternative_plain_html(letter.text.text.clone(), letter.text.html.clone()))?)
}

async fn settle(app: &App, row: mail::Model, state: MailState, letter: Option<Letter>, error: Option<String>) -> Result<()> {
    app.store
        .write(Writer::Job(SEND), move |tx| async move {
            let mut update = mail::ActiveModel {
                id: Set(row.id),
                state: Set(state),
                attempts: Set(row.attempts + 1),
                last_error: Set(error),
                ..Default::default()
            };
            if let Some(letter) = letter {
                update.address = Set(Some(letter.address));
                update.subject = Set(Some(letter.text.subject));
                update.text = Set(Some(letter.text.text));
                update.html = Set(Some(letter.text.html));
            }
            if state == MailState::Sent {
                update.sent_at = Set(Some(tx.now()));
            }
            update.update(tx.db()).await?;
            tx.record(Event::on("mail.settled", Subject::Mail, row.id.0).after(&serde_json::json!({"state": state})));
            Ok(())
        })
        .await
}
