//! What a finding comes from: an inspection, points lost in a published round, a decision of a management review.

use domain::inspection::{InspectionState, TeamRole};
use domain::permission::Role;
use domain::record::Subject;
use entities::{finding, inspection, management_review, review_decision, round, sheet, sheet_line};
use sea_orm::{ConnectionTrait, EntityTrait as _};

use crate::auth::Caller;
use crate::error::{Error, Result};

/// What a finding comes from.
#[derive(Clone, Debug)]
pub enum Source {
    /// The inspection that found it.
    Inspection(Box<inspection::Model>),
    /// The published round in which the points were lost.
    Round(Box<round::Model>),
    /// The concluded management review that decided it.
    Review(Box<management_review::Model>),
}

impl Source {
    /// The inspection, if it is one.
    #[must_use]
    pub const fn visit(&self) -> Option<&inspection::Model> {
        match self {
            Self::Inspection(visit) => Some(visit),
            Self::Round(_) | Self::Review(_) => None,
        }
    }

    /// The round, if it is one.
    #[must_use]
    pub const fn round(&self) -> Option<&round::Model> {
        match self {
            Self::Round(round) => Some(round),
            Self::Inspection(_) | Self::Review(_) => None,
        }
    }

    /// The management review, if it is one.
    #[must_use]
    pub const fn review(&self) -> Option<&management_review::Model> {
        match self {
            Self::Review(review) => Some(review),
            Self::Inspection(_) | Self::Round(_) => None,
        }
    }

    /// Its human code.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Inspection(visit) => &visit.code,
            Self::Round(round) => &round.code,
            Self::Review(review) => &review.code,
        }
    }

    /// Its page.
    #[must_use]
    pub fn href(&self) -> String {
        match self {
            Self::Inspection(visit) => crate::web::link_to(Subject::Inspection, visit.id.0),
            Self::Round(round) => crate::web::link_to(Subject::Round, round.id.0),
            Self::Review(review) => crate::web::link_to(Subject::ManagementReview, review.id.0),
        }
    }

    /// Where the inspection stands; a published round and a signed review are concluded.
    #[must_use]
    pub fn state(&self) -> InspectionState {
        self.visit().map_or(InspectionState::Concluded, |visit| visit.state)
    }

    /// The caller's part in the inspection's team.
    ///
    /// # Errors
    /// The database's.
    pub async fn part(&self, db: &impl ConnectionTrait, caller: &Caller) -> Result<Option<TeamRole>> {
        match self {
            Self::Inspection(visit) => crate::inspections::access::part(db, visit.id, caller.person).await,
            Self::Round(_) | Self::Review(_) => Ok(None),
        }
    }

    /// Whether the caller leads the side that found it: the lead of the team, a secretary of the round, the ISO
    /// secretary of the unit whose leaders reviewed.
    ///
    /// # Errors
    /// The database's.
    pub async fn leads(&self, db: &impl ConnectionTrait, caller: &Caller) -> Result<bool> {
        match self {
            Self::Inspection(_) => Ok(self.part(db, caller).await? == Some(TeamRole::LeadInspector)),
            Self::Round(round) => caller.holds_at(db, &[Role::CouncilSecretary], round.owner_unit_id).await,
            Self::Review(review) => caller.holds_at(db, &[Role::IsoSecretary], review.unit_id).await,
        }
    }
}

/// What a finding comes from.
///
/// # Errors
/// The database's; 404 when its source is gone.
pub async fn of(db: &impl ConnectionTrait, row: &finding::Model) -> Result<Source> {
    if let Some(id) = row.inspection_id {
        let visit = inspection::Entity::find_by_id(id).one(db).await?.ok_or(Error::NotFound)?;
        return Ok(Source::Inspection(Box::new(visit)));
    }
    if let Some(id) = row.review_decision_id {
        let decision = review_decision::Entity::find_by_id(id).one(db).await?.ok_or(Error::NotFound)?;
        let review = management_review::Entity::find_by_id(decision.review_id).one(db).await?.ok_or(Error::NotFound)?;
        return Ok(Source::Review(Box::new(review)));
    }
    let line = row.sheet_line_id.ok_or(Error::NotFound)?;
    let line = sheet_line::Entity::find_by_id(line).one(db).await?.ok_or(Error::NotFound)?;
    let sheet = sheet::Entity::find_by_id(line.sheet_id).one(db).await?.ok_or(Error::NotFound)?;
    let round = sheet.round_id;
    let round = round::Entity::find_by_id(round).one(db).await?.ok_or(Error::NotFound)?;
    Ok(Source::Round(Box::new(round)))
}
