//! A mail to oneself, to see that mail leaves.

use domain::id::MailId;
use domain::record::Subject;
use domain::rule::Refused;
use entities::{mail, person};
use sea_orm::{ActiveModelTrait as _, EntityTrait as _};

use super::{CHECK, hand_over, host_of, queued};
use crate::app::App;
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::store::Event;

/// Queues a mail to the caller that says only that mail leaves.
///
/// # Errors
/// The caller has no address.
pub async fn send_check(app: &App, caller: &Caller) -> Result<mail::Model> {
    let (person, host) = (caller.person, host_of(&app.config.server.public_url));
    app.store
        .write(caller, move |tx| async move {
            let row = person::Entity::find_by_id(person).one(tx.db()).await?.ok_or(Error::NotFound)?;
            if row.email.is_none() {
                return Err(Error::Rule(Refused::new("no_mail_address")));
            }
            let id = tx.id::<MailId>();
            let made = queued(&tx, id, person, CHECK, format!("{CHECK}:{id}"), &host).insert(tx.db()).await?;
            tx.record(Event::on("mail.check_asked", Subject::Mail, id.0));
            hand_over(&tx, id);
            Ok(made)
        })
        .await
}
