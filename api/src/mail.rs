//! Mail: at least once, handed over by jobs only, every sent mail kept as a row.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;
use domain::id::MailId;
use domain::record::{MailState, Subject};
use entities::mail;
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls as SmtpTls, TlsParameters};
use lettre::{AsyncFileTransport, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, EntityTrait as _};

use crate::app::App;
use crate::config::{Config, Tls, Transport, secret};
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
    Smtp(Box<AsyncSmtpTransport<Tokio1Executor>>, Duration, Mailbox),
    /// Into a folder, for development.
    Folder(AsyncFileTransport<Tokio1Executor>, Mailbox),
    /// Into memory, for tests.
    Memory(Arc<Mutex<Vec<Message>>>, Mailbox),
}

/// How a hand-over ended.
#[derive(Debug, PartialEq, Eq)]
enum Handover {
    Sent,
    Retry(String),
    Bounced(String),
    Maybe(String),
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
            Transport::Smtp => {
                let mail = &config.mail;
                let parameters = || TlsParameters::new(mail.smtp_host.clone());
                let tls = match mail.smtp_tls {
                    Tls::None => SmtpTls::None,
                    Tls::Starttls => SmtpTls::Required(parameters()?),
                    Tls::Tls => SmtpTls::Wrapper(parameters()?),
                };
                let timeout = Duration::from_secs(mail.timeout_s);
                let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&mail.smtp_host)
                    .port(mail.smtp_port)
                    .tls(tls)
                    .timeout(Some(timeout));
                if let Some(password) = secret(&mail.smtp_password_file, "mail.smtp_password_file")? {
                    builder = builder.credentials(Credentials::new(mail.smtp_user.clone(), password));
                }
                Self::Smtp(Box::new(builder.build()), timeout, from)
            }
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
            Self::Smtp(_, _, from) | Self::Folder(_, from) | Self::Memory(_, from) => from,
        }
    }

    async fn hand_over(&self, message: Message) -> Handover {
        match self {
            Self::Memory(mails, _) => {
                mails.lock().unwrap_or_else(PoisonError::into_inner).push(message);
                Handover::Sent
            }
            Self::Folder(folder, _) => match folder.send(message).await {
                Ok(_) => Handover::Sent,
                Err(error) => Handover::Retry(error.to_string()),
            },
            // lettre bounds only the connection; the whole exchange gets an outer limit.
            Self::Smtp(smtp, limit, _) => match tokio::time::timeout(*limit, smtp.send(message)).await {
                Ok(Ok(_)) => Handover::Sent,
                Ok(Err(error)) if error.is_permanent() => Handover::Bounced(error.to_string()),
                Ok(Err(error)) if error.is_transient() || error.is_timeout() || error.is_client() || error.is_tls() => {
                    Handover::Retry(error.to_string())
                }
                Ok(Err(error)) if is_connect(&error) => Handover::Retry(error.to_string()),
                Ok(Err(error)) => Handover::Maybe(error.to_string()),
                Err(_elapsed) => Handover::Maybe("no answer in time".into()),
            },
        }
    }
}

/// Whether the connection was never made: nothing can have arrived.
fn is_connect(error: &lettre::transport::smtp::Error) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if let Some(io) = cause.downcast_ref::<std::io::Error>() {
            return io.kind() == std::io::ErrorKind::ConnectionRefused;
        }
        source = cause.source();
    }
    false
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
    if !crate::jobs::still_ours(app, &work).await? {
        return Ok(Outcome::Done);
    }
    let now = app.store.clock().now();
    let maybe_before = row.state == MailState::MaybeSent;
    Ok(match app.mailer.hand_over(message).await {
        Handover::Sent => {
            settle(app, row, MailState::Sent, Some(letter), None).await?;
            Outcome::Done
        }
        Handover::Bounced(error) => {
            settle(app, row, MailState::Bounced, Some(letter), Some(error)).await?;
            Outcome::Done
        }
        Handover::Maybe(error) => {
            settle(app, row, MailState::MaybeSent, Some(letter), Some(error.clone())).await?;
            if maybe_before { Outcome::Done } else { Outcome::Retry(now + TimeDelta::minutes(MAYBE_MINUTES), error) }
        }
        Handover::Retry(error) => {
            let step = usize::try_from(row.attempts).unwrap_or(usize::MAX);
            match LADDER_MINUTES.get(step) {
                Some(minutes) => {
                    settle(app, row, MailState::Queued, None, Some(error.clone())).await?;
                    Outcome::Retry(now + TimeDelta::minutes(*minutes), error)
                }
                None => {
                    settle(app, row, MailState::Failed, Some(letter), Some(error.clone())).await?;
                    Outcome::Fail(error)
                }
            }
        }
    })
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
