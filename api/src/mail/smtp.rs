//! One mail over SMTP, step by step: only so is it known whether the server can already have it.

use std::time::Duration;

use lettre::message::Mailbox;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::{Address, Message};
use tokio::time::{Instant, timeout, timeout_at};

use super::Handover;
use crate::config::{Config, Tls, secret};

/// A mail server.
#[derive(Clone, Debug)]
pub struct Smtp {
    host: String,
    port: u16,
    tls: Tls,
    credentials: Option<Credentials>,
    limit: Duration,
    /// Who our mails come from.
    pub(super) from: Mailbox,
}

/// Why a mail was not handed over, before any of its text was sent.
enum Refusal {
    /// The server refuses this recipient for good.
    Recipient(String),
    /// Anything else: later perhaps.
    Other(String),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Other(error.to_string())
    }
}

impl Smtp {
    pub(super) fn new(config: &Config, from: Mailbox) -> anyhow::Result<Self> {
        let mail = &config.mail;
        let password = secret(&mail.smtp_password_file, "mail.smtp_password_file")?;
        let smtp = Self {
            host: mail.smtp_host.clone(),
            port: mail.smtp_port,
            tls: mail.smtp_tls,
            credentials: password.map(|password| Credentials::new(mail.smtp_user.clone(), password)),
            limit: Duration::from_secs(mail.timeout_s),
            from,
        };
        if smtp.tls != Tls::None {
            smtp.tls_parameters()?;
        }
        Ok(smtp)
    }

    fn tls_parameters(&self) -> Result<TlsParameters, Error> {
        TlsParameters::new(self.host.clone())
    }

    /// Hands one mail over. `still_ours` is asked at the last moment at which nothing has been sent.
    ///
    /// Until the text is on its way every failure is «later»; from then on only an answer of the
    /// server tells, and without one it may have the mail.
    ///
    /// # Errors
    /// Whose the job is could not be read; nothing was sent.
    pub(super) async fn hand_over(
        &self,
        message: &Message,
        still_ours: impl AsyncFnOnce() -> crate::error::Result<bool>,
    ) -> crate::error::Result<Handover> {
        let until = Instant::now() + self.limit;
        let mut connection = match timeout_at(until, self.ready(message)).await {
            Ok(Ok(connection)) => connection,
            Ok(Err(Refusal::Recipient(error))) => return Ok(Handover::Bounced(error)),
            Ok(Err(Refusal::Other(error))) => return Ok(Handover::Retry(error)),
            Err(_elapsed) => return Ok(Handover::Retry("no answer in time".into())),
        };
        let ours = still_ours().await;
        if !matches!(ours, Ok(true)) {
            connection.abort().await;
            return ours.map(|_| Handover::NotOurs);
        }
        Ok(deliver(connection, message, until).await)
    }

    /// A connection on which sender and recipients are accepted.
    async fn ready(&self, message: &Message) -> Result<AsyncSmtpConnection, Refusal> {
        let hello = ClientId::default();
        let wrapper = if self.tls == Tls::Tls { Some(self.tls_parameters()?) } else { None };
        let server = (self.host.as_str(), self.port);
        let mut connection = AsyncSmtpConnection::connect_tokio1(server, Some(self.limit), &hello, wrapper, None).await?;
        if self.tls == Tls::Starttls {
            connection.starttls(self.tls_parameters()?, &hello).await?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(&[Mechanism::Plain, Mechanism::Login], credentials).await?;
        }
        let envelope = message.envelope();
        let mut options = Vec::new();
        if envelope.to().iter().any(|address| !AsRef::<str>::as_ref(address).is_ascii()) {
            if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
                return Err(Refusal::Recipient("the mail server takes no address with diacritics".into()));
            }
            options.push(MailParameter::SmtpUtfEight);
        }
        connection.command(Mail::new(envelope.from().cloned(), options)).await?;
        for address in envelope.to() {
            recipient(&mut connection, address).await?;
        }
        Ok(connection)
    }
}

async fn recipient(connection: &mut AsyncSmtpConnection, address: &Address) -> Result<(), Refusal> {
    match connection.command(Rcpt::new(address.clone(), Vec::new())).await {
        Ok(_) => Ok(()),
        Err(error) if error.is_permanent() => Err(Refusal::Recipient(error.to_string())),
        Err(error) => Err(error.into()),
    }
}

/// Sends the text on a connection whose server has accepted sender and recipients.
async fn deliver(mut connection: AsyncSmtpConnection, message: &Message, until: Instant) -> Handover {
    match timeout_at(until, connection.command(Data)).await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => return Handover::Retry(error.to_string()),
        Err(_elapsed) => return Handover::Retry("no answer to DATA in time".into()),
    }
    match timeout_at(until, connection.message(&message.formatted())).await {
        Ok(Ok(_)) => {
            // Nobody waits for the farewell.
            tokio::spawn(async move { timeout(Duration::from_secs(5), connection.quit()).await });
            Handover::Sent
        }
        Ok(Err(error)) if error.status().is_some() => Handover::Retry(error.to_string()),
        Ok(Err(error)) => Handover::Maybe(error.to_string()),
        Err(_elapsed) => Handover::Maybe("no answer to the text in time".into()),
    }
}
