//! Filled forms of a survey, append-only: one form, or counts from paper. Nothing about who answered or when.

use domain::id::{SurveyFormId, SurveyId, UnitId};
use domain::survey::SurveyChannel;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Filled forms of a survey: one form, or counts from paper.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "survey_form")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SurveyFormId,
    pub survey_id: SurveyId,
    /// The unit that was judged.
    pub unit_id: UnitId,
    pub channel: SurveyChannel,
    /// How many forms the row stands for; zero when it cancels another.
    pub forms: i32,
    /// `domain::survey::Answers`.
    #[sea_orm(column_type = "JsonBinary")]
    pub answers: Json,
    /// The entry this one takes back.
    pub cancels_id: Option<SurveyFormId>,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
