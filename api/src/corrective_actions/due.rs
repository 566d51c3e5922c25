//! Due dates: counted by the calendar, and every one a record ever had is kept.

use chrono::NaiveDate;
use domain::calendar::{Calendar, Deadline, DeadlineKind, DeadlineUnit};
use domain::id::{DueDateId, PersonId};
use domain::record::{Duty, Subject};
use entities::due_date;
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set};
use uuid::Uuid;

use crate::error::Result;
use crate::store::Tx;

/// Working days a unit has to answer a finding.
pub const ANSWER_DAYS: u32 = 5;
/// Working days a unit has to file its plan.
pub const PLAN_DAYS: u32 = 10;
/// Working days a unit has at least to mend a returned plan.
pub const MEND_DAYS: u32 = 5;
/// Working days the inspecting side has to judge a plan or a report of doing.
pub const JUDGE_DAYS: u32 = 5;

/// The dates of an approved plan are the unit's own word.
pub const BY_PLAN: &str = "Theo kế hoạch khắc phục được chấp nhận.";

/// A term of working days that begins today.
///
/// # Errors
/// The database's.
pub async fn working_days(tx: &Tx, days: u32) -> Result<Deadline> {
    count(&crate::calendar::load(tx.db()).await?, tx.today(), days)
}

fn count(calendar: &Calendar, today: NaiveDate, days: u32) -> Result<Deadline> {
    Ok(calendar.deadline(today, days, DeadlineUnit::WorkingDay, DeadlineKind::By)?)
}

/// Keeps a due date beside all earlier ones.
///
/// # Errors
/// The database's.
pub async fn keep(
    tx: &Tx,
    about: (Subject, Uuid),
    duty: Duty,
    due_on: NaiveDate,
    explanation: &str,
    by: Option<PersonId>,
) -> Result<()> {
    due_date::ActiveModel {
        id: Set(tx.id::<DueDateId>()),
        subject: Set(about.0),
        subject_id: Set(about.1),
        duty: Set(duty),
        due_on: Set(due_on),
        explanation: Set(explanation.to_owned()),
        set_by_id: Set(by),
        set_at: Set(tx.now()),
    }
    .insert(tx.db())
    .await?;
    Ok(())
}
